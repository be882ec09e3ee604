"""Opens the house, and finds in it what people name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from spottypottysense.accounts.model import Household, User
from spottypottysense.errors import Invalid, NotFound
from spottypottysense.runtimes.appliance import settings
from spottypottysense.runtimes.appliance.files import locked
from spottypottysense.runtimes.appliance.wiring import House, build
from spottypottysense.sensors.model import Room

HouseholdName = Annotated[str | None, typer.Option("--household", help="Needed if there are several.")]


@contextmanager
def opened() -> Iterator[House]:
    """Open the house that the settings name, and let go of it afterwards."""
    house = build(settings.read(os.environ))
    try:
        yield house
    finally:
        house.close()


def appliance_runs(house: House) -> bool:
    """Say whether an appliance looks after this house, in another process."""
    try:
        with locked(house.settings.data / "appliance.lock", wait=False):
            return False
    except BlockingIOError:
        return True


def household_named(house: House, name: str | None) -> Household:
    """Return the household of that name, or the only one; raises `Invalid` or `NotFound`."""
    households = house.core.accounts.households()
    if not households:
        raise Invalid("There is no household yet: add its owner with `spotty user add EMAIL`.")
    if name is None and len(households) > 1:
        names = ", ".join(household.name for household in households)
        message = f"There are several households: choose one of {names} with --household."
        raise Invalid(message)
    found = [household for household in households if name in (None, household.name)]
    if not found:
        raise NotFound("household", name or "")
    return found[0]


def room_named(house: House, home: Household, name: str) -> Room | None:
    """Return the room of that name, or None."""
    return next((room for room in house.core.sensors.rooms(home.id) if room.name == name), None)


def room_of(house: House, home: Household, name: str) -> Room:
    """Return the room of that name; raises `Invalid` with the names that there are."""
    room = room_named(house, home, name)
    if room is None:
        names = ", ".join(room.name for room in house.core.sensors.rooms(home.id))
        known = f"choose one of {names}." if names else "make one with `spotty room set NAME`."
        message = f"There is no room {name!r}: {known}"
        raise Invalid(message, field="room")
    return room


def member(house: House, home: Household, email: str) -> User:
    """Return the person of this household with that e-mail address; raises `NotFound`."""
    found = next((user for user in house.core.accounts.users(home.id) if user.email == email), None)
    if found is None:
        raise NotFound("user", email)
    return found


def person(house: House, email: str) -> User:
    """Return whoever has that e-mail address, in any household; raises `NotFound`."""
    for home in house.core.accounts.households():
        for user in house.core.accounts.users(home.id):
            if user.email == email:
                return user
    raise NotFound("user", email)
