"""When a grant is refreshed, and what becomes of it."""

from calendar import monthrange
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from spottypottysense.errors import Invalid, NeedsPerson
from spottypottysense.grants.model import (
    AppHealth,
    Attempt,
    Grant,
    GrantState,
    Schedule,
    Secret,
    TokenReply,
)
from spottypottysense.reasons import Reason

SCOPES = frozenset({"user-read-playback-state", "user-modify-playback-state"})
"""What playing by remote control needs (Spotify's OpenAPI document)."""

LEASE = timedelta(seconds=60)
"""How long an attempt keeps others away: longer than the 20 s that asking may take, and the write."""

MOST_CLAIMS = 64
"""How many attempts are written together; twice as many may wait for their turn."""

GRACE = timedelta(minutes=10)
"""For how long the refresh token before a rotation is kept."""

RETESTS = (timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=10))
"""Waits before a doubted grant is tested again; a refusal after the last one is believed.

A single false refusal is mended in a minute, and together they outlast the outages seen.
"""

RETEST_BRAKED = timedelta(minutes=2)
FIRST_BACK_OFF, LONGEST_BACK_OFF = timedelta(seconds=30), timedelta(minutes=10)

BRAKE_WINDOW = timedelta(minutes=10)
BRAKE_REFUSALS = 3
BRAKE_SHARE = 0.5
MOST_ANSWERS = 100
CANARIES = 3
"""How many grants a braked app may test in one pass."""

APP_PAUSE = timedelta(minutes=5)
"""How long an app is left alone whose id or secret Spotify does not accept."""

CONSENT_MONTHS = 6
"""A refresh token dies so long after its consent, whatever we do (Spotify, 18 June 2026)."""

LARGEST_SPREAD = 0.9
LATER_SPREAD = timedelta(minutes=2)
"""How far later refreshes are spread: a missed run throws its users in with the next run's."""


def margin(schedule: Schedule) -> timedelta:
    """Return how long before its expiry a token is due, so that none expires between two runs."""
    runs = (1 + schedule.missed_runs) * schedule.period
    return runs + 2 * schedule.jitter + schedule.pass_time


def due_at(now: datetime, life: timedelta, schedule: Schedule, spread: timedelta) -> datetime:
    """Return when a token that lives for `life` from now is refreshed: `spread` before it has to be.

    A token that does not outlive the margin is due at every run: not sooner than the next one can come.
    """
    next_run = schedule.period - 2 * schedule.jitter - schedule.pass_time
    return now + max(life - margin(schedule) - spread, min(next_run, life / 2), life / 10)


def first_due_at(now: datetime, life: timedelta, schedule: Schedule, roll: float) -> datetime:
    """Return when a new grant is refreshed first; `roll` (0 to 1) spreads users who came together."""
    return due_at(now, life, schedule, max(life - margin(schedule), timedelta(0)) * LARGEST_SPREAD * roll)


def is_good(grant: Grant, refused: Secret | None, now: datetime) -> bool:
    """Say whether the access token may be handed out as it is."""
    fresh = grant.state is GrantState.WORKING and now < grant.due_at
    return fresh and serves(grant, refused, now)


def serves(grant: Grant, refused: Secret | None, now: datetime) -> bool:
    """Say whether the access token still opens doors, though it may be due: it lives, nobody refused it."""
    return grant.access_token != refused and now < grant.expires_at


def is_resting(grant: Grant, now: datetime) -> bool:
    """Say whether a doubted grant waits for its next test: asking sooner would only be refused again.

    A test that lies much further ahead than any is set is a clock's error.
    """
    return grant.state is GrantState.DOUBTED and now < grant.due_at <= now + 2 * max(RETESTS)


def lacks_scope(grant: Grant) -> bool:
    """Say whether Spotify took a permission back that playing needs."""
    return bool(grant.scope) and not grant.scope >= SCOPES


def is_held(grant: Grant, now: datetime) -> bool:
    """Say whether an attempt is under way.

    One that lies further ahead than two leases is a clock's error; a little ahead are the clocks of others.
    """
    return grant.attempt is not None and now < grant.attempt.until <= now + 2 * LEASE


def needs_refresh(grant: Grant, now: datetime) -> bool:
    """Say whether a pass has to ask for the grant: it is due, and nobody else is at it."""
    return grant.state is not GrantState.DEAD and grant.due_at <= now and not is_held(grant, now)


def leaves_time(grant: Grant, now: datetime) -> bool:
    """Say whether enough is left of the attempt under way to ask and to write the answer."""
    return grant.attempt is not None and now + LEASE / 2 <= grant.attempt.until


def claims_ahead(others_at_work: int) -> int:
    """Return how many grants are claimed ahead: no more than hands will soon be free to ask about."""
    return min(others_at_work, MOST_CLAIMS)


def beginning(grant: Grant, owner: str, now: datetime) -> Grant:
    """Return the grant with an attempt under way."""
    return replace(grant, attempt=Attempt(owner, now + LEASE))


def after_reply(grant: Grant, reply: TokenReply, now: datetime, schedule: Schedule, roll: float) -> Grant:
    """Return the grant with what the endpoint answered; a missing refresh token keeps the old one.

    `now` is when it was asked: its life may have begun then. A grant that comes late, after an outage or a
    night switched off, comes with all others, so it is spread anew.
    """
    in_a_crowd = grant.failures > 0 or grant.state is GrantState.DOUBTED
    if in_a_crowd or now - grant.due_at > margin(schedule):
        due = first_due_at(now, reply.expires_in, schedule, roll)
    else:
        due = due_at(now, reply.expires_in, schedule, LATER_SPREAD * roll)
    rotated = reply.refresh_token is not None and reply.refresh_token != grant.refresh_token
    return replace(
        grant,
        access_token=reply.access_token,
        refresh_token=reply.refresh_token or grant.refresh_token,
        previous=grant.refresh_token if rotated else None,
        previous_until=now + GRACE if rotated else None,
        expires_at=now + reply.expires_in,
        due_at=due,
        scope=reply.scope or grant.scope,
        state=GrantState.WORKING,
        dead_reason=None,
        refusals=0,
        failures=0,
        attempt=None,
    )


