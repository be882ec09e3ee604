"""The state of the whole house as one value: what a status page shows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from spottypottysense.accounts.model import Household, Mode
from spottypottysense.accounts.use_cases import Accounts
from spottypottysense.api.advice import advice, with_advice
from spottypottysense.core import Core
from spottypottysense.presence.model import JournalEntry, Music, Session
from spottypottysense.reasons import Reason, sentence
from spottypottysense.sensors.model import Room, Status


@dataclass(frozen=True)
class RoomOverview:
    """One room now; `ends_at` is when the visit ends if nothing moves, None while a sensor sees somebody.

    `advice` is what to do about music that is silent, if anything is.
    """

    household: str
    name: str
    occupied: bool
    music: str
    speaker: str
    since: datetime | None
    ends_at: datetime | None
    sensors: tuple[str, ...]
    advice: str = ""


@dataclass(frozen=True)
class DecisionLine:
    """One decision as a person reads it; `advice` is what to do about it, if anything is."""

    at: datetime
    room: str
    sensor: str
    event: str
    action: str
    why: str
    advice: str = ""


@dataclass(frozen=True)
class Overview:
    """All rooms, the latest decisions, and what waits for a person."""

    at: datetime
    rooms: tuple[RoomOverview, ...]
    decisions: tuple[DecisionLine, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True)
class RoomLabel:
    """What people call a room, and the e-mail address of whoever's Spotify plays there, if anybody's."""

    name: str
    email: str = ""


def overview(core: Core, at: datetime, decisions: int = 30, household_id: str | None = None) -> Overview:
    """Gather what the status page shows, as of `at`: of one household, or (None) of all."""
    open_sessions = {session.room_id: session for session in core.presence.open_sessions()}
    labels = room_labels(core)
    rooms: list[RoomOverview] = []
    accounts = core.accounts
    households = accounts.households() if household_id is None else (accounts.household(household_id),)
    for household in households:
        statuses = {status.sensor_id: status for status in core.sensors.statuses(household.id)}
        sensors = core.sensors.sensors(household.id)
        for room in core.sensors.rooms(household.id):
            here = tuple(_sensor_line(s.id, statuses.get(s.id)) for s in sensors if s.room_id == room.id)
            session = open_sessions.get(room.id)
            if session is None:
                rooms.append(_empty_room(room, household.name, here, at))
            else:
                rooms.append(_occupied_room(room, household.name, here, session, labels[room.id]))
    return Overview(
        at=at,
        rooms=tuple(rooms),
        decisions=tuple(line(entry, labels) for entry in _telling(core, decisions, household_id)),
        notices=(*_standing_orders(households, at), *_notices(core, household_id)),
    )


def room_labels(core: Core) -> dict[str, RoomLabel]:
    """Return what people call each room, by its id."""
    labels: dict[str, RoomLabel] = {}
    for household in core.accounts.households():
        emails = {user.id: user.email for user in core.accounts.users(household.id)}
        for room in core.sensors.rooms(household.id):
            labels[room.id] = RoomLabel(room.name, emails.get(room.account or "", ""))
    return labels


def silenced_by(household: Household, at: datetime) -> Reason | None:
    """Return what keeps the whole house silent at that moment: a snooze, or that it is away or has guests."""
    if household.snoozed_until is not None and at < household.snoozed_until:
        return Reason.SNOOZED
    return {Mode.AWAY: Reason.AWAY, Mode.GUESTS: Reason.GUESTS}.get(household.mode)


def called(accounts: Accounts, subject: str) -> str:
    """Return what people call the subject of a notice: a user's e-mail address, or an app by its id."""
    return accounts.email_of(subject) or f"Spotify app {subject}"


def _telling(core: Core, limit: int, household_id: str | None) -> list[JournalEntry]:
    """Return the latest decisions; that somebody is still there is told once per room, not each time."""
    rooms: set[str | None] = set()
    found: list[JournalEntry] = []
    for entry in core.presence.decisions(household_id, limit * 10):
        dull = entry.reason is Reason.STILL_THERE
        if not (dull and entry.room_id in rooms):
            found.append(entry)
        if dull:
            rooms.add(entry.room_id)
    return found[:limit]


def line(entry: JournalEntry, labels: Mapping[str, RoomLabel]) -> DecisionLine:
    """Return a journal entry as a person reads it."""
    label = labels.get(entry.room_id or "", RoomLabel(""))
    why, latest = sentence(entry.reason), entry.outcome or entry.reason
    if entry.outcome is not None:
        why += f" {sentence(entry.outcome)}"
    what_to_do = advice(latest, label.name, entry.sensor_id, label.email)
    return DecisionLine(
        entry.at, label.name, entry.sensor_id, entry.event, str(entry.action), why, what_to_do
    )


def _standing_orders(households: Iterable[Household], at: datetime) -> Iterator[str]:
    for household in households:
        reason = silenced_by(household, at)
        if reason is not None:
            yield f"{household.name}: {with_advice(reason)}"


def _notices(core: Core, household_id: str | None) -> Iterator[str]:
    notices = core.notices.waiting()
    if household_id is not None:
        people = {user.id for user in core.accounts.users(household_id)}
        notices = tuple(notice for notice in notices if notice.subject in people)
    for notice in notices:
        email = core.accounts.email_of(notice.subject) or ""
        yield f"{called(core.accounts, notice.subject)}: {with_advice(notice.reason, email=email)}"


def _empty_room(room: Room, household: str, sensors: tuple[str, ...], at: datetime) -> RoomOverview:
    snoozed = room.snoozed_until is not None and at < room.snoozed_until
    return RoomOverview(
        household=household,
        name=room.name,
        occupied=False,
        music=sentence(Reason.SNOOZED) if snoozed else "silent",
        speaker=room.speaker.name if room.speaker else "",
        since=None,
        ends_at=None,
        sensors=sensors,
        advice=advice(Reason.SNOOZED, room.name) if snoozed else "",
    )


def _occupied_room(
    room: Room, household: str, sensors: tuple[str, ...], session: Session, label: RoomLabel
) -> RoomOverview:
    silent = session.silent_reason if session.music is Music.SILENT else None
    return RoomOverview(
        household=household,
        name=room.name,
        occupied=True,
        music=_music(session),
        speaker=room.speaker.name if room.speaker else "",
        since=session.opened_at,
        ends_at=None if any(heard.on for heard in session.heard) else session.deadline_at,
        sensors=sensors,
        advice=advice(silent, label.name, session.sensor_id, label.email) if silent else "",
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
