"""Recorded homes, and what a rule makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from spottypottysense.reasons import Reason


@dataclass(frozen=True)
class Reading:
    """One recorded word of a sensor: it went on (`on`) or off."""

    at: datetime
    sensor: str
    room: str
    on: bool


@dataclass(frozen=True)
class Span:
    """A stretch of time, [start, end)."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class RecordedHome:
    """What sensors said, in order, and when each room was truly occupied."""

    readings: tuple[Reading, ...]
    occupied: dict[str, tuple[Span, ...]]

    @property
    def length(self) -> timedelta:
        """Return the time from the first to the last reading."""
        return self.readings[-1].at - self.readings[0].at


@dataclass(frozen=True)
class FixedRule:
    """The yardstick: a timeout after the last counted motion, looked at every `tick`."""

    name: str
    timeout: timedelta
    motion_gap: timedelta = timedelta(0)
    tick: timedelta = timedelta(seconds=1)


@dataclass(frozen=True)
class Score:
    """How well music followed presence in one room.

    `coverage`: share of occupied time with music, 0 to 1; `waste`: music in the empty room, a day;
    `false_stops`: ends while the room was occupied, a day; `occupied`: a day.
    """

    room: str
    rule: str
    coverage: float
    waste: timedelta
    false_stops: float
    occupied: timedelta
    starts: int


@dataclass(frozen=True)
class Totals:
    """What a household's sessions come to; `with_music` had some, if only for a while."""

    sessions: int
    open: int
    motions: int
    with_music: int
    visit_time: timedelta
    music_time: timedelta


@dataclass(frozen=True)
class Latency:
    """How long something took in `count` cases: in half of them no longer than `p50`, in 95 % than `p95`."""

    count: int
    p50: timedelta
    p95: timedelta


@dataclass(frozen=True)
class RoomFigures:
    """How well music followed into one room.

    `with_music` are visits that had some, if only for a while; `silent` counts the others by their reason,
    the most frequent first; a visit that waits for its music is neither. `accepted` is the time from the
    motion to Spotify's yes, `confirmed` from the motion to the first note; None where nothing was measured.
    """

    room_id: str
    visits: int
    with_music: int
    silent: dict[Reason, int]
    accepted: Latency | None
    confirmed: Latency | None


@dataclass(frozen=True)
class Selection:
    """Sessions of a household that opened in [start, end), in one room or by one sensor; None is any."""

    household_id: str
    start: datetime | None = None
    end: datetime | None = None
    room_id: str | None = None
    sensor_id: str | None = None


Place = tuple[datetime, str]
"""Where a list goes on: behind what happened then and has this id."""


@dataclass(frozen=True)
class Tally:
    """What the visits come to that one sensor opened in one room in a day, or in a month from `day` on.

    Days and hours are those of a clock in `zone`. `hours` counts visits by the hour of the week in which they
    began (0 to 167, from Monday on), `counts` whatever else there is to count, by name. Tallies are kept when
    their sessions are forgotten.
    """

    day: date
    zone: str
    room_id: str
    sensor_id: str
    hours: Mapping[int, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Analysis:
    """What visits come to: in all, by sensor, by room, by hour of the week, by what played, by why not.

    `first_notes` is, by room, the time from the motion to the first note; `week` are 7 days of 24 hours,
    Monday first; `contents` counts visits with music, `silent` those without.
    """

    total: Totals
    sensors: Mapping[tuple[str, str], Totals]
    rooms: Mapping[str, Totals]
    first_notes: Mapping[str, Latency]
    week: tuple[tuple[int, ...], ...]
    contents: Mapping[str, int]
    silent: Mapping[Reason, int]
