"""What becomes of a grant after each answer, and what its user is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spottypottysense.errors import Invalid
from spottypottysense.grants.model import Attempt, Grant, GrantState, Schedule, Secret, TokenReply
from spottypottysense.grants.policy import (
    GRACE,
    LEASE,
    LONGEST_BACK_OFF,
    RETEST_BRAKED,
    RETESTS,
    SCOPES,
    after_failure,
    after_refusal,
    after_reply,
    beginning,
    checked_redirect,
    consent_ends,
    first_due_at,
    is_good,
    is_held,
    is_resting,
    lacks_scope,
    reminder,
    serves,
)
from spottypottysense.reasons import Reason

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
GRANT = Grant(
    "anna", "client", Secret("a0"), Secret("r0"), NOW + HOUR, NOW + 55 * MINUTE, NOW, "anna-1", SCOPES
)
DOUBTED = replace(GRANT, state=GrantState.DOUBTED, refusals=3, due_at=NOW + RETESTS[2])
DEAD = replace(GRANT, state=GrantState.DEAD)


@pytest.mark.parametrize(
    ("grant", "refused", "minutes", "good", "serving"),
    [
        (GRANT, None, 54, True, True),
        (GRANT, None, 55, False, True),
        (GRANT, None, 60, False, False),
        (GRANT, "a0", 1, False, False),
        (GRANT, "a9", 1, True, True),
        (DOUBTED, None, 1, False, True),
        (DEAD, None, 1, False, True),
        (replace(GRANT, due_at=NOW + 2 * HOUR), None, 60, False, False),
    ],
)
def test_what_may_be_handed_out(
    grant: Grant, refused: str | None, minutes: int, good: bool, serving: bool
) -> None:
    """Good is fresh and trusted; what is due or doubted still serves while it lives and was not refused."""
    token, now = Secret(refused) if refused else None, NOW + minutes * MINUTE
    assert (is_good(grant, token, now), serves(grant, token, now)) == (good, serving)


@pytest.mark.parametrize(
    ("ahead", "held"),
    [(timedelta(0), False), (SECOND, True), (LEASE + SECOND, True), (2 * LEASE + SECOND, False)],
)
def test_how_long_an_attempt_holds(ahead: timedelta, held: bool) -> None:
    """Up to its time, by clocks that differ a little; one that was turned back far locks nobody out."""
    grant = replace(GRANT, attempt=Attempt("process", NOW + ahead))
    assert is_held(grant, NOW) is held
    assert not is_held(GRANT, NOW)
    assert beginning(grant, "other", NOW).attempt == Attempt("other", NOW + LEASE)


def test_how_long_a_doubted_grant_rests() -> None:
    """Until its test; one that a turned-back clock put far ahead is made at once."""
    assert is_resting(DOUBTED, NOW)
    assert not is_resting(DOUBTED, NOW + RETESTS[2])
    assert is_resting(DOUBTED, NOW - SECOND)
    assert not is_resting(DOUBTED, NOW - RETESTS[2] - SECOND)
    assert not is_resting(replace(GRANT, due_at=NOW + MINUTE), NOW)


def test_reply_without_a_refresh_token() -> None:
    """What the reply does not name stays as it is; what went wrong before is forgotten."""
    worn = replace(DOUBTED, failures=3, attempt=Attempt("process", NOW), previous=Secret("r-"))
    fresh = after_reply(worn, TokenReply(Secret("a1"), None, HOUR, frozenset()), NOW, Schedule(), 0.5)
    assert fresh == replace(
        GRANT, access_token=Secret("a1"), due_at=first_due_at(NOW, HOUR, Schedule(), 0.5), previous=None
    )


@pytest.mark.parametrize("again", [False, True])
def test_reply_with_a_refresh_token(again: bool) -> None:
    """A new one takes the old one's place, which is kept for a while; the same one changes nothing."""
    named = Secret("r0" if again else "r1")
    fresh = after_reply(GRANT, TokenReply(Secret("a1"), named, 2 * HOUR, SCOPES), NOW, Schedule(), 0)
    assert fresh.refresh_token == named
    kept = (None, None) if again else (Secret("r0"), NOW + GRACE)
    assert (fresh.previous, fresh.previous_until) == kept
    assert fresh.expires_at == NOW + 2 * HOUR