def after_refusal(grant: Grant, now: datetime, *, braked: bool, crashed: bool) -> Grant:
    """Return the grant after Spotify said that it does not know it.

    Once is not enough: it is tested again. It dies at once where the reason is plain: its six months are
    over, or a crash (`crashed`) swallowed the token that replaced this one. While the brake is on nobody
    dies, and nothing is counted.
    """
    grant = replace(grant, attempt=None, failures=0)
    if now >= consent_ends(grant.consented_at):
        return _dead(grant, Reason.CONSENT_ENDED)
    if braked:
        return replace(grant, state=GrantState.DOUBTED, due_at=now + RETEST_BRAKED)
    if crashed:
        return _dead(grant, Reason.LOST_IN_CRASH)
    if grant.refusals >= len(RETESTS):
        return _dead(grant, Reason.RECONNECT)
    due = now + RETESTS[grant.refusals]
    return replace(grant, state=GrantState.DOUBTED, refusals=grant.refusals + 1, due_at=due)


def after_failure(grant: Grant, now: datetime, retry_after: timedelta | None, roll: float) -> Grant:
    """Return the grant after Spotify gave no answer that counts: it is kept and tried later."""
    wait = min(FIRST_BACK_OFF * 2 ** min(grant.failures, 10), LONGEST_BACK_OFF)
    wait = max(wait, retry_after or timedelta(0)) * (1 + roll / 2)
    return replace(grant, attempt=None, failures=grant.failures + 1, due_at=now + wait)


def health_after(health: AppHealth, now: datetime, *, refused: bool) -> AppHealth:
    """Return an app's health after one more answer; an answer that is no refusal lets go of the brake.

    A wait that Spotify asked for goes on: the answer was on its way already.
    """
    if not refused:
        recent = () if health.braked else health.answers
        fresh = AppHealth(answers=(*recent, (now, False))[-MOST_ANSWERS:])
        if held_back(health, now) in (None, Reason.APP_MISCONFIGURED):
            return fresh
        return replace(fresh, resume_at=health.resume_at, held_back=health.held_back)
    answers = tuple(a for a in (*health.answers, (now, True)) if now - a[0] <= BRAKE_WINDOW)[-MOST_ANSWERS:]
    refusals = sum(was_refused for _, was_refused in answers)
    trips = refusals >= BRAKE_REFUSALS and refusals >= BRAKE_SHARE * len(answers)
    return replace(health, answers=answers, braked=health.braked or trips)


def held_back(health: AppHealth, now: datetime) -> Reason | None:
    """Return why the endpoint is not asked for this app at the moment, or None if it may be."""
    waiting = health.resume_at is not None and now < health.resume_at
    return health.held_back if waiting else None


def next_width(width: int, went_well: bool, most: int) -> int:
    """Return how many hands work after one more item: one more while all goes well, half when pushed back."""
    return min(width + 1, most) if went_well else max(width // 2, 1)


def consent_ends(consented_at: datetime) -> datetime:
    """Return the moment six calendar months after the consent."""
    months = consented_at.month - 1 + CONSENT_MONTHS
    year, month = consented_at.year + months // 12, months % 12 + 1
    return consented_at.replace(year=year, month=month, day=min(consented_at.day, monthrange(year, month)[1]))


REMINDERS = (
    (timedelta(days=1), Reason.CONSENT_ENDS_TOMORROW),
    (timedelta(days=7), Reason.CONSENT_ENDS_THIS_WEEK),
    (timedelta(days=30), Reason.CONSENT_ENDS_THIS_MONTH),
)


def reminder(consented_at: datetime, now: datetime) -> Reason | None:
    """Return what the user is to be told of the end of the consent, or None while that is far away."""
    left = consent_ends(consented_at) - now
    return next((reason for span, reason in REMINDERS if left <= span), None)


def checked_redirect(uri: str) -> str:
    """Return `uri` if Spotify accepts it as a redirect: https, or http on a loopback address literal.

    Raises `Invalid` (Spotify's redirect rules since 9 April 2025).
    """
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    loopback = parts.scheme == "http" and host in ("127.0.0.1", "::1")
    if parts.fragment or not host or not (parts.scheme == "https" or loopback):
        message = f"Spotify accepts https://..., or http://127.0.0.1:PORT/...; {uri[:200]!r} is neither."
        raise Invalid(message, field="redirectUri")
    return uri


def checked_reply(reply: TokenReply) -> Secret:
    """Return the refresh token of a new consent; raises `NeedsPerson` if playback was not allowed."""
    if not reply.scope >= SCOPES or reply.refresh_token is None:
        missing = ", ".join(sorted(SCOPES - reply.scope)) or "offline access"
        raise NeedsPerson(
            Reason.SCOPE_MISSING, f"Spotify did not grant {missing}: connect again and allow it."
        )
    return reply.refresh_token


def _dead(grant: Grant, reason: Reason) -> Grant:
    return replace(grant, state=GrantState.DEAD, dead_reason=reason, refusals=grant.refusals + 1)
