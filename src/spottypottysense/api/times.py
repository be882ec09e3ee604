"""Times as answers have them."""

from datetime import UTC, datetime


def rfc3339(at: datetime) -> str:
    """Return an aware time as RFC 3339 in UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def rfc3339_or_none(at: datetime | None) -> str | None:
    """Return the same, or None where there is no time."""
    return None if at is None else rfc3339(at)
