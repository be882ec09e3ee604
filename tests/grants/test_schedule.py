"""When grants come due: never too late, never all at once."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spottypottysense.grants.model import Grant, GrantState, Schedule, Secret, TokenReply
from spottypottysense.grants.policy import after_failure, after_reply, due_at, first_due_at, margin

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
GRANT = Grant("anna", "client", Secret("a0"), Secret("r0"), NOW + HOUR, NOW, NOW)


@pytest.mark.parametrize(
    ("minutes", "missed", "expected"), [(1, 1, 4.5), (1, 0, 3.5), (5, 1, 12.5), (15, 1, 32.5), (30, 0, 32.5)]
)
def test_margin(minutes: int, missed: int, expected: float) -> None:
    """(1 + missed) periods, two minutes of jitter, half a minute for the pass."""
    assert margin(Schedule(minutes * MINUTE, missed)) == expected * MINUTE


@st.composite
def lives(draw: st.DrawFn) -> tuple[Schedule, timedelta]:
    """A schedule, and a life that is as long as it can promise to keep fresh."""
    schedule = Schedule(draw(st.integers(60, 1800)) * SECOND, draw(st.integers(0, 3)))
    least = int(margin(schedule).total_seconds() / 0.9) + 1
    return schedule, draw(st.integers(least, 86_400)) * SECOND


@given(
    promised=lives(),
    rolls=st.lists(st.floats(0, 1), min_size=2, max_size=4),
    runs=st.lists(st.tuples(st.integers(-60, 60), st.integers(0, 30), st.booleans()), min_size=1),
)
def test_stored_token_is_never_expired_between_two_runs(
    promised: tuple[Schedule, timedelta], rolls: list[float], runs: list[tuple[int, int, bool]]
) -> None:
    """Runs come up to 60 s early or late, take up to 30 s, and fail as often in a row as is foreseen."""
    schedule, life = promised
    due = first_due_at(NOW, life, schedule, rolls[0])
    expires, refreshes, failed, number = NOW + life, 0, 0, 0
    while refreshes < len(rolls):
        # Skip ahead to the runs around the moment it is due.
        number = max(number + 1, int((due - NOW) / schedule.period) - schedule.missed_runs - 2)
        jitter, pass_time, fails = runs[number % len(runs)]
        now = NOW + number * schedule.period + jitter * SECOND
        failed = failed + 1 if fails and failed < schedule.missed_runs else 0
        if failed or now < due:
            assert now < expires
            continue
        done = now + pass_time * SECOND
        assert done <= expires
        due = due_at(done, life, schedule, 2 * MINUTE * rolls[refreshes])
        expires, refreshes = done + life, refreshes + 1
        assert due > done


@given(life=st.integers(1, 86_400), period=st.integers(60, 1800), roll=st.floats(0, 1))
def test_due_lies_within_the_life(life: int, period: int, roll: float) -> None:
    """Whatever the life, a grant is due after it was refreshed and before it expires: no endless asking."""
    schedule = Schedule(period * SECOND)
    for due in (
        due_at(NOW, life * SECOND, schedule, roll * 2 * MINUTE),
        first_due_at(NOW, life * SECOND, schedule, roll),
    ):
        assert life * SECOND / 10 <= due - NOW < life * SECOND


def busiest_minute(moments: list[datetime]) -> int:
    """Return how many fall into the fullest minute."""
    return max(Counter((moment - NOW) // MINUTE for moment in moments).values())


def test_ten_thousand_who_connect_in_one_minute() -> None:
    """They come due over most of the hour, and stay apart from hour to hour."""
    random, schedule = Random(7), Schedule()
    connected = [NOW + random.random() * MINUTE for _ in range(10_000)]
    due = [first_due_at(at, HOUR, schedule, random.random()) for at in connected]
    assert busiest_minute(due) < 300
    for _ in range(24):
        due = [due_at(at, HOUR, schedule, 2 * MINUTE * random.random()) for at in due]
        assert busiest_minute(due) < 300


def refreshed_together(grant: Grant, at: datetime) -> list[datetime]:
    """Return when ten thousand such grants are due next that are refreshed at one moment."""
    random = Random(7)
    reply = TokenReply(Secret("a1"), None, HOUR, frozenset())
    return [after_reply(grant, reply, at, Schedule(), random.random()).due_at for _ in range(10_000)]


def test_all_who_come_late_are_spread_anew() -> None:
    """After a night switched off, an outage or a brake all come at once, but only once."""
    night = refreshed_together(GRANT, NOW + 8 * HOUR)
    outage = refreshed_together(after_failure(GRANT, NOW, None, 0), NOW + MINUTE)
    brake = refreshed_together(replace(GRANT, state=GrantState.DOUBTED), NOW + MINUTE)
    for moments in (night, outage, brake):
        assert busiest_minute(moments) < 300
    in_time = refreshed_together(GRANT, NOW + MINUTE)
    assert max(in_time) - min(in_time) <= 2 * MINUTE
