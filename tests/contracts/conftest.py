"""The stores under contract, with a small house in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.stores import IMPLEMENTATIONS
from spottypottysense.accounts.model import Household, User
from spottypottysense.core import Stores
from spottypottysense.sensors.model import Room


@pytest.fixture(params=IMPLEMENTATIONS)
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    """One implementation after the other, empty."""
    with IMPLEMENTATIONS[request.param](tmp_path) as made:
        yield made


@pytest.fixture
def house(stores: Stores) -> Stores:
    """The stores with two households; `home` has the users anna and ben, and a bath and a kitchen."""
    stores.accounts.save_household(Household("home", "Home"))
    stores.accounts.save_household(Household("away", "Away"))
    for name in ("anna", "ben"):
        stores.accounts.save_user(User(name, "home", f"{name}@example.org"))
    for name in ("bath", "kitchen"):
        stores.rooms.save_room(Room(name, "home", name.title()))
    return stores
