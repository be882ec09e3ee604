"""What stands in a house: rooms, sensors, speakers."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

BY_HAND = "by-hand"
"""What stands in a sensor's place where a person commands the house; no sensor may have this name."""


class SensorKind(StrEnum):
    """How a sensor speaks: `pulse` says only that it saw motion, `level` also when that is over.

    A `switch` sees nobody: it commands the house.
    """

    PULSE = "pulse"
    LEVEL = "level"
    SWITCH = "switch"


class Beginning(StrEnum):
    """Where music begins: at any song, where this room stopped last, or at the first song."""

    ANYWHERE = "anywhere"
    RESUME = "resume"
    TOP = "top"


class Ending(StrEnum):
    """How music ends when a room is empty: at once, softly, or with the end of the song."""

    STOP = "stop"
    FADE = "fade"
    FINISH_SONG = "finish_song"


class DayPart(StrEnum):
    """The parts of a day that a room may have wishes of its own for."""

    MORNING = "morning"
    DAY = "day"
    EVENING = "evening"
    NIGHT = "night"


@dataclass(frozen=True)
class Speaker:
    """Where a room's music plays. Spotify's ids rot, so name and type find it and `last_id` is a hint."""

    name: str
    type: str = ""
    last_id: str | None = None


@dataclass(frozen=True)
class Programme:
    """What a room wishes for from `starts`, by the wall clock, until its next programme starts.

    `content` None is the room's own; `ceiling` (0 to 100) is the volume that music never exceeds.
    """

    part: DayPart
    starts: time
    content: str | None = None
    ceiling: int | None = None


@dataclass(frozen=True)
class Room:
    """A room: whose Spotify plays what on which speaker; `None` leaves a value to the household.

    `stand_ins` play, in this order, where `account` cannot. `follows` lets music come along from another
    room of the account, and go along to one.
    """

    id: str
    household_id: str
    name: str
    account: str | None = None
    speaker: Speaker | None = None
    content: str | None = None
    volume: int | None = None
    shuffle: bool = True
    timeout: timedelta | None = None
    motion_gap: timedelta | None = None
    quiet_hours: tuple[time, time] | None = None
    stand_ins: tuple[str, ...] = ()
    day: tuple[Programme, ...] = ()
    beginning: Beginning = Beginning.ANYWHERE
    ending: Ending = Ending.STOP
    fades_in: bool = False
    follows: bool = True
    snoozed_until: datetime | None = None


@dataclass(frozen=True)
class Sensor:
    """What sees motion in a room; `created_at` and `updated_at` are None until it is first kept."""

    id: str
    household_id: str
    room_id: str
    kind: SensorKind = SensorKind.PULSE
    enabled: bool = True
    certificate_id: str | None = None
    name: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Status:
    """What a sensor last said of itself; `at` is when we heard it."""

    sensor_id: str
    status: str
    at: datetime
    battery: int | None = None
