from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.run import run
from refresh_month import LIFE, START, ours
from spottypottysense.grants.policy import LATER_SPREAD, due_at


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """Return what a day of fifty users comes to."""
    return run("refresh_month", "--users", "50", "--days", "1")


def test_a_month_is_told_for_both_crowds(found: dict[str, Any]) -> None:
    """Every rule stands beside the minimum, with the same figures."""
    assert (found["users"], found["days"]) == (50, 1)
    for crowd in ("connected_at_random", "connected_in_one_minute"):
        rows = found[crowd]
        assert list(rows) == [
            "minimum",
            "every_30_min_if_5_left",
            "ours_every_1_min",
            "ours_every_5_min",
            "ours_every_30_min",
        ]
        assert len({tuple(row) for row in rows.values()}) == 1


def test_no_token_expires_for_a_tenth_more_calls(found: dict[str, Any]) -> None:
    """At one minute our rule keeps its promise, and the figures of a rule that does not show it."""
    for crowd in ("connected_at_random", "connected_in_one_minute"):
        mine = found[crowd]["ours_every_1_min"]
        assert mine["expired_seconds"] == 0
        assert mine["over_minimum_percent"] <= 10
        assert found[crowd]["every_30_min_if_5_left"]["expired_seconds"] > 0


@given(st.timedeltas(timedelta(0), timedelta(days=60)), st.integers(0, 999))
def test_the_policy_adds_the_same_at_any_moment(later: timedelta, roll: int) -> None:
    """The month may ask the policy once for each roll, because the moment does not matter."""
    rule = ours(1)
    due = due_at(START + later, LIFE, rule.schedule, LATER_SPREAD * (roll / 1000))
    assert (due - START - later).total_seconds() == pytest.approx(rule.later[roll])
