"""A notice: something that a person should know or do."""

from dataclasses import dataclass
from datetime import datetime

from spottypottysense.reasons import Reason


@dataclass(frozen=True)
class Notice:
    """`subject` (a user, a sensor) needs `reason` attended to; the pair is told once until it is settled."""

    id: str
    subject: str
    reason: Reason
    at: datetime
    settled_at: datetime | None = None
