"""What rules make of a recorded room and how that is scored, and what visits come to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from spottypottysense.history.model import (
    FixedRule,
    Latency,
    Reading,
    RoomFigures,
    Score,
    Span,
    Totals,
)
from spottypottysense.presence.model import Motion, MotionEvent, Music, RoomRules, Session
from spottypottysense.presence.policy import after_deadline, after_playback, on_motion
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Sensor, SensorKind

STILL_ON = timedelta(seconds=30)
"""While a sensor is on, the yardstick counts a motion this often."""

FIXED_RULES = (
    FixedRule(
        "5 min, 2 min tick, 2 min gap", timedelta(minutes=5), timedelta(minutes=2), timedelta(minutes=2)
    ),
    FixedRule("2 min", timedelta(minutes=2)),
    FixedRule("10 min", timedelta(minutes=10)),
)
"""What homes commonly run: the yardsticks beside which a room's own rule is shown."""


def music_under(rules: RoomRules, readings: Sequence[Reading]) -> list[Span]:
    """Return when music would play in one room: the real presence policy, in virtual time.

    Every visit's music is taken to start at once; deadlines are met to the second.
    """
    spans: list[Span] = []
    latest: Session | None = None
    for number, reading in enumerate(readings):
        latest = _ended_by(reading.at, latest, rules, spans)
        latest = _after(reading, latest, rules, f"session-{number}")
    if readings:
        _ended_by(datetime.max.replace(tzinfo=UTC), latest, rules, spans)
    return spans


def music_under_fixed_rule(rule: FixedRule, readings: Sequence[Reading]) -> list[Span]:
    """Return when music would play in one room under a fixed rule.

    Motions are every change of a sensor and every 30 s while one is on; a motion counts if the last
    counted one is at least the gap old. Music starts at a counted motion and ends at the first tick
    more than the timeout after the last counted one.
    """
    spans: list[Span] = []
    start: datetime | None = None
    last: datetime | None = None
    for motion in _motion_times(readings):
        if start is not None and last is not None:
            end = _tick_after(last + rule.timeout, rule.tick)
            if end <= motion:
                spans.append(Span(start, end))
                start = None
        if last is None or motion - last >= rule.motion_gap:
            start, last = start or motion, motion
    if start is not None and last is not None:
        spans.append(Span(start, _tick_after(last + rule.timeout, rule.tick)))
    return spans


def score(room: str, rule: str, music: Sequence[Span], occupied: Sequence[Span], length: timedelta) -> Score:
    """Hold music against the truth; `length` is the recording's, and figures are a day."""
    days = max(length / timedelta(days=1), 1e-9)
    present = sum((span.end - span.start for span in occupied), timedelta(0))
    both = sum((_overlap(m, o) for m in music for o in occupied), timedelta(0))
    played = sum((span.end - span.start for span in music), timedelta(0))
    second = timedelta(seconds=1)
    false_stops = sum(any(o.start < m.end < o.end - second for o in occupied) for m in music)
    return Score(
        room=room,
        rule=rule,
        coverage=both / present if present else 0.0,
        waste=(played - both) / days,
        false_stops=false_stops / days,
        occupied=present / days,
        starts=len(music),
    )


def totals(sessions: Iterable[Session]) -> Totals:
    """Sum up sessions; an open one counts with what it has so far."""
    found = list(sessions)
    ended = [session for session in found if session.ended_at is not None]
    return Totals(
        sessions=len(found),
        open=len(found) - len(ended),
        motions=sum(session.motions for session in found),
        with_music=sum(map(had_music, found)),
        visit_time=sum(((s.ended_at or s.opened_at) - s.opened_at for s in ended), timedelta(0)),
        music_time=sum((session.music_time for session in found), timedelta(0)),
    )


def figures(sessions: Iterable[Session]) -> tuple[RoomFigures, ...]:
    """Return the figures of each room that was visited, by room id."""
    by_room: dict[str, list[Session]] = defaultdict(list)
    for session in sessions:
        by_room[session.room_id].append(session)
    return tuple(_figures_of(room_id, by_room[room_id]) for room_id in sorted(by_room))


def latency(spans: Iterable[timedelta]) -> Latency | None:
    """Return the percentiles by nearest rank: the shortest span that so many of all do not exceed."""
    ordered = sorted(spans)
    if not ordered:
        return None
    p50, p95 = (ordered[-(-len(ordered) * percent // 100) - 1] for percent in (50, 95))
    return Latency(len(ordered), p50, p95)


def _figures_of(room_id: str, visits: list[Session]) -> RoomFigures:
    silent = Counter(
        visit.silent_reason
        for visit in visits
        if visit.music is Music.SILENT and visit.silent_reason is not None and not had_music(visit)
    )
    return RoomFigures(
        room_id=room_id,
        visits=len(visits),
        with_music=sum(map(had_music, visits)),
        silent=dict(silent.most_common()),
        accepted=latency(visit.accepted_after for visit in visits if visit.accepted_after is not None),
        confirmed=latency(visit.confirmed_after for visit in visits if visit.confirmed_after is not None),
    )


def had_music(visit: Session) -> bool:
    """Say whether there was music: a person may have ended it before the visit did."""
    return visit.music is Music.PLAYING or visit.music_time > timedelta(0)


def _after(reading: Reading, latest: Session | None, rules: RoomRules, session_id: str) -> Session | None:
    event = MotionEvent.DETECTED if reading.on else MotionEvent.CLEARED
    motion = Motion(reading.sensor, event, reading.at, reading.at, session_id)
    sensor = Sensor(reading.sensor, "home", rules.room.id, SensorKind.LEVEL)
    session = on_motion(motion, sensor, rules, latest, reading.at, session_id).session or latest
    if session is not None and session.music is Music.PENDING:
        return after_playback(session, playing=True, reason=Reason.STARTED, now=reading.at)
    return session


def _ended_by(now: datetime, latest: Session | None, rules: RoomRules, spans: list[Span]) -> Session | None:
    if latest is None or latest.ended_at is not None or latest.deadline_at > now:
        return latest
    ended = after_deadline(latest, rules, latest.deadline_at).session
    if latest.music_since is not None and ended is not None and ended.ended_at is not None:
        spans.append(Span(latest.music_since, ended.ended_at))
    return ended


def _motion_times(readings: Sequence[Reading]) -> list[datetime]:
    times: set[datetime] = set()
    on_since: dict[str, datetime] = {}
    for reading in readings:
        times.add(reading.at)
        since = on_since.pop(reading.sensor, None)
        if since is not None:
            steps = int((reading.at - since) / STILL_ON)
            times.update(since + STILL_ON * step for step in range(1, steps + 1))
        if reading.on:
            on_since[reading.sensor] = reading.at
    return sorted(times)


def _tick_after(moment: datetime, tick: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + ((moment - epoch) // tick + 1) * tick


def _overlap(one: Span, other: Span) -> timedelta:
    return max(min(one.end, other.end) - max(one.start, other.start), timedelta(0))
