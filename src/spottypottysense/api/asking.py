"""What a route works with: the house, and who asks."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from spottypottysense.access.model import Caller, Scope
from spottypottysense.access.policy.allowing import require_scope
from spottypottysense.accounts.model import Household
from spottypottysense.api.cursors import Cursors
from spottypottysense.api.idempotency import KeptAnswers
from spottypottysense.api.refusals import request_id_of
from spottypottysense.api.remembering import Remembered
from spottypottysense.clock import Clock
from spottypottysense.core import Core
from spottypottysense.errors import NotFound
from spottypottysense.presence.model import JournalEntry
from spottypottysense.sensors.model import Room, Sensor

Health = Callable[[], Mapping[str, bool]]
"""Returns what must be well for the house to work, by name."""

Figures = Callable[[], tuple[bytes, str]]
"""Returns the metrics and their media type."""

Listen = Callable[[Callable[[JournalEntry], None]], Callable[[], None]]
"""Calls the listener with every decision and outcome from now on; what it returns ends that."""


@dataclass(frozen=True)
class Front:
    """What stands behind the routes: `clock` is real time, `house_clock` that of presence.

    `editing` is held while something is read, compared and written, so that no update is lost between.
    `redirect_uri` is where Spotify sends browsers back to; None: to where the API was asked. `listen` is None
    where there are no live events.
    """

    core: Core
    clock: Clock
    house_clock: Clock
    cursors: Cursors
    health: Health
    figures: Figures
    kept_answers: KeptAnswers
    redirect_uri: str | None = None
    listen: Listen | None = None
    remembered: Remembered = field(default_factory=Remembered)
    editing: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Ask:
    """One request of a known caller; what is not of the caller's household does not exist."""

    front: Front
    caller: Caller
    request: Request

    @property
    def core(self) -> Core:
        """Return the house."""
        return self.front.core

    @property
    def address(self) -> str:
        """Return where the request came from, for the audit trail."""
        return address_of(self.request)

    @property
    def request_id(self) -> str:
        """Return the id of the request."""
        return request_id_of(self.request)

    def household(self) -> Household:
        """Return the caller's household."""
        return self.core.accounts.household(self.caller.household_id)

    def room(self, room_id: str) -> Room:
        """Return a room of the caller's household; raises `NotFound`."""
        room = self.core.sensors.room(room_id)
        self._must_own(room.household_id, "room", room_id)
        return room

    def sensor(self, sensor_id: str) -> Sensor:
        """Return a sensor of the caller's household; raises `NotFound`."""
        sensor = self.core.sensors.sensor(sensor_id)
        self._must_own(sensor.household_id, "sensor", sensor_id)
        return sensor

    def _must_own(self, household_id: str, thing: str, key: str) -> None:
        if household_id != self.caller.household_id:
            raise NotFound(thing, key)


def address_of(request: Request) -> str:
    """Return where a request came from."""
    return request.client.host if request.client is not None else ""


class _Needs:
    """What a route depends on: refuses whoever lacks the scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def __call__(self, request: Request) -> Ask:
        caller: Caller = request.scope["caller"]
        require_scope(caller, self.scope)
        return Ask(request.app.state.front, caller, request)


def needs(scope: Scope) -> Any:
    """Return what a route depends on, which refuses whoever lacks the scope."""
    return Depends(_Needs(scope))


def scope_of(route: APIRoute) -> Scope | None:
    """Return the scope that a route demands, or None if it names none."""
    calls = (each.call for each in route.dependant.dependencies)
    return next((call.scope for call in calls if isinstance(call, _Needs)), None)


Reads = Annotated[Ask, needs(Scope.READ)]
Controls = Annotated[Ask, needs(Scope.CONTROL)]
Manages = Annotated[Ask, needs(Scope.MANAGE)]
