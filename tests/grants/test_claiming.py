"""What is claimed ahead is asked about in time, by one, or given back."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from time import sleep

import pytest

from grants.desk import REFUSED, SLOW_DOWN, Desk
from memory.grants import MemoryGrants
from spottypottysense.errors import NeedsPerson
from spottypottysense.grants.model import Attempt, Grant, GrantState
from spottypottysense.grants.policy import CANARIES, LEASE
from spottypottysense.grants.ports import Item
from spottypottysense.grants.use_cases import Grants
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.crew import ThreadCrew


class Helpers:
    """A crew of one, whom a helper joins for one item when `help` is called; `closed` ends its work."""

    def __init__(self) -> None:
        self.help: Callable[[], None] = lambda: None
        self.closed = False

    def each(self, items: Iterable[Item], work: Callable[[Item], bool]) -> None:
        """Work through the items in order."""
        left = iter(items)

        def lend_a_hand() -> None:
            for item in left:
                work(item)
                return

        self.help = lend_a_hand
        while not self.closed and (item := next(left, None)) is not None:
            work(item)


class Scene:
    """Due users; while so many hands ask, as many but one are claimed ahead, and `then` happens once."""

    def __init__(self, users: int, hands: int, then: Callable[[], object]) -> None:
        self.desk, self.crew = Desk(), Helpers()
        self.desk.crew = self.crew
        self.users = [f"user-{number:02}" for number in range(users)]
        for user_id in self.users:
            self.desk.connect(user_id)
        self.desk.grants = self.desk.another()
        self.desk.later(56)
        self._missing = hands
        self._then = then
        self.desk.provider.step = self._arrived

    def _arrived(self, step: str) -> None:
        if step == "arrived" and self._missing:
            self._missing -= 1
            if self._missing:
                self.crew.help()
            else:
                self._then()

    def grant(self, number: int) -> Grant:
        """Return the grant of a user."""
        return self.desk.store.grant(self.users[number])

    def asked(self) -> list[int]:
        """Return how often Spotify was asked about each."""
        return [self.desk.provider.asked[user_id] for user_id in self.users]

    def nothing_is_held(self) -> bool:
        """Say whether no attempt is under way."""
        return all(self.desk.store.grant(user_id).attempt is None for user_id in self.users)


def test_claimed_while_others_ask() -> None:
    """Two hands ask, the third user is claimed, the fourth is not; in the end all are refreshed."""
    held: list[bool] = []
    scene = Scene(4, 2, lambda: held.extend(scene.grant(n).attempt is not None for n in range(4)))
    report = scene.desk.grants.refresh_due()
    assert held == [True, True, True, False]
    assert (report.refreshed, report.skipped, report.errors) == (4, 0, ())
    assert scene.asked() == [1, 1, 1, 1]
    assert scene.nothing_is_held()


def test_claim_that_waited_long_is_made_anew() -> None:
    """Who is asked about late is held for a whole lease from then on."""
    until: list[timedelta] = []

    def note(_: str) -> None:
        attempt = scene.grant(2).attempt
        until.extend([attempt.until - scene.desk.clock.now()] if attempt else [])

    def meanwhile() -> None:
        scene.desk.later(seconds=40)
        scene.desk.provider.step = note

    scene = Scene(3, 2, meanwhile)
    assert scene.desk.grants.refresh_due().refreshed == 3
    assert until[-1] == LEASE


def test_claim_that_somebody_took_over_is_left_to_them() -> None:
    """After its lease another process refreshes the grant; nobody asks twice."""

    def meanwhile() -> None:
        scene.desk.later(seconds=70)
        scene.desk.another("other").access_token_for(scene.users[2], scene.grant(2).access_token)

    scene = Scene(3, 2, meanwhile)
    report = scene.desk.grants.refresh_due()
    assert (report.refreshed, report.skipped, report.errors) == (2, 1, ())
    assert scene.asked() == [1, 1, 1]


def test_claims_are_given_back_when_pushed_back() -> None:
    """Who may not be asked about any more is not held, and what a crash left there stays known."""
    scene = Scene(3, 2, lambda: scene.desk.storm(SLOW_DOWN))
    left = Attempt("gone", scene.desk.clock.now() - LEASE)
    scene.desk.store.hold([replace(scene.grant(2), attempt=left)])
    report = scene.desk.grants.refresh_due()
    assert scene.asked() == [1, 1, 0]
    assert [error for _, error, _ in report.errors] == ["Unavailable"] * 3
    assert (scene.grant(2).attempt, scene.grant(2).failures) == (left, 0)


def test_claims_are_given_back_when_braked() -> None:
    """When the brake trips, a few of those that are claimed already are tested, and the others let go."""
    scene = Scene(30, 8, lambda: scene.desk.storm(REFUSED))
    report = scene.desk.grants.refresh_due()
    assert sum(scene.asked()) == 8 + CANARIES
    assert (len(report.errors), report.skipped) == (8 + CANARIES, 30 - 8 - CANARIES)
    assert scene.nothing_is_held()
    assert {scene.grant(number).state for number in range(20, 30)} == {GrantState.WORKING}


def test_claims_are_given_back_at_the_end() -> None:
    """A crew that is closed leaves nobody held whom it did not ask about."""
    scene = Scene(4, 2, lambda: setattr(scene.crew, "closed", True))
    report = scene.desk.grants.refresh_due()
    assert (report.refreshed, report.skipped) == (2, 2)
    assert scene.asked() == [1, 1, 0, 0]
    assert scene.nothing_is_held()


class Spoilt(MemoryGrants):
    """A store with one record that cannot be read, and a fault in writing many."""

    def grant(self, user_id: str) -> Grant:
        """Return the grant, unless it is the spoilt one."""
        if user_id == "ben" and super().grant(user_id).version > 1:
            raise NeedsPerson(Reason.RECONNECT, "It is damaged.")
        return super().grant(user_id)

    def save_all(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """Fail as no store should."""
        raise ValueError(len(grants))


def test_spoilt_record_fails_alone(caplog: pytest.LogCaptureFixture) -> None:
    """It is the only error, and answers that cannot be written together are written one by one."""
    desk = Desk(store := Spoilt())
    for user_id in ("anna", "ben", "cleo"):
        desk.connect(user_id)
    store.save(store.grant("ben"))
    desk.later(56)
    report = desk.grants.refresh_due()
    assert (report.refreshed, report.errors) == (2, (("ben", "NeedsPerson", "It is damaged."),))
    assert "answers could not be written together" in caplog.text


def test_many_hands_ask_about_each_once() -> None:
    """Real threads and two processes at a time: one question for each user, and nothing stays held."""
    desk = Desk()
    users = [f"user-{number}" for number in range(300)]
    for user_id in users:
        desk.connect(user_id)
    desk.crew = ThreadCrew(20)
    desk.later(56)
    desk.provider.step = lambda _: sleep(0.001)
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(Grants.refresh_due, (desk.another(), desk.another("other"))))
    assert sum(report.refreshed for report in reports) == 300
    assert {desk.provider.asked[user_id] for user_id in users} == {1}
    assert all(desk.store.grant(user_id).attempt is None for user_id in users)
    assert desk.provider.most_at_once == 1
