"""What every `AccountStore` keeps its word on."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from contracts.races import winners
from spottypottysense.accounts.model import Household, Mode, Role, User
from spottypottysense.core import Stores
from spottypottysense.errors import Conflict, NotFound

NOW = datetime(2026, 3, 1, 12, 0, 0, 7, tzinfo=UTC)
FULL = Household(
    id="home",
    name="Haus am Öderweg",
    time_zone="Europe/Berlin",
    quiet_hours=(time(22, 30), time(7, 0, 0, 1)),
    timeout=timedelta(minutes=7, microseconds=1),
    motion_gap=timedelta(0),
    mode=Mode.GUESTS,
    snoozed_until=NOW,
    takes_over=True,
    latest_wins=True,
)


@pytest.mark.parametrize(
    "household", [FULL, replace(FULL, quiet_hours=None, mode=Mode.AWAY), Household("home", "Home")]
)
def test_household_comes_back_whole(stores: Stores, household: Household) -> None:
    """Every field of a household survives storage."""
    stores.accounts.save_household(household)
    assert stores.accounts.household("home") == household


def test_household_is_replaced(stores: Stores) -> None:
    """Saving a household again replaces it."""
    stores.accounts.save_household(FULL)
    stores.accounts.save_household(replace(FULL, name="Home", quiet_hours=None))
    assert stores.accounts.households() == (replace(FULL, name="Home", quiet_hours=None),)


def test_unknown_household(stores: Stores) -> None:
    """A household that was never saved is not found."""
    with pytest.raises(NotFound, match="household 'nowhere'"):
        stores.accounts.household("nowhere")


def test_households_by_name(house: Stores) -> None:
    """Households are listed by name."""
    assert [household.name for household in house.accounts.households()] == ["Away", "Home"]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("active", [True, False])
def test_user_comes_back_whole(house: Stores, role: Role, active: bool) -> None:
    """Every field of a user survives storage, and saving again replaces it."""
    user = User("anna", "away", "anna@example.net", "Anna Ö.", role, active, NOW, NOW + timedelta(1))
    house.accounts.save_user(user)
    assert house.accounts.users("away") == (user,)


def test_users_by_email(house: Stores) -> None:
    """The users of one household are listed by e-mail address, and nobody else's."""
    house.accounts.save_user(User("cleo", "home", "a@example.org"))
    house.accounts.save_user(User("dora", "away", "b@example.org"))
    assert [user.id for user in house.accounts.users("home")] == ["cleo", "anna", "ben"]


def test_email_is_taken(house: Stores) -> None:
    """A second user with the same e-mail address is refused, in any household."""
    with pytest.raises(Conflict, match="e-mail"):
        house.accounts.save_user(User("eve", "away", "anna@example.org"))
    assert house.accounts.users("away") == ()


def test_one_of_many_gets_the_email(house: Stores) -> None:
    """Of eight new users with one e-mail address exactly one is kept."""
    assert winners(lambda n: house.accounts.save_user(User(f"u{n}", "away", "x@example.org"))) == 1
    assert len(house.accounts.users("away")) == 1
