"""When a grant is refreshed, and what becomes of it."""

from dataclasses import replace
from datetime import datetime, timedelta

from spottypottysense.grants.model import Grant, GrantState, TokenReply

SCOPES = frozenset({"user-read-playback-state", "user-modify-playback-state"})
"""What playing by remote control needs (Spotify's OpenAPI document)."""


def margin(period: timedelta, missed_runs: int = 1) -> timedelta:
    """Return how long before expiry a grant is due, for a job that runs every `period`.

    A token must outlive the next run that can be relied on: `missed_runs` may fail, each run may be
    60 s early or late, and a pass itself may take a minute.
    """
    return (1 + missed_runs) * period + timedelta(minutes=2) + timedelta(minutes=1)


def needs_refresh(grant: Grant, now: datetime, ahead: timedelta) -> bool:
    """Say whether a working grant expires within `ahead`."""
    return grant.state is GrantState.WORKING and grant.expires_at <= now + ahead


def after_refresh(grant: Grant, reply: TokenReply, now: datetime) -> Grant:
    """Return the grant with what the endpoint answered; a missing refresh token keeps the old one."""
    return replace(
        grant,
        access_token=reply.access_token,
        refresh_token=reply.refresh_token or grant.refresh_token,
        expires_at=now + reply.expires_in,
        scope=reply.scope or grant.scope,
        state=GrantState.WORKING,
    )


def after_refusal(grant: Grant) -> Grant:
    """Return the grant as dead: it is set aside and kept, until its user connects again."""
    return replace(grant, state=GrantState.DEAD)
