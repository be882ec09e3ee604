"""What stands in a house: rooms, sensors, speakers."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum


class SensorKind(StrEnum):
    """How a sensor speaks: `pulse` says only that it saw motion, `level` also when that is over."""

    PULSE = "pulse"
    LEVEL = "level"


@dataclass(frozen=True)
class Speaker:
    """Where a room's music plays. Spotify's ids rot, so name and type find it and `last_id` is a hint."""

    name: str
    type: str = ""
    last_id: str | None = None


@dataclass(frozen=True)
class Room:
    """A room: whose Spotify plays what on which speaker; `None` leaves a value to the household."""

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


@dataclass(frozen=True)
class Sensor:
    """What sees motion in a room."""

    id: str
    household_id: str
    room_id: str
    kind: SensorKind = SensorKind.PULSE
    enabled: bool = True
    certificate_id: str | None = None


@dataclass(frozen=True)
class Status:
    """What a sensor last said of itself; `at` is when we heard it."""

    sensor_id: str
    status: str
    at: datetime
    battery: int | None = None
