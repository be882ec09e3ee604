"""People and their households."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from memory.house import MemoryAccounts
from spottypottysense.accounts.model import Household, Mode, Role, User
from spottypottysense.accounts.policy import checked_household, checked_user
from spottypottysense.accounts.use_cases import Accounts
from spottypottysense.clock import ManualClock
from spottypottysense.errors import Conflict, Invalid, NotFound

HOME = Household("home", "Home")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    """It is noon."""
    return ManualClock(NOW)


@pytest.fixture
def accounts(clock: ManualClock) -> Accounts:
    """Nobody yet."""
    return Accounts(MemoryAccounts(), clock)


def test_founding_a_household(accounts: Accounts) -> None:
    """A household begins with its owner."""
    home, owner = accounts.found("Home", "anna@example.org", "Europe/Berlin")
    assert (home.name, home.time_zone, owner.role) == ("Home", "Europe/Berlin", Role.OWNER)
    assert accounts.household(home.id) == home
    assert accounts.households() == (home,)
    assert accounts.users(home.id) == (owner,)


def test_household_of_a_known_person_is_not_founded(accounts: Accounts) -> None:
    """When the e-mail address is taken, no empty household stays behind."""
    home, _ = accounts.found("Home", "anna@example.org")
    with pytest.raises(Conflict):
        accounts.found("Second home", "anna@example.org")
    assert accounts.households() == (home,)


def test_adding_members(accounts: Accounts) -> None:
    """A member joins a household that exists, with an address of their own."""
    home, owner = accounts.found("Home", "anna@example.org")
    ben = accounts.add_member(home.id, "ben@example.org", "Ben")
    assert (ben.role, ben.name, ben.household_id) == (Role.MEMBER, "Ben", home.id)
    assert accounts.users(home.id) == (owner, ben)
    with pytest.raises(Conflict):
        accounts.add_member(home.id, "anna@example.org")
    with pytest.raises(NotFound):
        accounts.add_member("nowhere", "cleo@example.org")


def test_changing_a_household(accounts: Accounts) -> None:
    """What is changed is checked before it is kept."""
    home, _ = accounts.found("Home", "anna@example.org")
    quiet = (time(22), time(7))
    changed = accounts.change_household(home.id, quiet_hours=quiet, timeout=timedelta(minutes=3))
    assert changed == replace(home, quiet_hours=quiet, timeout=timedelta(minutes=3))
    with pytest.raises(Invalid):
        accounts.change_household(home.id, timeout=timedelta(0))
    assert accounts.household(home.id) == changed
    until = datetime(2026, 3, 1, tzinfo=UTC)
    snoozed = accounts.change_household(home.id, snoozed_until=until, mode=Mode.AWAY, takes_over=True)
    assert snoozed == replace(changed, snoozed_until=until, mode=Mode.AWAY, takes_over=True)


def test_who_lives_where(accounts: Accounts) -> None:
    """A user lives in one household, and a stranger in none and without an address."""
    (home, anna), (away, _) = (accounts.found(name, f"{name}@example.org") for name in ("home", "away"))
    assert accounts.lives_in(home.id, anna.id)
    assert not accounts.lives_in(away.id, anna.id)
    assert not accounts.lives_in(home.id, "stranger")
    assert accounts.email_of(anna.id) == "home@example.org"
    assert accounts.email_of("stranger") is None


@pytest.mark.parametrize(
    ("household", "field"),
    [
        (replace(HOME, name=" "), "name"),
        *(
            (replace(HOME, time_zone=zone), "timeZone")
            for zone in ("", "Berlin", "Europe", "../x", "\0", "\ud800")
        ),
        (replace(HOME, timeout=timedelta(milliseconds=999)), "timeout"),
        (replace(HOME, timeout=timedelta(hours=4, seconds=1)), "timeout"),
        (replace(HOME, motion_gap=timedelta(seconds=-1)), "motionGap"),
        (replace(HOME, motion_gap=timedelta(hours=1, seconds=1)), "motionGap"),
        (replace(HOME, snoozed_until=datetime(2026, 3, 1)), "snoozedUntil"),  # noqa: DTZ001  the point of it
    ],
    ids=repr,
)
def test_household_that_cannot_be(household: Household, field: str) -> None:
    """Each wrong value is told by its field."""
    with pytest.raises(Invalid) as caught:
        checked_household(household)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "email", ["", "anna", "anna@", "@example.org", "an na@example.org", "anna@example.org\n"]
)
def test_address_that_cannot_be(email: str) -> None:
    """An address has two sides and no blanks."""
    with pytest.raises(Invalid) as caught:
        checked_user(User("u", "home", email))
    assert caught.value.field == "email"


def test_changing_a_user(accounts: Accounts) -> None:
    """What was named is changed if it can be, in this household only."""
    home, anna = accounts.found("Home", "anna@example.org", owner_name="Anna")
    assert anna.name == "Anna"
    changed = accounts.change_user(home.id, anna.id, name="Anne", role=Role.MEMBER)
    assert changed == replace(anna, name="Anne", role=Role.MEMBER)
    assert accounts.users(home.id) == (changed,)
    with pytest.raises(Invalid):
        accounts.change_user(home.id, anna.id, email="nowhere")
    with pytest.raises(NotFound):
        accounts.change_user("elsewhere", anna.id, name="Eve")


def test_when_a_user_was_added_and_changed(accounts: Accounts, clock: ManualClock) -> None:
    """Both are the same at first; a change moves the second."""
    home, anna = accounts.found("Home", "anna@example.org")
    ben = accounts.add_member(home.id, "ben@example.org")
    assert {anna.created_at, anna.updated_at, ben.created_at, ben.updated_at} == {NOW}
    later = clock.advance(timedelta(hours=1))
    changed = accounts.change_user(home.id, anna.id, name="Anne")
    assert (changed.created_at, changed.updated_at) == (NOW, later)
    assert accounts.user(home.id, anna.id) == changed
    with pytest.raises(NotFound):
        accounts.user("elsewhere", anna.id)


def test_switching_a_user_off(accounts: Accounts) -> None:
    """He plays nowhere any more; the last owner stays."""
    home, anna = accounts.found("Home", "anna@example.org")
    ben = accounts.add_member(home.id, "ben@example.org")
    with pytest.raises(Conflict, match="last owner"):
        accounts.deactivate(home.id, anna.id)
    assert accounts.lives_in(home.id, ben.id)
    assert not accounts.deactivate(home.id, ben.id).active
    assert not accounts.lives_in(home.id, ben.id)
    cleo = accounts.add_member(home.id, "cleo@example.org", role=Role.OWNER)
    assert not accounts.deactivate(home.id, anna.id).active
    with pytest.raises(Conflict):
        accounts.deactivate(home.id, cleo.id)
    with pytest.raises(NotFound):
        accounts.deactivate("elsewhere", cleo.id)


def test_the_last_owner_stays(accounts: Accounts) -> None:
    """A household without an owner could not be changed any more; whoever else there is may go."""
    home, owner = accounts.found("Home", "anna@example.org")
    ben = accounts.add_member(home.id, "ben@example.org")
    with pytest.raises(Conflict):
        accounts.remove_user(home.id, owner.id)
    accounts.remove_user(home.id, ben.id)
    assert accounts.users(home.id) == (owner,)
