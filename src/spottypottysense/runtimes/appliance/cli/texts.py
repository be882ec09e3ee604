"""What people type and what they read: spans of time in, plain cells out."""

import math
from datetime import timedelta

from rich.table import Table
from rich.text import Text

from spottypottysense.errors import Invalid


def span(number: float, unit: timedelta) -> timedelta:
    """Return so many of that unit; raises `Invalid` for what is no span of time."""
    if not (math.isfinite(number) and 0 <= number * (unit / timedelta(days=1)) <= 10_000):
        message = f"{number:g} is no span of time: give a number from 0 up."
        raise Invalid(message)
    return number * unit


def add_row(table: Table, *cells: str) -> None:
    """Add a row of plain text: names come from outside, and none is markup or a terminal's command."""
    table.add_row(*(Text("".join(c if c.isprintable() else "?" for c in cell)) for cell in cells))
