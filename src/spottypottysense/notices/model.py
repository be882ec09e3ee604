"""A notice: something that a person should know or do."""

from dataclasses import dataclass
from datetime import datetime

from spottypottysense.reasons import Reason


@dataclass(frozen=True)
class Notice:
    """`subject` (a user, an app) needs `reason` attended to; the pair is told once until it is settled.

    `delivered_at` is when a messenger took it on, `acknowledged_at` when somebody said that they know.
    """

    id: str
    subject: str
    reason: Reason
    at: datetime
    settled_at: datetime | None = None
    delivered_at: datetime | None = None
    acknowledged_at: datetime | None = None
