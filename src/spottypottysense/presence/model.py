"""Motions in, sessions and decisions out."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from spottypottysense.accounts.model import Mode
from spottypottysense.playback.model import Outcome
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import BY_HAND, Room


class MotionEvent(StrEnum):
    """What a sensor says: it sees somebody, or (a level sensor) nobody any more."""

    DETECTED = "motion_detected"
    CLEARED = "motion_cleared"


@dataclass(frozen=True)
class Motion:
    """One message of a sensor. `key` is the same for every copy of it."""

    sensor_id: str
    event: MotionEvent
    at: datetime
    received_at: datetime
    key: str
    battery: int | None = None


@dataclass(frozen=True)
class Heard:
    """The newest word of one sensor: whether it is on, and since when."""

    sensor_id: str
    on: bool
    at: datetime


class Music(StrEnum):
    """What became of a session's music."""

    PENDING = "pending"
    PLAYING = "playing"
    SILENT = "silent"


@dataclass(frozen=True)
class Session:
    """One visit to a room; at most one per room is open (`ended_at` is None).

    `deadline_at` is when it ends unless something moves; `acted_at` is the last start of music in this
    room. `asked_at` is when the motion came that asked for music, `accepted_after` how much later Spotify
    took the command, and `confirmed_after` how much later the first note was known to play. `content` is what
    played last. `version` counts the writes, and a write names the version it read.
    """

    id: str
    household_id: str
    room_id: str
    sensor_id: str
    account: str | None
    opened_at: datetime
    last_motion_at: datetime
    deadline_at: datetime
    motions: int = 1
    heard: tuple[Heard, ...] = ()
    music: Music = Music.SILENT
    silent_reason: Reason | None = None
    music_since: datetime | None = None
    music_time: timedelta = timedelta(0)
    acted_at: datetime | None = None
    asked_at: datetime | None = None
    accepted_after: timedelta | None = None
    confirmed_after: timedelta | None = None
    ended_at: datetime | None = None
    end_reason: Reason | None = None
    content: str | None = None
    version: int = 0


@dataclass(frozen=True)
class RoomRules:
    """What holds for one room: its own wishes where it has them, else the household's.

    `stale_after` is the age from which a motion starts no music; `stuck_after` the longest time that a
    sensor may stay on. `takes_over` and `latest_wins` are as in `Household`.
    """

    room: Room
    timeout: timedelta
    motion_gap: timedelta
    time_zone: str
    quiet_hours: tuple[time, time] | None
    stale_after: timedelta
    stuck_after: timedelta
    mode: Mode = Mode.HOME
    snoozed_until: datetime | None = None
    takes_over: bool = False
    latest_wins: bool = False


class Action(StrEnum):
    """What presence decided about a motion, a deadline, or what a person commanded.

    A `command` neither opens, extends nor ends a visit.
    """

    START = "start"
    EXTEND = "extend"
    IGNORE = "ignore"
    END = "end"
    COMMAND = "command"


@dataclass(frozen=True)
class Decision:
    """An action, the reason for it, and the session as it should be from now on.

    `entry_id` is its row in the journal, once that is written: there the outcome follows.
    """

    action: Action
    reason: Reason
    session: Session | None = None
    entry_id: str = field(default="", compare=False)


@dataclass(frozen=True)
class JournalEntry:
    """One row per motion, deadline or command: what was decided and why, and what became of the music.

    `household_id` and `room_id` are None where the sender is nobody we know; `outcome` follows later.
    """

    id: str
    at: datetime
    sensor_id: str
    event: str
    action: Action
    reason: Reason
    key: str
    household_id: str | None = None
    room_id: str | None = None
    session_id: str | None = None
    outcome: Reason | None = None
    detail: str = ""


class Switch(StrEnum):
    """What a switch can command; the value is its code in the payload."""

    PLAY = "play"
    STOP = "stop"
    SNOOZE = "snooze"
    WAKE = "wake"
    EVERYTHING_OFF = "everything_off"
    AWAY = "away"
    HOME = "home"
    GUESTS = "guests"


@dataclass(frozen=True)
class SwitchPress:
    """One message of a switch. `room` is a name; `span` is for snoozing. `key` is the same for every copy."""

    sensor_id: str
    switch: Switch
    at: datetime
    received_at: datetime
    key: str
    room: str | None = None
    span: timedelta | None = None


@dataclass(frozen=True)
class Order:
    """A person's command at `at`: `event` says what, `sensor_id` by what means; `key` is as in a message."""

    event: str
    at: datetime
    key: str
    sensor_id: str = BY_HAND
    reason: Reason = Reason.BY_HAND


@dataclass(frozen=True)
class Attempt:
    """How music is asked for, and what became of it so far.

    `asked` are the accounts that were asked before; `refused` is what the room's own account answered.
    """

    by_hand: bool = False
    takes_over: bool = False
    asked: tuple[str, ...] = ()
    refused: Outcome | None = None
