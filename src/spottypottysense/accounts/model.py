"""Who lives together, and by which clock and rules."""

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

QuietHours = tuple[time, time]
"""Start and end by the wall clock of the household; equal ends mean none."""


class Role(StrEnum):
    """What a user may do in the household; the operator's role is the command line."""

    OWNER = "owner"
    MEMBER = "member"


@dataclass(frozen=True)
class Household:
    """People who share rooms; its values hold for every room that names none of its own."""

    id: str
    name: str
    time_zone: str = "UTC"
    quiet_hours: QuietHours | None = None
    timeout: timedelta = timedelta(minutes=5)
    motion_gap: timedelta = timedelta(minutes=2)


@dataclass(frozen=True)
class User:
    """A person of a household."""

    id: str
    household_id: str
    email: str
    name: str = ""
    role: Role = Role.OWNER
    active: bool = True
