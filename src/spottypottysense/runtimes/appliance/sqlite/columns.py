"""Values as SQLite keeps them: moments and spans are whole microseconds, moments since 1970 in UTC."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Kept = TypeVar("Kept")
Value = TypeVar("Value")


def to_micros(moment: datetime) -> int:
    """Return an aware moment as microseconds since 1970; raises `TypeError` for a naive one."""
    return (moment - _EPOCH) // _MICROSECOND


def to_moment(micros: int) -> datetime:
    """Return the moment, in UTC, that many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=micros)


def to_span_micros(span: timedelta) -> int:
    """Return a span in microseconds."""
    return span // _MICROSECOND


def to_span(micros: int) -> timedelta:
    """Return a span of that many microseconds."""
    return timedelta(microseconds=micros)


def to_hours_text(hours: tuple[time, time]) -> str:
    """Return quiet hours as `22:00:00/07:00:00`."""
    return "/".join(end.isoformat() for end in hours)


def to_hours(text: str) -> tuple[time, time]:
    """Return quiet hours from `22:00:00/07:00:00`."""
    start, end = text.split("/")
    return time.fromisoformat(start), time.fromisoformat(end)


def unless_none(convert: Callable[[Kept], Value], value: Kept | None) -> Value | None:
    """Return `convert(value)`, or None where there is no value."""
    return None if value is None else convert(value)
