"""Several processes, a person and a clock change one grant at the same time."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from grants.desk import Desk
from memory.grants import MemoryGrants
from spottypottysense.errors import NeedsPerson
from spottypottysense.grants.model import Grant, GrantState
from spottypottysense.grants.policy import LEASE, beginning
from spottypottysense.reasons import Reason


def test_somebody_else_is_at_it(desk: Desk) -> None:
    """While another process asks, an old token serves; without one we wait for its answer."""
    desk.connect()
    others = desk.another("other")
    desk.later(56)
    handed: list[str] = []

    def meanwhile() -> None:
        handed.append(others.access_token_for("anna").reveal())
        assert others.refresh_due().skipped == 1

    desk.meanwhile(meanwhile)
    assert desk.token() != handed[0]
    assert desk.provider.asked["anna"] == 1


def test_lease_of_a_process_that_died(desk: Desk) -> None:
    """Nobody asks before its time is over; then the next one does."""
    grant = desk.connect()
    desk.later(60)

    class Killed(BaseException):
        """Ends a process."""

    def kill() -> None:
        raise Killed

    desk.meanwhile(kill)
    with pytest.raises(Killed):
        desk.token()
    heirs, began = desk.another("heir"), desk.clock.now()
    assert heirs.access_token_for("anna") != grant.access_token
    assert LEASE <= desk.clock.now() - began < LEASE + timedelta(seconds=1)
    assert desk.provider.asked["anna"] == 2


def test_lease_after_the_clock_was_turned_back(desk: Desk) -> None:
    """An attempt that lies a day ahead holds nobody."""
    desk.connect()
    desk.later(60 * 24)
    desk.store.save(beginning(desk.store.grant("anna"), "gone", desk.clock.now()))
    desk.later(-60 * 24)
    desk.later(59.5)
    assert desk.token()


def test_answer_counts_though_the_lease_was_taken_over(desk: Desk) -> None:
    """Whoever was believed gone brings the only refresh token that is left: nobody dies of it."""
    desk.provider.rotates = True
    desk.connect()
    desk.later(60)
    heirs = desk.another("heir")

    def taken_over() -> None:
        desk.later(2)
        with pytest.raises(NeedsPerson):
            heirs.access_token_for("anna")

    desk.meanwhile(taken_over, "carried out")
    assert desk.token()
    assert desk.store.grant("anna").state is GrantState.WORKING
    assert desk.watch.works[-1] == "anna"
    desk.tick(120)
    assert desk.token()


def test_answer_counts_though_the_grant_was_sealed_anew(desk: Desk) -> None:
    """A new key is no reason to lose a rotated token, nor to mistake a refusal for a crash."""
    desk.provider.rotates = True
    desk.connect()
    desk.later(56)
    desk.meanwhile(lambda: desk.connections.reseal(lambda _done, _all: None))
    desk.token()
    desk.later(56)
    assert desk.token()
    desk.provider.accounts["anna"].revoked = True
    desk.later(56)
    desk.meanwhile(lambda: desk.connections.reseal(lambda _done, _all: None))
    desk.grants.refresh_due()
    assert desk.store.grant("anna").state is GrantState.DOUBTED


@pytest.mark.parametrize("revoked", [False, True])
def test_connecting_anew_wins_over_a_refresh(desk: Desk, revoked: bool) -> None:
    """What was asked about the old consent changes nothing, and nobody is told to reconnect in the end."""
    desk.connect()
    desk.later(60 * 24 * 185 if revoked else 60)
    desk.provider.accounts["anna"].revoked = revoked
    desk.meanwhile(desk.connect)
    assert desk.token()
    assert desk.store.grant("anna").consented_at == desk.clock.now()
    assert not revoked or desk.watch.works[-1] == "anna"


@pytest.mark.parametrize("revoked", [False, True])
def test_disconnecting_wins_over_a_refresh(desk: Desk, revoked: bool) -> None:
    """An answer that comes too late does not bring the tokens back."""
    desk.connect()
    desk.later(60)
    desk.provider.accounts["anna"].revoked = revoked
    desk.meanwhile(lambda: desk.connections.disconnect("anna"))
    desk.refuses(Reason.NOT_CONNECTED)
    assert desk.census.user_ids() == ()


def test_disconnecting_between_question_and_turn(desk: Desk) -> None:
    """Who left when the list was made already is skipped, and so is who connected anew meanwhile."""
    for user_id in ("anna", "ben", "cleo"):
        desk.connect(user_id)
    desk.later(56)

    def meanwhile() -> None:
        desk.connections.disconnect("ben")
        desk.connect("cleo")

    desk.meanwhile(meanwhile)
    report = desk.grants.refresh_due()
    assert (report.queried, report.refreshed, report.skipped, report.errors) == (3, 1, 2, ())


@pytest.mark.parametrize("step", ["arrived", "carried out"])
def test_conflict_in_a_pass_is_no_error(desk: Desk, step: str) -> None:
    """Whoever connects anew while Spotify thinks, or while its answer is under way, is fresh already."""
    desk.connect()
    desk.later(56)
    desk.meanwhile(desk.connect, step)
    report = desk.grants.refresh_due()
    assert (report.refreshed, report.skipped, report.errors) == (0, 1, ())


class Interrupted(MemoryGrants):
    """Grants that somebody writes right after they were read for a pass."""

    def __init__(self) -> None:
        super().__init__()
        self.then: Callable[[], object] = lambda: None

    def grants(self, user_ids: Sequence[str]) -> tuple[Grant, ...]:
        """Return them as they were before."""
        found = super().grants(user_ids)
        self.then()
        return found


def test_who_connects_anew_before_his_claim_is_left_out() -> None:
    """A grant that was written since it was read is not held, and nobody asks about it."""
    store = Interrupted()
    desk = Desk(store)
    desk.connect()
    desk.later(56)
    store.then = desk.connect
    report = desk.grants.refresh_due()
    assert (report.refreshed, report.skipped, report.errors) == (0, 1, ())
    assert "anna" not in desk.provider.asked


def test_two_find_out_that_a_grant_is_dead(desk: Desk) -> None:
    """The slower one leaves what the other wrote and told as it is."""
    desk.connect()
    desk.provider.accounts["anna"].revoked = True
    desk.later(60)
    heirs = desk.another("heir")

    def taken_over() -> None:
        desk.later(2)
        heirs.refresh_due()

    desk.meanwhile(taken_over)
    desk.refuses(Reason.LOST_IN_CRASH)
    assert desk.watch.died == [("anna", Reason.LOST_IN_CRASH)]
    assert desk.watch.works == ["anna"]
