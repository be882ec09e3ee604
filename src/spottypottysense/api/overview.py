"""The state of the whole house as one value: what a status page shows."""

from dataclasses import dataclass
from datetime import datetime

from spottypottysense.accounts.use_cases import Accounts
from spottypottysense.core import Core
from spottypottysense.presence.model import JournalEntry, Music, Session
from spottypottysense.reasons import Reason, sentence
from spottypottysense.sensors.model import Room, Status


@dataclass(frozen=True)
class RoomOverview:
    """One room now; `ends_at` is when the visit ends if nothing moves, None while a sensor sees somebody."""

    household: str
    name: str
    occupied: bool
    music: str
    speaker: str
    since: datetime | None
    ends_at: datetime | None
    sensors: tuple[str, ...]


@dataclass(frozen=True)
class DecisionLine:
    """One decision as a person reads it."""

    at: datetime
    room: str
    sensor: str
    event: str
    action: str
    why: str


@dataclass(frozen=True)
class Overview:
    """All rooms, the latest decisions, and what waits for a person."""

    at: datetime
    rooms: tuple[RoomOverview, ...]
    decisions: tuple[DecisionLine, ...]
    notices: tuple[str, ...]


def overview(core: Core, at: datetime, decisions: int = 30) -> Overview:
    """Gather what the status page shows, as of `at`."""
    open_sessions = {session.room_id: session for session in core.presence.open_sessions()}
    rooms: list[RoomOverview] = []
    names: dict[str, str] = {}
    for household in core.accounts.households():
        statuses = {status.sensor_id: status for status in core.sensors.statuses(household.id)}
        sensors = core.sensors.sensors(household.id)
        for room in core.sensors.rooms(household.id):
            names[room.id] = room.name
            here = tuple(_sensor_line(s.id, statuses.get(s.id)) for s in sensors if s.room_id == room.id)
            rooms.append(_room(room, household.name, open_sessions.get(room.id), here))
    return Overview(
        at=at,
        rooms=tuple(rooms),
        decisions=tuple(line(entry, names) for entry in _telling(core, decisions)),
        notices=tuple(
            f"{called(core.accounts, n.subject)}: {sentence(n.reason)}" for n in core.notices.waiting()
        ),
    )


def called(accounts: Accounts, subject: str) -> str:
    """Return what people call the subject of a notice: a user's e-mail address, or an app by its id."""
    return accounts.email_of(subject) or f"Spotify app {subject}"


def _telling(core: Core, limit: int) -> list[JournalEntry]:
    """Return the latest decisions; that somebody is still there is told once per room, not each time."""
    rooms: set[str | None] = set()
    found: list[JournalEntry] = []
    for entry in core.presence.decisions(None, limit * 10):
        dull = entry.reason is Reason.STILL_THERE
        if not (dull and entry.room_id in rooms):
            found.append(entry)
        if dull:
            rooms.add(entry.room_id)
    return found[:limit]


def line(entry: JournalEntry, room_names: dict[str, str]) -> DecisionLine:
    """Return a journal entry as a person reads it."""
    why = sentence(entry.reason)
    if entry.outcome is not None:
        why += f" {sentence(entry.outcome)}"
    room = room_names.get(entry.room_id or "", "")
    return DecisionLine(entry.at, room, entry.sensor_id, entry.event, str(entry.action), why)


def _room(room: Room, household: str, session: Session | None, sensors: tuple[str, ...]) -> RoomOverview:
    speaker = room.speaker.name if room.speaker else ""
    if session is None:
        return RoomOverview(household, room.name, False, "silent", speaker, None, None, sensors)
    return RoomOverview(
        household=household,
        name=room.name,
        occupied=True,
        music=_music(session),
        speaker=speaker,
        since=session.opened_at,
        ends_at=None if any(heard.on for heard in session.heard) else session.deadline_at,
        sensors=sensors,
    )


def _music(session: Session) -> str:
    if session.music is Music.SILENT:
        return sentence(session.silent_reason or Reason.RESTARTED)
    return "plays" if session.music is Music.PLAYING else "is about to start"


def _sensor_line(sensor_id: str, status: Status | None) -> str:
    if status is None:
        return f"{sensor_id} (not heard of yet)"
    battery = f", battery {status.battery} %" if status.battery is not None else ""
    return f"{sensor_id} ({status.status}{battery})"
