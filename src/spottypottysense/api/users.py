"""The caller as a person."""

from collections.abc import Iterable
from datetime import time
from typing import Annotated, Any, NotRequired

from fastapi import APIRouter, Response
from pydantic import Field
from typing_extensions import TypedDict

from spottypottysense.access.model import Act, Scope
from spottypottysense.access.policy.allowing import require_scope
from spottypottysense.accounts.model import Household, User
from spottypottysense.api.answers import must_match, tagged
from spottypottysense.api.asking import Ask, Controls, Reads
from spottypottysense.api.fields import Body, Clock, Minutes, Text, wall_time
from spottypottysense.api.household import TimeZone
from spottypottysense.api.minutes import clock, minutes, naming, span
from spottypottysense.api.times import rfc3339_or_none
from spottypottysense.grants.policy import REMINDERS
from spottypottysense.sensors.model import Room

router = APIRouter(tags=["users"])

_USUAL_QUIET_HOURS = (time(22), time(7))
_CONNECTED = frozenset({None, *(reason for _, reason in REMINDERS)})


class SpotifyDeviceJson(TypedDict):
    """A speaker that Spotify listed for the person; `defaultPlaylist` is what its room plays."""

    deviceId: str
    deviceName: str
    type: str
    defaultPlaylist: NotRequired[str]


class NotificationsJson(TypedDict):
    """How a person is told of what matters; the house tells all in one place, set up by its operator."""

    email: bool
    push: bool


class PreferencesJson(TypedDict):
    """The household's values."""

    globalTimeoutMinutes: float
    globalMotionGapMinutes: float
    quietHoursEnabled: bool
    quietHoursStart: str | None
    quietHoursEnd: str | None
    notifications: NotificationsJson


class UserJson(TypedDict):
    """A person, the household's values, and what Spotify knows; never a token."""

    userId: str
    householdId: str
    email: str
    name: str
    role: str
    active: bool
    timeZone: str
    spotifyConnected: bool
    spotifyDevices: list[SpotifyDeviceJson]
    preferences: PreferencesJson
    createdAt: str | None
    updatedAt: str | None


class UserAnswer(TypedDict):
    """The caller."""

    user: UserJson


class PreferencesChange(Body):
    """What is to change; what is not named stays. Times that are named switch quiet hours on."""

    global_timeout_minutes: Minutes = 0
    global_motion_gap_minutes: Minutes = 0
    quiet_hours_enabled: bool = True
    quiet_hours_start: Clock = ""
    quiet_hours_end: Clock = ""

    def fields(self, household: Household) -> dict[str, Any]:
        """Return the named fields as the household has them."""
        named = self.model_fields_set
        found: dict[str, Any] = {}
        if "global_timeout_minutes" in named:
            found["timeout"] = span(self.global_timeout_minutes)
        if "global_motion_gap_minutes" in named:
            found["motion_gap"] = span(self.global_motion_gap_minutes)
        if not self.quiet_hours_enabled:
            found["quiet_hours"] = None
        elif named & {"quiet_hours_enabled", "quiet_hours_start", "quiet_hours_end"}:
            start, end = household.quiet_hours or _USUAL_QUIET_HOURS
            found["quiet_hours"] = (
                wall_time(self.quiet_hours_start) if self.quiet_hours_start else start,
                wall_time(self.quiet_hours_end) if self.quiet_hours_end else end,
            )
        return found


class UserChange(Body):
    """What is to change; what is not named stays. Time zone and preferences are for owners."""

    name: Annotated[Text, Field(examples=["Anna"])] = ""
    time_zone: TimeZone = ""
    preferences: PreferencesChange | None = None


@router.get("/users/me", response_model=UserAnswer)
def read(ask: Reads) -> Response:
    """Return who you are, what holds in your household, and how you stand with Spotify."""
    return tagged(ask.request, _answer(ask))


@router.put("/users/me", response_model=UserAnswer)
def change(change: UserChange, ask: Controls) -> Response:
    """Change your name; owners change the household's time zone and preferences here as well."""
    with ask.front.editing:
        must_match(ask.request, _answer(ask))
        household = _household_fields(change, ask)
        if household:
            with naming(
                timeout="preferences.globalTimeoutMinutes", motionGap="preferences.globalMotionGapMinutes"
            ):
                ask.core.accounts.change_household(ask.caller.household_id, **household)
        if "name" in change.model_fields_set:
            ask.core.accounts.change_user(ask.caller.household_id, ask.caller.user_id, name=change.name)
        if change.model_fields_set:
            ask.core.access.audit.record(ask.caller, Act.CHANGED, "user", ask.address)
    return tagged(ask.request, _answer(ask))


def _household_fields(change: UserChange, ask: Ask) -> dict[str, Any]:
    """Return what changes in the household; raises `NotAllowed` for whoever may not change that."""
    found: dict[str, Any] = {}
    if "time_zone" in change.model_fields_set:
        found["time_zone"] = change.time_zone
    if change.preferences is not None:
        found |= change.preferences.fields(ask.household())
    if found:
        require_scope(ask.caller, Scope.MANAGE)
    return found


def _answer(ask: Ask) -> UserAnswer:
    core, caller = ask.core, ask.caller
    user = core.accounts.user(caller.household_id, caller.user_id)
    connected = core.connections.connection(user.id).reason in _CONNECTED
    return {"user": _user(user, ask.household(), connected=connected, devices=_devices(ask))}


def _user(user: User, household: Household, *, connected: bool, devices: list[SpotifyDeviceJson]) -> UserJson:
    return {
        "userId": user.id,
        "householdId": user.household_id,
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "active": user.active,
        "timeZone": household.time_zone,
        "spotifyConnected": connected,
        "spotifyDevices": devices,
        "preferences": _preferences(household),
        "createdAt": rfc3339_or_none(user.created_at),
        "updatedAt": rfc3339_or_none(user.updated_at),
    }


def _preferences(household: Household) -> PreferencesJson:
    hours = household.quiet_hours
    return {
        "globalTimeoutMinutes": minutes(household.timeout),
        "globalMotionGapMinutes": minutes(household.motion_gap),
        "quietHoursEnabled": hours is not None,
        "quietHoursStart": clock(hours[0]) if hours else None,
        "quietHoursEnd": clock(hours[1]) if hours else None,
        "notifications": {"email": False, "push": False},
    }


def _devices(ask: Ask) -> list[SpotifyDeviceJson]:
    """Return the speakers that are known of the caller, without asking Spotify."""
    rooms = ask.core.sensors.rooms(ask.caller.household_id)
    playlists = dict(_playlists(room for room in rooms if room.account == ask.caller.user_id))
    found: list[SpotifyDeviceJson] = []
    for known in ask.core.playback.known_speakers(ask.caller.user_id):
        device: SpotifyDeviceJson = {"deviceId": known.last_id, "deviceName": known.name, "type": known.type}
        if known.name in playlists:
            device["defaultPlaylist"] = playlists[known.name]
        found.append(device)
    return found


def _playlists(rooms: Iterable[Room]) -> Iterable[tuple[str, str]]:
    for room in rooms:
        if room.speaker is not None and room.content is not None:
            yield room.speaker.name, room.content
