"""A month of refreshing in virtual time: how long tokens were expired, and how many calls that took.

Beside our rule at three periods stands "every 30 minutes, skip what has 5 minutes left". The scheduler comes
up to a minute early or late, and misses a run now and then, never two in a row.
Run: .venv/bin/python benchmarks/refresh_month.py [--json]
"""

import argparse
import random
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from spottypottysense.grants.model import Grant, Schedule, Secret, TokenReply
from spottypottysense.grants.policy import after_reply, first_due_at
from support.progress import counted
from support.tables import show_tables

LIFE = timedelta(hours=1)
"""How long Spotify's access tokens live."""

MISSED = 0.01
"""The share of runs that do not take place."""

ROLLS = 1000
START = datetime(2026, 1, 1, tzinfo=UTC)
_REPLY = TokenReply(Secret("fresh"), None, LIFE, frozenset())


@dataclass(frozen=True)
class Rule:
    """When a token is due: seconds after connecting (given a roll of the dice), and after a refresh."""

    name: str
    schedule: Schedule
    first: Callable[[float], float]
    later: Sequence[float]


@dataclass(frozen=True)
class Month:
    """What a rule came to.

    `thrown_away` are the seconds that refreshed tokens would still have lived; `busiest` is the largest
    number of refreshes in one minute.
    """

    calls: int
    expired_seconds: float = 0
    longest_expired: float = 0
    users_ever_expired: int = 0
    thrown_away: float = 0
    busiest: int = 0


def ours(minutes: int) -> Rule:
    """Return our rule, from the policy itself.

    What it adds to a moment does not depend on the moment, so it is asked once for each roll rather than
    once for each of millions of refreshes.
    """
    schedule = Schedule(timedelta(minutes=minutes))
    grant = Grant("user", "app", Secret("old"), Secret("refresh"), START, START, START)
    rolls = [number / ROLLS for number in range(ROLLS)]
    later = [_after(after_reply(grant, _REPLY, START, schedule, roll).due_at) for roll in rolls]
    return Rule(
        f"ours_every_{minutes}_min",
        schedule,
        lambda roll: _after(first_due_at(START, LIFE, schedule, roll)),
        later,
    )


def theirs() -> Rule:
    """Return the rule that looks every 30 minutes and refreshes what has less than 5 minutes left."""
    due = (LIFE - timedelta(minutes=5)).total_seconds()
    return Rule("every_30_min_if_5_left", Schedule(timedelta(minutes=30)), lambda _roll: due, [due])


def month(rule: Rule, connected: Sequence[float], end: float, dice: random.Random) -> Month:
    """Live through `end` seconds with users who connected at those seconds."""
    runs = list(_runs(rule.schedule, end, dice))
    due_at_run: list[list[int]] = [[] for _ in range(len(runs) + 1)]
    for user, moment in enumerate(connected):
        due_at_run[bisect_left(runs, moment + rule.first(dice.random()))].append(user)
    life, passing, roll = LIFE.total_seconds(), rule.schedule.pass_time.total_seconds(), dice.random
    later, rolls = rule.later, len(rule.later)
    expires = [moment + life for moment in connected]
    late = [0.0] * len(connected)
    minutes = [0] * (int(end // 60) + 10)
    thrown_away = longest = 0.0
    for number, run in enumerate(counted(runs, rule.name)):
        for user in due_at_run[number]:
            now = run + roll() * passing
            left = expires[user] - now
            if left < 0:
                late[user] -= left
                longest = max(longest, -left)
            else:
                thrown_away += left
            expires[user] = now + life
            minutes[int(now // 60)] += 1
            due_at_run[bisect_left(runs, now + later[int(roll() * rolls)], number + 1)].append(user)
        due_at_run[number] = []
    ever = sum(1 for seconds in late if seconds)
    return Month(sum(minutes), sum(late), longest, ever, thrown_away, max(minutes))


def _runs(schedule: Schedule, end: float, dice: random.Random) -> Iterator[float]:
    """Return the moments at which the job really runs, in order."""
    period, jitter = schedule.period.total_seconds(), schedule.jitter.total_seconds()
    moments, missed = [], 0
    for number in range(1, int(end // period)):
        missed = missed + 1 if missed < schedule.missed_runs and dice.random() < MISSED else 0
        if not missed:
            moments.append(number * period + dice.uniform(-jitter, jitter))
    return iter(sorted(moments))


def _after(moment: datetime) -> float:
    return (moment - START).total_seconds()


def _row(found: Month, minimum: int) -> dict[str, float]:
    return {
        "expired_seconds": round(found.expired_seconds),
        "longest_expired": round(found.longest_expired),
        "users_ever_expired": found.users_ever_expired,
        "calls": found.calls,
        "over_minimum_percent": round(100 * (found.calls / minimum - 1), 1),
        "wasted_calls": round(found.thrown_away / LIFE.total_seconds()),
        "busiest_minute": found.busiest,
    }


def main() -> None:
    options = _options()
    end = options.days * 86_400.0
    dice = random.Random(options.seed)
    scattered = [dice.uniform(0, min(end, 86_400.0) / 2) for _ in range(options.users)]
    at_once = [dice.uniform(0, 60) for _ in range(options.users)]
    rules = (theirs(), ours(1), ours(5), ours(30))
    tables = {}
    for crowd, connected in (("connected_at_random", scattered), ("connected_in_one_minute", at_once)):
        minimum = round(sum(end - moment for moment in connected) / LIFE.total_seconds())
        months = {rule.name: _row(month(rule, connected, end, dice), minimum) for rule in rules}
        tables[crowd] = {"minimum": _row(Month(minimum), minimum), **months}
    facts = {"users": options.users, "days": options.days}
    show_tables("A month of refreshing", facts, tables, options.json)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
