"""What people type and what they read: spans and times in, plain cells out."""

import math
import re
from datetime import time, timedelta
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from spottypottysense.errors import Invalid

Quiet = Annotated[str | None, typer.Option(help="Quiet hours such as 22:00-07:00; 00:00-00:00 for none.")]
Timeout = Annotated[float | None, typer.Option(help="Minutes without motion until the music stops.")]
Gap = Annotated[float | None, typer.Option(help="Least minutes between two starts of music in a room.")]

MINUTE = timedelta(minutes=1)


def span(number: float, unit: timedelta) -> timedelta:
    """Return so many of that unit; raises `Invalid` for what is no span of time."""
    if not (math.isfinite(number) and 0 <= number * (unit / timedelta(days=1)) <= 10_000):
        message = f"{number:g} is no span of time: give a number from 0 up."
        raise Invalid(message)
    return number * unit


def spans(timeout: float | None, gap: float | None, quiet: str | None) -> dict[str, object]:
    """Return the changes that these options mean, `None` where one was not given; raises `Invalid`."""
    return {
        "timeout": None if timeout is None else span(timeout, MINUTE),
        "motion_gap": None if gap is None else span(gap, MINUTE),
        "quiet_hours": None if quiet is None else _quiet_hours(quiet),
    }


def given(**values: object) -> dict[str, object]:
    """Return what was given: all that is not `None`."""
    return {name: value for name, value in values.items() if value is not None}


def wall_time(text: str) -> time:
    """Return the time of day in `text`, such as 6:30; raises `Invalid`."""
    try:
        if re.fullmatch(r"\d\d?:\d\d", text):
            return time.fromisoformat(text.zfill(5))
    except ValueError:
        pass
    message = f"{text!r} is no time of day: write 06:30."
    raise Invalid(message)


def add_row(table: Table, *cells: str) -> None:
    """Add a row of plain text: names come from outside, and none is markup or a terminal's command."""
    table.add_row(*(Text(plain(cell)) for cell in cells))


def plain(text: str) -> str:
    """Return the text with a question mark for whatever would command a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _quiet_hours(text: str) -> tuple[time, time]:
    start, _, end = text.partition("-")
    try:
        return wall_time(start), wall_time(end)
    except Invalid:
        message = f"{text!r} are no quiet hours: write 22:00-07:00."
        raise Invalid(message, field="quietHours") from None