@pytest.mark.parametrize(
    ("grant", "months", "braked", "crashed", "state", "reason", "refusals", "wait"),
    [
        (GRANT, 0, False, False, GrantState.DOUBTED, None, 1, RETESTS[0]),
        (replace(DOUBTED, refusals=1), 0, False, False, GrantState.DOUBTED, None, 2, RETESTS[1]),
        (replace(DOUBTED, refusals=2), 0, False, False, GrantState.DOUBTED, None, 3, RETESTS[2]),
        (DOUBTED, 0, False, False, GrantState.DEAD, Reason.RECONNECT, 4, None),
        (GRANT, 0, False, True, GrantState.DEAD, Reason.LOST_IN_CRASH, 1, None),
        (GRANT, 0, True, False, GrantState.DOUBTED, None, 0, RETEST_BRAKED),
        (GRANT, 0, True, True, GrantState.DOUBTED, None, 0, RETEST_BRAKED),
        (DOUBTED, 0, True, False, GrantState.DOUBTED, None, 3, RETEST_BRAKED),
        (GRANT, 6, False, False, GrantState.DEAD, Reason.CONSENT_ENDED, 1, None),
        (GRANT, 6, True, True, GrantState.DEAD, Reason.CONSENT_ENDED, 1, None),
    ],
)
def test_refusal(
    grant: Grant,
    months: int,
    braked: bool,
    crashed: bool,
    state: GrantState,
    reason: Reason | None,
    refusals: int,
    wait: timedelta | None,
) -> None:
    """Doubt first, then death; at once where the reason is plain; under the brake nobody dies of it."""
    now = NOW + months * timedelta(days=31)
    after = after_refusal(
        replace(grant, attempt=Attempt("process", NOW), failures=2), now, braked=braked, crashed=crashed
    )
    assert (after.state, after.dead_reason, after.refusals) == (state, reason, refusals)
    assert (after.attempt, after.failures, after.refresh_token) == (None, 0, grant.refresh_token)
    if wait is not None:
        assert after.due_at == now + wait


def test_waits_between_failures() -> None:
    """They double up to ten minutes, spread by half; a wait that was asked for is a floor."""
    waits, grant = [], GRANT
    for _ in range(8):
        grant = after_failure(grant, NOW, None, 0)
        waits.append((grant.due_at - NOW).total_seconds())
    assert waits == [30, 60, 120, 240, 480, 600, 600, 600]
    assert (grant.failures, grant.state, grant.refusals) == (8, GrantState.WORKING, 0)
    assert after_failure(GRANT, NOW, None, 1).due_at == NOW + 45 * SECOND
    assert after_failure(GRANT, NOW, HOUR, 1).due_at == NOW + 1.5 * HOUR
    assert after_failure(replace(GRANT, failures=10**6), NOW, None, 0).due_at == NOW + LONGEST_BACK_OFF


@pytest.mark.parametrize(
    ("given_on", "ends_on"),
    [
        ((2026, 8, 31), (2027, 2, 28)),
        ((2027, 8, 31), (2028, 2, 29)),
        ((2026, 8, 29), (2027, 2, 28)),
        ((2026, 7, 31), (2027, 1, 31)),
        ((2026, 12, 31), (2027, 6, 30)),
        ((2026, 3, 31), (2026, 9, 30)),
        ((2026, 6, 30), (2026, 12, 30)),
        ((2024, 2, 29), (2024, 8, 29)),
    ],
)
def test_six_months(given_on: tuple[int, int, int], ends_on: tuple[int, int, int]) -> None:
    """Calendar months; where the day does not exist, the month's last."""
    given = datetime(*given_on, 23, 59, tzinfo=UTC)
    assert consent_ends(given) == datetime(*ends_on, 23, 59, tzinfo=UTC)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_six_months_are_181_to_184_days(moment: datetime) -> None:
    """Whatever the day."""
    assert 181 <= (consent_ends(moment) - moment).days <= 184


@pytest.mark.parametrize(
    ("days_left", "reason"),
    [
        (30.1, None),
        (30, Reason.CONSENT_ENDS_THIS_MONTH),
        (7.1, Reason.CONSENT_ENDS_THIS_MONTH),
        (7, Reason.CONSENT_ENDS_THIS_WEEK),
        (1.1, Reason.CONSENT_ENDS_THIS_WEEK),
        (1, Reason.CONSENT_ENDS_TOMORROW),
        (-1, Reason.CONSENT_ENDS_TOMORROW),
    ],
)
def test_reminders(days_left: float, reason: Reason | None) -> None:
    """A month, a week and a day ahead."""
    assert reminder(NOW, consent_ends(NOW) - timedelta(days=days_left)) is reason


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.org/callback",
        "https://example.org:8443/x?y=1",
        "http://127.0.0.1:8765/callback",
        "http://127.0.0.1/callback",
        "http://[::1]:8765/callback",
    ],
)
def test_redirects_that_spotify_takes(uri: str) -> None:
    """Spotify's rules since April 2025."""
    assert checked_redirect(uri) == uri


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost:8765/callback",
        "http://192.168.1.7/callback",
        "http://example.org/callback",
        "http://127.0.0.2/callback",
        "http://127.0.0.1.example.org/callback",
        "http://127.0.0.1@example.org/callback",
        "https:///callback",
        "https://example.org/#part",
        "https://[::1/callback",
        "http://127.0.0.1:port/callback",
        "ftp://127.0.0.1/",
        "spotty://callback",
        "/callback",
        "",
    ],
)
def test_redirects_that_spotify_refuses(uri: str) -> None:
    """The word localhost and addresses of the home network among them; the sentence says what is right."""
    with pytest.raises(Invalid, match=r"http://127\.0\.0\.1:PORT") as caught:
        checked_redirect(uri)
    assert caught.value.field == "redirectUri"


@pytest.mark.parametrize(
    ("scope", "lacks"), [(SCOPES, False), (frozenset(), False), (SCOPES | {"x"}, False), ({"x"}, True)]
)
def test_missing_permission(scope: frozenset[str], lacks: bool) -> None:
    """An answer that names none says nothing of it."""
    assert lacks_scope(replace(GRANT, scope=frozenset(scope))) is lacks


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
