"""Who lives together, and by which clock and rules."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

QuietHours = tuple[time, time]
"""Start and end by the wall clock of the household; equal ends mean none."""


class Role(StrEnum):
    """What a user may do in the household; the operator's role is the command line."""

    OWNER = "owner"
    MEMBER = "member"


class Mode(StrEnum):
    """What the whole house is switched to; away and with guests, motion starts no music."""

    HOME = "home"
    AWAY = "away"
    GUESTS = "guests"


@dataclass(frozen=True)
class Household:
    """People who share rooms; its values hold for every room that names none of its own.

    `takes_over` lets motion start music although its owner listens elsewhere; `latest_wins` lets the music
    go to whoever came last where two rooms want one account.
    """

    id: str
    name: str
    time_zone: str = "UTC"
    quiet_hours: QuietHours | None = None
    timeout: timedelta = timedelta(minutes=5)
    motion_gap: timedelta = timedelta(minutes=2)
    mode: Mode = Mode.HOME
    snoozed_until: datetime | None = None
    takes_over: bool = False
    latest_wins: bool = False


@dataclass(frozen=True)
class User:
    """A person of a household; `created_at` and `updated_at` are None until it is first kept."""

    id: str
    household_id: str
    email: str
    name: str = ""
    role: Role = Role.OWNER
    active: bool = True
    created_at: datetime | None = None
    updated_at: datetime | None = None
