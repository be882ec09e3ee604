"""Counting visits by day and month, and adding up."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import TypeVar
from zoneinfo import ZoneInfo

from spottypottysense.history.model import Analysis, Latency, Tally, Totals
from spottypottysense.history.policy.figures import had_music
from spottypottysense.presence.model import Session
from spottypottysense.reasons import Reason

VISITS = "visits"
ENDED = "ended"
MOTIONS = "motions"
WITH_MUSIC = "with_music"
VISIT_MS = "visit_ms"
MUSIC_MS = "music_ms"
SILENT = "silent "
CONTENT = "content "
FIRST_NOTE = "first_note "

Key = TypeVar("Key", str, int)

_STEP = math.log(1.05)
_DAY = timedelta(days=1)
_MILLISECOND = timedelta(milliseconds=1)


def tally_of(session: Session, zone: str) -> Tally:
    """Count one visit, on the day and in the hour that a clock in `zone` showed when it began."""
    began = session.opened_at.astimezone(ZoneInfo(zone))
    counts: Counter[str] = Counter({VISITS: 1, MOTIONS: session.motions})
    counts[MUSIC_MS] = session.music_time // _MILLISECOND
    if session.ended_at is not None:
        counts[ENDED] = 1
        counts[VISIT_MS] = (session.ended_at - session.opened_at) // _MILLISECOND
    if had_music(session):
        counts[WITH_MUSIC] = 1
        if session.content is not None:
            counts[CONTENT + session.content] = 1
    elif session.silent_reason is not None:
        counts[SILENT + session.silent_reason] = 1
    if session.confirmed_after is not None:
        counts[FIRST_NOTE + str(_step_of(session.confirmed_after))] = 1
    return Tally(
        began.date(),
        zone,
        session.room_id,
        session.sensor_id,
        {began.weekday() * 24 + began.hour: 1},
        +counts,
    )


def of_month(tally: Tally) -> Tally:
    """Return a day's tally as one of its month."""
    return replace(tally, day=tally.day.replace(day=1))


def stretches(first: date, last: date) -> tuple[tuple[date, date], tuple[date, date], tuple[date, date]]:
    """Return what [first, last] consists of: days, whole months (by their first days), and days; some empty.

    In an empty stretch the end lies before the start.
    """
    begins = first if first.day == 1 else _next_month(first)
    ends = _next_month(last) if (last + _DAY).day == 1 else last.replace(day=1)
    if begins >= ends:
        return (first, last), (last, first - _DAY), (last, first - _DAY)
    return (first, begins - _DAY), (begins, ends - _DAY), (ends, last)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + 31 * _DAY).replace(day=1)


def added(one: Tally, other: Tally, times: int = 1) -> Tally:
    """Return `one` with `other`, which is of the same time, room and sensor, added (-1: taken away)."""
    hours, counts = Counter(one.hours), Counter(one.counts)
    for hour, count in other.hours.items():
        hours[hour] += times * count
    for name, count in other.counts.items():
        counts[name] += times * count
    return Tally(one.day, one.zone, one.room_id, one.sensor_id, +hours, +counts)


def analysis(tallies: Iterable[Tally], zone: str) -> Analysis:
    """Add up tallies; the hours of the week are those of a clock in `zone`.

    Where that is not the clock they were counted by, they are to be tallies of days.
    """
    places: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    days: dict[tuple[str, date], dict[int, int]] = defaultdict(dict)
    for tally in tallies:
        _add(places[tally.room_id, tally.sensor_id], tally.counts)
        _add(days[tally.zone, tally.day], tally.hours)
    rooms: dict[str, dict[str, int]] = defaultdict(dict)
    whole: dict[str, int] = {}
    for (room_id, _), counts in places.items():
        _add(rooms[room_id], counts)
        _add(whole, counts)
    notes = {room_id: _first_notes(counts) for room_id, counts in rooms.items()}
    return Analysis(
        total=_totals(whole),
        sensors={place: _totals(counts) for place, counts in sorted(places.items())},
        rooms={room_id: _totals(counts) for room_id, counts in sorted(rooms.items())},
        first_notes={room_id: note for room_id, note in notes.items() if note is not None},
        week=_week(days, zone),
        contents=dict(_named(whole, CONTENT)),
        silent={Reason(code): count for code, count in _named(whole, SILENT)},
    )


def _add(into: dict[Key, int], counts: Mapping[Key, int]) -> None:
    for name, count in counts.items():
        into[name] = into.get(name, 0) + count


def _totals(counts: Mapping[str, int]) -> Totals:
    visits = counts.get(VISITS, 0)
    return Totals(
        sessions=visits,
        open=visits - counts.get(ENDED, 0),
        motions=counts.get(MOTIONS, 0),
        with_music=counts.get(WITH_MUSIC, 0),
        visit_time=counts.get(VISIT_MS, 0) * _MILLISECOND,
        music_time=counts.get(MUSIC_MS, 0) * _MILLISECOND,
    )


def _named(counts: Mapping[str, int], kind: str) -> list[tuple[str, int]]:
    """Return what is counted of a kind, the most frequent first."""
    found = [(name.removeprefix(kind), count) for name, count in counts.items() if name.startswith(kind)]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _first_notes(counts: Mapping[str, int]) -> Latency | None:
    """Return the percentiles by nearest rank, each up to 5 % above the exact one."""
    steps = sorted((int(step), count) for step, count in _named(counts, FIRST_NOTE))
    count = sum(count for _, count in steps)
    if not count:
        return None
    p50, p95 = (_step_at(steps, -(-count * percent // 100)) for percent in (50, 95))
    return Latency(count, p50, p95)


def _step_of(span: timedelta) -> int:
    """Return the number of the step, each 5 % longer than the one before, that a span fits in."""
    return max(math.ceil(math.log(max(span / _MILLISECOND, 1)) / _STEP), 0)


def _step_at(steps: Iterable[tuple[int, int]], rank: int) -> timedelta:
    """Return how long the step is in which the span of this rank lies."""
    reached = accumulate(steps, lambda before, each: (each[0], before[1] + each[1]))
    longest = next(step for step, so_far in reached if so_far >= rank)
    return math.exp(longest * _STEP) * _MILLISECOND


def _week(days: Mapping[tuple[str, date], Mapping[int, int]], zone: str) -> tuple[tuple[int, ...], ...]:
    week = [[0] * 24 for _ in range(7)]
    for (kept_in, day), hours in days.items():
        for hour, count in _moved(kept_in, day, hours, zone):
            week[hour // 24][hour % 24] += count
    return tuple(map(tuple, week))


def _moved(kept_in: str, day: date, hours: Mapping[int, int], zone: str) -> Iterator[tuple[int, int]]:
    """Return (hour of the week, count) by a clock in `zone`; half hours between zones are rounded down."""
    if kept_in == zone:
        yield from hours.items()
        return
    before, after = ZoneInfo(kept_in), ZoneInfo(zone)
    for hour, count in hours.items():
        moved = datetime.combine(day, time(hour % 24), before).astimezone(UTC).astimezone(after)
        yield moved.weekday() * 24 + moved.hour, count
