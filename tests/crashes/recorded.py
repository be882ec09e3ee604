"""Two recorded days of a home, with the hours in which nothing moves left out."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from spottypottysense.history.model import Reading
from spottypottysense.runtimes.appliance.recording import load, sample_directory

TWO_DAYS = timedelta(days=2)
LONGEST_QUIET = timedelta(minutes=20)
"""Of a longer silence only this much is kept: every visit is over by then, and a night shows no more."""


def two_days(share: float = 1.0) -> tuple[Reading, ...]:
    """Return the readings of the first `share` (0 to 1) of the two days, brought closer together."""
    readings = load(sample_directory()).readings
    recorded = [reading for reading in readings if reading.at < readings[0].at + TWO_DAYS]
    left_out = timedelta(0)
    moved = recorded[:1]
    for before, reading in pairwise(recorded):
        left_out += max(reading.at - before.at - LONGEST_QUIET, timedelta(0))
        moved.append(replace(reading, at=reading.at - left_out))
    return tuple(moved[: max(2, round(len(moved) * min(share, 1.0)))])
