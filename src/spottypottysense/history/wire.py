"""A recorded home as text: the format that docs/sensors.md describes."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime

from spottypottysense.errors import Invalid
from spottypottysense.history.model import Reading, RecordedHome, Span

READING_FIELDS = ("at", "sensor", "room", "state")
OCCUPIED_FIELDS = ("start", "end", "room")


def home_from(events: Iterable[str], occupied: Iterable[str] = ()) -> RecordedHome:
    """Return the home in the lines of `events.csv` and `occupied.csv`; raises `Invalid` with the line.

    Times without a zone are taken as UTC; readings are put in order.
    """
    readings = sorted(_readings(events), key=lambda reading: reading.at)
    if not readings:
        raise Invalid("events.csv holds no readings.", field="events.csv")
    spans: dict[str, list[Span]] = {}
    for number, row in _rows(occupied, "occupied.csv", OCCUPIED_FIELDS):
        span = Span(
            _moment(row["start"], "occupied.csv", number), _moment(row["end"], "occupied.csv", number)
        )
        if span.end < span.start:
            raise Invalid(f"occupied.csv, line {number}: it ends before it starts.", field="end")
        spans.setdefault(row["room"], []).append(span)
    ordered = {room: tuple(sorted(found, key=lambda s: s.start)) for room, found in spans.items()}
    return RecordedHome(tuple(readings), ordered)


def _readings(lines: Iterable[str]) -> Iterable[Reading]:
    for number, row in _rows(lines, "events.csv", READING_FIELDS):
        if row["state"] not in ("on", "off"):
            message = f"events.csv, line {number}: state is {row['state']!r}; write on or off."
            raise Invalid(message, field="state")
        yield Reading(
            _moment(row["at"], "events.csv", number), row["sensor"], row["room"], row["state"] == "on"
        )


def _rows(lines: Iterable[str], file: str, fields: tuple[str, ...]) -> Iterable[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(lines)
    try:
        for row in reader:
            missing = [field for field in fields if not row.get(field)]
            if missing:
                message = f"{file}, line {reader.line_num}: no value for {', '.join(missing)}."
                raise Invalid(message, field=missing[0])
            yield reader.line_num, row
    except csv.Error as error:
        raise Invalid(f"{file}, line {reader.line_num}: {error}.", field=file) from None


def _moment(text: str, file: str, line: int) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = f"{file}, line {line}: {text[:40]!r} is no time; write 2026-01-31T07:30:00."
        raise Invalid(message, field="at") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
