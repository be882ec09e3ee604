"""When a grant is refreshed, and what becomes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spottypottysense.grants.model import Grant, GrantState, Secret, TokenReply
from spottypottysense.grants.policy import after_refresh, after_refusal, margin, needs_refresh

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
GRANT = Grant("anna", "client", Secret("a0"), Secret("r0"), NOW + HOUR, NOW, frozenset({"x"}))


@pytest.mark.parametrize(
    ("left", "state", "due"),
    [
        (timedelta(minutes=5, seconds=1), GrantState.WORKING, False),
        (timedelta(minutes=5), GrantState.WORKING, True),
        (timedelta(0), GrantState.WORKING, True),
        (-HOUR, GrantState.WORKING, True),
        (-HOUR, GrantState.DEAD, False),
    ],
)
def test_when_it_is_due(left: timedelta, state: GrantState, due: bool) -> None:
    """A working grant is due from the margin on, a dead one never."""
    grant = replace(GRANT, expires_at=NOW + left, state=state)
    assert needs_refresh(grant, NOW, margin(timedelta(minutes=1))) is due


@pytest.mark.parametrize(("minutes", "missed", "expected"), [(1, 1, 5), (1, 0, 4), (5, 1, 13), (30, 1, 63)])
def test_margin(minutes: int, missed: int, expected: int) -> None:
    """(1 + missed) periods, two minutes of jitter, a minute for the pass."""
    assert margin(timedelta(minutes=minutes), missed) == timedelta(minutes=expected)


@given(
    period=st.integers(60, 1800),
    lifetime=st.integers(4200, 10_000),
    runs=st.lists(st.tuples(st.integers(-60, 60), st.integers(0, 60)), min_size=60, max_size=60),
    missed=st.sets(st.integers(0, 29)),
)
def test_stored_token_is_never_expired_between_two_runs(
    period: int, lifetime: int, runs: list[tuple[int, int]], missed: set[int]
) -> None:
    """Runs come up to 60 s early or late, take up to 60 s, and never fail twice in a row."""
    ahead = margin(timedelta(seconds=period))
    grant = replace(GRANT, expires_at=NOW + lifetime * SECOND)
    for number, (jitter, pass_time) in enumerate(runs, start=1):
        if number % 2 and number // 2 in missed:
            continue
        now = NOW + (number * period + jitter) * SECOND
        if needs_refresh(grant, now, ahead):
            done = now + pass_time * SECOND
            assert done <= grant.expires_at
            reply = TokenReply(Secret("a"), None, lifetime * SECOND, frozenset())
            grant = after_refresh(grant, reply, done)
        else:
            assert now < grant.expires_at


def test_refresh_without_a_new_refresh_token() -> None:
    """What the reply does not name stays as it is."""
    fresh = after_refresh(GRANT, TokenReply(Secret("a1"), None, HOUR, frozenset()), NOW)
    assert fresh == replace(GRANT, access_token=Secret("a1"))


def test_refresh_with_a_new_refresh_token() -> None:
    """A new refresh token takes the old one's place, and so does a new scope."""
    reply = TokenReply(Secret("a1"), Secret("r1"), 2 * HOUR, frozenset({"y"}))
    fresh = after_refresh(replace(GRANT, state=GrantState.DEAD), reply, NOW)
    assert (fresh.refresh_token, fresh.scope) == (Secret("r1"), frozenset({"y"}))
    assert (fresh.expires_at, fresh.state) == (NOW + 2 * HOUR, GrantState.WORKING)


def test_refused_grant_is_kept() -> None:
    """A dead grant keeps everything but its state."""
    assert after_refusal(GRANT) == replace(GRANT, state=GrantState.DEAD)


def test_secret_is_not_shown() -> None:
    """No way of printing a grant shows its tokens."""
    secret = Secret("hush")
    shown = f"{secret} {secret!r} {GRANT!r} {[secret]}"
    assert "hush" not in shown
    assert "a0" not in shown
    assert secret == Secret("hush")
    assert secret != Secret("other")
    assert secret != "hush"
    assert len({secret, Secret("hush")}) == 1
