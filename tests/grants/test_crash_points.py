"""A process that dies at any step loses nobody, but where a provider revokes what its answer replaced."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest

from grants.desk import Desk
from memory.grants import MemoryGrants
from spottypottysense.accounts.model import Household, User
from spottypottysense.errors import SpottyError
from spottypottysense.grants.model import Grant, GrantState
from spottypottysense.grants.policy import LEASE
from spottypottysense.grants.ports import GrantStore
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite.accounts import SqliteAccounts
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.grants import SqliteGrants
from spottypottysense.runtimes.appliance.vault import Vault

USERS = ("anna", "ben", "cleo")
FORGIVING = timedelta(days=365)
WINDOW = ("carried out", "write")
"""Between these two steps the only copy of a rotated token is in memory."""

Given = TypeVar("Given")
Written = TypeVar("Written")


class Killed(BaseException):
    """Ends a process where it stands."""


class Fuse:
    """Kills the process at the step that brings `left` to zero; `steps` are those since it was set."""

    def __init__(self) -> None:
        self.left = 0
        self.steps: list[str] = []

    def burn(self, step: str) -> None:
        """Take a step."""
        self.steps.append(step)
        self.left -= 1
        if self.left == 0:
            raise Killed

    def set(self, left: int) -> None:
        """Let so many steps pass; 0 is for ever."""
        self.left, self.steps = left, []


class CrashingStore:
    """A `GrantStore` whose process may die before or after a write."""

    def __init__(self, store: GrantStore, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse
        self.grant, self.grants, self.due, self.delete = store.grant, store.grants, store.due, store.delete

    def save(self, grant: Grant) -> Grant:
        """Write the grant, or die."""
        return self._survived(self._store.save, grant)

    def hold(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """Write the attempts, or die."""
        return self._survived(self._store.hold, grants)

    def save_all(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """Write the grants, or die."""
        return self._survived(self._store.save_all, grants)

    def _survived(self, write: Callable[[Given], Written], given: Given) -> Written:
        self._fuse.burn("write")
        written = write(given)
        self._fuse.burn("written")
        return written


class House:
    """Three users, a fuse in everything that a refresh touches, and a process that is started again."""

    def __init__(self, store: GrantStore, *, rotates: bool, grace: timedelta | None) -> None:
        self.fuse = Fuse()
        self.desk = Desk(CrashingStore(store, self.fuse))
        self.desk.provider.rotates, self.desk.provider.grace = rotates, grace
        self.desk.provider.step = self.fuse.burn
        self.desk.watch.step = self.fuse.burn
        for user_id in USERS:
            self.desk.connect(user_id)
        self.loses = rotates and grace is None
        self.lost: set[str] = set()

    def crash(self, at: int, on_demand: str = "") -> bool:
        """Refresh all who are due, or one on demand, and die at step `at`; say whether it came to that."""
        self.fuse.set(at)
        try:
            if on_demand:
                with suppress(SpottyError):
                    self.desk.grants.access_token_for(on_demand)
            else:
                self.desk.grants.refresh_due()
        except Killed:
            if self.loses and self._in_window():
                self.lost.add(self.desk.provider.asked_last)
            return True
        finally:
            self.fuse.set(0)
            self.desk.grants = self.desk.another(f"process after {at}")
        return False

    def _in_window(self) -> bool:
        steps = self.fuse.steps
        return steps[-1:] == ["carried out"] or tuple(steps[-2:]) == WINDOW

    def check(self) -> None:
        """All work again without help, but whom the window swallowed: dead at once, told, left alone."""
        self.desk.clock.advance(LEASE + timedelta(hours=1))
        self.desk.grants.refresh_due()
        asked = self.desk.provider.asked.copy()
        grants = [self.desk.store.grant(user_id) for user_id in USERS]
        dead = {grant.user_id for grant in grants if grant.state is GrantState.DEAD}
        assert dead == self.lost
        assert {(user_id, Reason.LOST_IN_CRASH) for user_id in dead} == set(self.desk.watch.died)
        for user_id in set(USERS) - dead:
            assert self.desk.token(user_id)
        self.desk.tick(90)
        assert [self.desk.provider.asked[user_id] for user_id in dead] == [asked[user_id] for user_id in dead]
        assert self.desk.provider.most_at_once == 1


@contextmanager
def sqlite_store(directory: Path) -> Iterator[GrantStore]:
    """A real file with our users in it."""
    database = Database(directory / "spotty.db")
    accounts = SqliteAccounts(database)
    accounts.save_household(Household("home", "Home"))
    for user_id in USERS:
        accounts.save_user(User(user_id, "home", f"{user_id}@example.org"))
    yield SqliteGrants(database, Vault(directory / "spotty.key"))
    database.close()


PROVIDERS = [(False, None), (True, FORGIVING), (True, None)]


@pytest.mark.parametrize("on_demand", ["", "ben"])
@pytest.mark.parametrize(("rotates", "grace"), PROVIDERS, ids=["keeps", "forgives", "revokes"])
def test_death_at_every_step(rotates: bool, grace: timedelta | None, on_demand: str) -> None:
    """Each step of a pass over three users, and of one refresh on demand."""
    step = 0
    while True:
        step += 1
        house = House(MemoryGrants(), rotates=rotates, grace=grace)
        house.desk.later(60)
        if not house.crash(step, on_demand):
            break
        house.check()
    assert step > (18 if not on_demand else 6)


@pytest.mark.parametrize(("rotates", "grace"), PROVIDERS, ids=["keeps", "forgives", "revokes"])
def test_death_at_every_step_over_a_real_file(tmp_path: Path, rotates: bool, grace: timedelta | None) -> None:
    """The same where what is written lies on a disk."""
    with sqlite_store(tmp_path) as store:
        for step in range(1, 20):
            for user_id in USERS:
                store.delete(user_id)
            house = House(store, rotates=rotates, grace=grace)
            house.desk.later(60)
            house.crash(step)
            house.check()


@pytest.mark.slow
@pytest.mark.parametrize(("rotates", "grace"), PROVIDERS, ids=["keeps", "forgives", "revokes"])
def test_thousand_lives(rotates: bool, grace: timedelta | None) -> None:
    """Processes that die again and again, at any step, after any pause: the same holds in the end."""
    random = Random(11)
    crashes = 0
    for _ in range(1500):
        house = House(MemoryGrants(), rotates=rotates, grace=grace)
        for _ in range(random.randint(2, 5)):
            house.desk.later(random.choice([1, 2, 30, 60, 90]))
            one = random.choice(["", "", "anna", "ben"])
            crashes += house.crash(random.randint(1, 20), one)
            if house.lost:
                break
        house.check()
    assert crashes > 1500


def test_death_while_a_death_is_written() -> None:
    """A user whose grant ends is told, at whatever step the process that finds it out dies."""
    step = 0
    while True:
        step += 1
        house = House(MemoryGrants(), rotates=False, grace=None)
        house.desk.provider.accounts["ben"].revoked = True
        house.desk.later(60)
        house.desk.grants.refresh_due()
        house.desk.later(15)
        if not house.crash(step):
            break
        house.desk.tick(20)
        assert house.desk.store.grant("ben").state is GrantState.DEAD
        assert {user_id for user_id, _ in house.desk.watch.died} == {"ben"}
    assert step > 4
