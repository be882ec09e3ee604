"""A recorded home played live, with mishaps at random moments."""

import random
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

from crashes.household import SPEED, TIMEOUT, Household
from crashes.ledger import Ledger
from crashes.victim import wait_for
from spottypottysense.history.model import Reading

BUSY = timedelta(milliseconds=30)
"""Real time in which broker, intake and database are all at work on a message; then Spotify's begins."""

_START = timedelta(seconds=1)
"""Real time that the appliance takes to start, about."""

_DURING_START = 8

_DELIVERED_SECONDS = 60.0

Mishap = Callable[[], bool]
"""Strikes, and says whether it met an appliance that was up."""


def moments(readings: tuple[Reading, ...], count: int, dice: random.Random) -> list[datetime]:
    """Return moments (house time) for `count` mishaps, spread so that the house is up in between.

    The replay is cut into as many stretches. Every other mishap strikes within twice `BUSY` after music
    should start or end in its stretch, or else within `BUSY` after a publish, rather sooner than later. One
    in ten strikes during the start that the one before it made necessary, the rest anywhere in theirs.
    """
    begin, end = readings[0].at, readings[-1].at
    stretch = (end - begin) / count
    turns, published = turns_of(readings), [reading.at for reading in readings]
    found: list[datetime] = []
    for number in range(count):
        start = begin + number * stretch
        turning = [at for at in turns if start <= at < start + stretch]
        busy = [at for at in published if start <= at < start + stretch]
        if number % 10 == _DURING_START:
            found.append(found[-1] + dice.random() * _START * SPEED)
        elif number % 2 and turning:
            found.append(dice.choice(turning) + dice.random() * 2 * BUSY * SPEED)
        elif number % 2 and busy:
            found.append(dice.choice(busy) + dice.random() ** 2 * BUSY * SPEED)
        else:
            found.append(start + dice.random() * stretch)
    return found


def turns_of(readings: tuple[Reading, ...]) -> list[datetime]:
    """Return when somebody comes into an empty room, and when the timeout of those who left is over."""
    turns = []
    for room in sorted({reading.room for reading in readings}):
        of_room = [reading.at for reading in readings if reading.room == room]
        turns.append(of_room[0])
        for before, after in pairwise(of_room):
            if after - before > TIMEOUT:
                turns += [before + TIMEOUT, after]
    return turns


def tell(line: str) -> None:
    """Show how far it is; pytest shows it with `-s`, or when the test fails."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def play(
    home: Household,
    readings: Iterable[Reading],
    mishaps: Iterable[tuple[datetime, Mishap]],
    others: Iterable[tuple[datetime, Callable[[], None]]] = (),
) -> Ledger:
    """Let everything happen at its moment; return when the broker has acknowledged every message."""
    ledger = Ledger(home.database)

    def publish(number: int, reading: Reading) -> None:
        info = home.sensors[reading.sensor].motion(reading.at, reading.on, message_id=str(number))
        ledger.messages[str(number)] = (reading, info)

    def strike(at: datetime, mishap: Mishap) -> None:
        was_up = mishap()
        ledger.note_mishap(was_up)
        tell(
            f"{at:%H:%M:%S} mishap {ledger.mishaps}{'' if was_up else ' during a start'},"
            f" {len(ledger.acknowledged())} of {len(ledger.messages)} messages acknowledged"
        )

    timeline: list[tuple[datetime, Callable[[], None]]] = [*others]
    for number, reading in enumerate(readings):
        timeline.append((reading.at, partial(publish, number, reading)))
    for at, mishap in mishaps:
        timeline.append((at, partial(strike, at, mishap)))
    for at, act in sorted(timeline, key=lambda entry: entry[0]):
        wait = (home.clock.real_at(at) - datetime.now(UTC)).total_seconds()
        time.sleep(max(wait, 0.0))
        act()
    wait_for(
        "the acknowledgement of every message",
        _DELIVERED_SECONDS,
        lambda: len(ledger.acknowledged()) == len(ledger.messages),
    )
    return ledger
