"""The house as it is now: what a page shows that looks again every few seconds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response
from typing_extensions import TypedDict

from spottypottysense.accounts.model import Household
from spottypottysense.api.answers import tagged
from spottypottysense.api.asking import Ask, Reads
from spottypottysense.api.overview import silenced_by
from spottypottysense.api.times import rfc3339, rfc3339_or_none
from spottypottysense.presence.model import Music, Session
from spottypottysense.reasons import Reason, fix, sentence
from spottypottysense.sensors.model import Room, Sensor, Status

router = APIRouter(tags=["state"])


class Why(TypedDict):
    """Why there is no music: a code, a sentence, and the code of what mends it; None if there is no why."""

    reason: str | None
    sentence: str | None
    fix: str | None


class SensorNow(TypedDict):
    """A sensor, what it last said of itself, and when it saw somebody; `battery` is in percent."""

    sensorId: str
    name: str
    kind: str
    enabled: bool
    status: str | None
    statusAt: str | None
    battery: int | None
    lastMotionAt: str | None


class RoomNow(Why):
    """A room. `since` is when the visit began; `endsAt` when it ends if nothing moves.

    `endsAt` is None while a sensor sees somebody. `music` is `pending` while it is asked for.
    """

    roomId: str
    name: str
    occupied: bool
    music: Literal["playing", "pending", "silent"]
    content: str | None
    speaker: str | None
    userId: str | None
    sessionId: str | None
    since: str | None
    endsAt: str | None
    lastMotionAt: str | None
    snoozedUntil: str | None
    sensors: list[SensorNow]


class HouseholdNow(Why):
    """The household; its `reason` is what keeps the whole house silent."""

    householdId: str
    name: str
    timeZone: str
    mode: str
    snoozedUntil: str | None


class State(TypedDict):
    """The house as it is now."""

    household: HouseholdNow
    rooms: list[RoomNow]


@dataclass(frozen=True)
class _Seen:
    """What is known of the household at `at`; sensors are by room, the rest by its own id."""

    at: datetime
    household: Household
    sessions: Mapping[str, Session]
    sensors: Mapping[str, list[SensorNow]]
    playing: frozenset[str]


@router.get("/state", response_model=State)
def state(ask: Reads) -> Response:
    """Return rooms, sensors and the household as they are now.

    Ask again with `If-None-Match`: while nothing has changed, the answer is an empty 304.
    """
    seen = _seen(ask)
    rooms = ask.core.sensors.rooms(seen.household.id)
    return tagged(
        ask.request, {"household": _household(seen), "rooms": [_room(room, seen) for room in rooms]}
    )


def _seen(ask: Ask) -> _Seen:
    core, household = ask.core, ask.household()
    open_now = (each for each in core.presence.open_sessions() if each.household_id == household.id)
    motions = core.presence.last_motions(household.id)
    statuses = {status.sensor_id: status for status in core.sensors.statuses(household.id)}
    sensors: dict[str, list[SensorNow]] = {}
    for sensor in core.sensors.sensors(household.id):
        now = _sensor(sensor, statuses.get(sensor.id), motions.get(sensor.id))
        sensors.setdefault(sensor.room_id, []).append(now)
    return _Seen(
        at=ask.front.house_clock.now(),
        household=household,
        sessions={session.room_id: session for session in open_now},
        sensors=sensors,
        playing=frozenset(receipt.room_id for receipt in core.playback.receipts()),
    )


def _household(seen: _Seen) -> HouseholdNow:
    household = seen.household
    return {
        "householdId": household.id,
        "name": household.name,
        "timeZone": household.time_zone,
        "mode": household.mode,
        "snoozedUntil": _still(household.snoozed_until, seen.at),
        **_why(silenced_by(household, seen.at)),
    }


def _room(room: Room, seen: _Seen) -> RoomNow:
    session, sensors = seen.sessions.get(room.id), seen.sensors.get(room.id, [])
    sees_somebody = session is not None and any(heard.on for heard in session.heard)
    return {
        "roomId": room.id,
        "name": room.name,
        "occupied": session is not None,
        "music": _music(room, session, seen.playing),
        "content": session.content if session is not None else None,
        "speaker": room.speaker.name if room.speaker else None,
        "userId": session.account if session is not None else room.account,
        "sessionId": session.id if session is not None else None,
        "since": rfc3339(session.opened_at) if session is not None else None,
        "endsAt": rfc3339(session.deadline_at) if session is not None and not sees_somebody else None,
        "lastMotionAt": _latest(sensor["lastMotionAt"] for sensor in sensors),
        "snoozedUntil": _still(room.snoozed_until, seen.at),
        "sensors": sensors,
        **_why(_silence(room, session, seen)),
    }


def _music(
    room: Room, session: Session | None, playing: frozenset[str]
) -> Literal["playing", "pending", "silent"]:
    """Return what becomes of the music; in an empty room a song may finish, or one was asked for by hand."""
    if session is None:
        return "playing" if room.id in playing else "silent"
    return {Music.PLAYING: "playing", Music.PENDING: "pending", Music.SILENT: "silent"}[session.music]  # type: ignore[return-value]


def _silence(room: Room, session: Session | None, seen: _Seen) -> Reason | None:
    """Return why an occupied room is silent, or why an empty one would be."""
    if session is not None:
        return session.silent_reason if session.music is Music.SILENT else None
    if room.id in seen.playing:
        return None
    return Reason.SNOOZED if _still(room.snoozed_until, seen.at) else silenced_by(seen.household, seen.at)


def _sensor(sensor: Sensor, status: Status | None, moved_at: datetime | None) -> SensorNow:
    return {
        "sensorId": sensor.id,
        "name": sensor.name,
        "kind": sensor.kind,
        "enabled": sensor.enabled,
        "status": status.status if status else None,
        "statusAt": rfc3339(status.at) if status else None,
        "battery": status.battery if status else None,
        "lastMotionAt": rfc3339_or_none(moved_at),
    }


def _why(reason: Reason | None) -> Why:
    if reason is None:
        return {"reason": None, "sentence": None, "fix": None}
    return {"reason": reason, "sentence": sentence(reason), "fix": fix(reason)}


def _latest(moments: Iterable[str | None]) -> str | None:
    return max((moment for moment in moments if moment is not None), default=None)


def _still(until: datetime | None, now: datetime) -> str | None:
    """Return the end of a snooze that has not passed."""
    return rfc3339(until) if until is not None and now < until else None
