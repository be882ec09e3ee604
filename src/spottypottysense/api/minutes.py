"""Spans and quiet hours as JSON has them: minutes, and wall-clock times."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from typing import Any

from typing_extensions import TypedDict

from spottypottysense.accounts.model import QuietHours
from spottypottysense.api.fields import Body, Clock, wall_time
from spottypottysense.errors import Invalid

_MINUTE = timedelta(minutes=1)


class QuietHoursJson(TypedDict):
    """From when to when motion starts no music, by the household's clock."""

    start: str
    end: str


class QuietHoursChange(Body):
    """From when to when motion starts no music, by the household's clock; it may span midnight."""

    start: Clock
    end: Clock

    def hours(self) -> QuietHours:
        """Return start and end."""
        return wall_time(self.start), wall_time(self.end)


def minutes(span: timedelta) -> float:
    """Return a span in minutes; whole ones have no fraction."""
    whole, rest = divmod(span, _MINUTE)
    return span / _MINUTE if rest else whole


def minutes_or_none(span: timedelta | None) -> float | None:
    """Return the same, or None where there is no span."""
    return None if span is None else minutes(span)


def span(given: float | None) -> timedelta | None:
    """Return the span of that many minutes, or None where none is given."""
    return None if given is None else timedelta(minutes=given)


def clock(at: time) -> str:
    """Return a wall-clock time as `HH:MM`."""
    return at.isoformat("minutes")


def quiet_hours_json(hours: QuietHours | None) -> QuietHoursJson | None:
    """Return quiet hours, or None where there are none."""
    return None if hours is None else {"start": clock(hours[0]), "end": clock(hours[1])}


def fields_of(body: Body) -> dict[str, Any]:
    """Return the fields that a body names as our model has them: spans for minutes, times for hours."""
    fields = {name: getattr(body, name) for name in body.model_fields_set}
    for name in ("timeout", "motion_gap"):
        if f"{name}_minutes" in fields:
            fields[name] = span(fields.pop(f"{name}_minutes"))
    hours = fields.get("quiet_hours")
    if isinstance(hours, QuietHoursChange):
        fields["quiet_hours"] = hours.hours()
    return fields


@contextmanager
def naming(**names: str) -> Iterator[None]:
    """Let an `Invalid` name a field as the caller does; `names` are by our own word for it."""
    try:
        yield
    except Invalid as error:
        raise Invalid(str(error), names.get(error.field, error.field), error.reason) from None
