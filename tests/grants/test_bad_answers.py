"""Answers that cannot be used, disks and notice boards that fail: one user is concerned, nobody is lost."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from grants.desk import AWAY, Desk
from memory.grants import MemoryGrants
from spotify.scripted import Reply, Script, as_json
from spottypottysense.errors import NeedsPerson, Unavailable
from spottypottysense.grants.model import Grant, GrantState
from spottypottysense.reasons import Reason
from spottypottysense.spotify.accounts import Accounts
from spottypottysense.spotify.client import Client

HTML = Reply(200, b"<!DOCTYPE html><html>Something went wrong</html>")
GOOD = as_json(200, {"access_token": "a/anna/99", "expires_in": 3600})


@pytest.fixture(scope="module")
def script() -> Iterator[Script]:
    """A Spotify that answers by a list."""
    script = Script()
    script.start()
    yield script
    script.stop()


@pytest.mark.parametrize(
    "reply",
    [
        HTML,
        Reply(200),
        Reply(502, HTML.body),
        as_json(200, {}),
        as_json(200, {"access_token": None}),
        as_json(200, {"access_token": 7}),
        as_json(200, {"access_token": ""}),
        as_json(200, {"access_token": "two\nlines"}),
        as_json(200, {"access_token": "a", "expires_in": -1}),
        as_json(200, {"access_token": "a", "expires_in": 0}),
        as_json(200, {"access_token": "a", "expires_in": 10**12}),
        as_json(200, {"access_token": "a", "expires_in": "soon"}),
        as_json(200, {"access_token": "a", "scope": ["x"]}),
        as_json(400, {"error": "invalid_request"}),
        as_json(400, {"error": {"message": "invalid_grant"}}),
        as_json(418, {"error": "teapot"}),
        Reply(302, b"", (("Location", "https://example.org/"),)),
    ],
)
def test_answer_that_is_none(desk: Desk, script: Script, reply: Reply) -> None:
    """The grant stays as it is and is tried again: no half-read token is kept, no user marked."""
    before = desk.connect()
    client = Client(script.url, script.url, sleep=lambda _: None)
    desk.provider.refresh = Accounts(client).refresh  # type: ignore[method-assign]
    script.answers(reply)
    desk.later(56)
    report = desk.grants.refresh_due()
    assert [(user, error) for user, error, _ in report.errors] == [("anna", "Unavailable")]
    kept = desk.store.grant("anna")
    assert kept == replace(before, version=3, failures=1, due_at=desk.clock.now() + timedelta(seconds=30))
    assert desk.token() == before.access_token.reveal()
    script.answers(GOOD)
    desk.later(1)
    desk.grants.refresh_due()
    assert desk.store.grant("anna").access_token.reveal() == "a/anna/99"


def test_permission_taken_back(desk: Desk) -> None:
    """That user is told to connect again and gets no token; when Spotify gives it back all is well."""
    for user_id in ("anna", "ben"):
        desk.connect(user_id)
    desk.later(60)
    desk.provider.scope = frozenset({"user-read-playback-state"})
    desk.refuses(Reason.SCOPE_MISSING)
    desk.refuses(Reason.SCOPE_MISSING)
    assert desk.provider.asked["anna"] == 1
    assert desk.watch.died == [("anna", Reason.SCOPE_MISSING)]
    desk.provider.scope |= {"user-modify-playback-state"}
    desk.tick(60)
    assert desk.watch.works[-1] == "anna"
    assert desk.token("anna")
    assert desk.token("ben")


class FullDisk(MemoryGrants):
    """Grants on a disk that refuses the next `refusals` writes, after the first `passing`."""

    def __init__(self) -> None:
        super().__init__()
        self.passing = self.refusals = 0
        self.before: Callable[[], object] = lambda: None

    def save(self, grant: Grant) -> Grant:
        """Write the grant, or fail."""
        self._pass()
        return super().save(grant)

    def hold(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """Write the attempts, or fail."""
        self._pass()
        return super().hold(grants)

    def _pass(self) -> None:
        before, self.before = self.before, lambda: None
        before()
        if self.passing:
            self.passing -= 1
        elif self.refusals:
            self.refusals -= 1
            raise Unavailable("The disk is full.", reason=Reason.STORAGE_UNAVAILABLE)


@pytest.fixture
def full() -> Desk:
    """Grants of anna on a disk that can be filled; tokens rotate, and the old one is revoked at once."""
    desk = Desk(FullDisk())
    desk.provider.rotates = True
    desk.connect()
    desk.later(60)
    return desk


def fill(desk: Desk, passing: int, refusals: int) -> None:
    """Let so many writes pass and then so many fail."""
    assert isinstance(desk.store, FullDisk)
    desk.store.passing, desk.store.refusals = passing, refusals


def test_disk_is_full_before_the_question(full: Desk) -> None:
    """Nobody is asked about an attempt that cannot be written down."""
    fill(full, 0, 1)
    full.refuses(Reason.STORAGE_UNAVAILABLE)
    assert full.provider.asked["anna"] == 0
    assert full.token()


def test_disk_is_full_after_the_answer(full: Desk) -> None:
    """The rotated token is held in memory until it can be written, and not used before."""
    fill(full, 1, 3)
    for _ in range(3):
        full.refuses(Reason.STORAGE_UNAVAILABLE)
    assert full.provider.asked["anna"] == 1
    assert full.token()
    assert full.provider.asked["anna"] == 1
    full.tick(120)
    assert full.token()


def test_disk_is_full_after_the_answers_of_a_pass(full: Desk) -> None:
    """They are held in memory too, and the next pass writes them down without asking again."""
    fill(full, 1, 1)
    report = full.grants.refresh_due()
    assert report.errors == (("anna", "Unavailable", "The disk is full."),)
    report = full.grants.refresh_due()
    assert (report.skipped, report.errors) == (1, ())
    assert full.provider.asked["anna"] == 1
    assert full.token()


def test_somebody_else_asks_right_after_we_looked(full: Desk) -> None:
    """Whose attempt comes second takes what the first one brought."""
    others, got = full.another("other"), []
    assert isinstance(full.store, FullDisk)
    full.store.before = lambda: got.append(others.access_token_for("anna").reveal())
    assert [full.token()] == got
    assert full.provider.asked["anna"] == 1


def test_disk_is_full_while_somebody_connects_anew(full: Desk) -> None:
    """What waits for the disk gives way to the new grant."""
    fill(full, 1, 1)
    full.refuses(Reason.STORAGE_UNAVAILABLE)
    full.later(1)
    fresh = full.connect()
    assert full.token() == fresh.access_token.reveal()


def test_two_write_late_what_the_disk_refused(full: Desk) -> None:
    """Whoever comes second finds it written, and the token serves both."""
    fill(full, 1, 1)
    full.refuses(Reason.STORAGE_UNAVAILABLE)
    first: list[str] = []
    assert isinstance(full.store, FullDisk)
    full.store.before = lambda: first.append(full.token())
    assert [full.token()] == first
    assert full.provider.asked["anna"] == 1


def test_disk_is_full_at_a_death(full: Desk) -> None:
    """Its user is told all the same, and it is written down as soon as possible."""
    full.provider.accounts["anna"].revoked = True
    for wait in (1, 4, 10):
        full.refuses(Reason.DOUBTED)
        full.later(wait)
    fill(full, 1, 1)
    full.refuses(Reason.STORAGE_UNAVAILABLE)
    full.refuses(Reason.RECONNECT)
    assert set(full.watch.died) == {("anna", Reason.RECONNECT)}
    assert full.store.grant("anna").state is GrantState.DEAD


def test_notice_board_that_fails(full: Desk) -> None:
    """No token is lost because a person could not be told."""

    def fail(_: str) -> None:
        raise AWAY

    full.watch.step = fail
    assert full.token()
    full.provider.accounts["anna"].revoked = True
    full.tick(90)
    full.refuses(Reason.RECONNECT)


def test_foreign_fault_concerns_one_user(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """A fault in our own code is reported, with its trace in the log, and the next user has a turn."""

    def weather(user_id: str) -> None:
        if user_id == "anna":
            raise ZeroDivisionError

    for user_id in ("anna", "ben"):
        desk.connect(user_id)
    desk.later(56)
    desk.provider.weather = weather
    report = desk.grants.refresh_due()
    assert (report.refreshed, [error for _, error, _ in report.errors]) == (1, ["ZeroDivisionError"])
    assert "refresh" in caplog.text
    assert desk.store.grant("anna").attempt is None


def test_app_that_is_no_longer_known(desk: Desk) -> None:
    """Its users cannot be refreshed, but are not marked."""
    grant = desk.connect()
    desk.store.save(replace(grant, client_id="gone"))
    desk.later(60)
    with pytest.raises(NeedsPerson) as caught:
        desk.token()
    assert caught.value.reason is Reason.APP_MISCONFIGURED
    assert desk.store.grant("anna").state is GrantState.WORKING
