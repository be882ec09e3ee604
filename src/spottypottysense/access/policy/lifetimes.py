"""How long what lets somebody in goes on doing so."""

from datetime import datetime, timedelta

from spottypottysense.access.model import AccessToken, Invitation, Purpose, SignIn

SIGN_IN_IDLE = timedelta(days=30)
SIGN_IN_LONGEST = timedelta(days=180)
NOTED_EVERY = timedelta(minutes=1)
"""A use is written down at most this often, so that reading a page hardly ever waits for the disk."""

AUDIT_KEPT = timedelta(days=180)

_INVITATION_LIVES = {
    Purpose.SET_UP: timedelta(hours=1),
    Purpose.JOIN: timedelta(days=7),
    Purpose.RESET: timedelta(hours=1),
}


def sign_in_end(created_at: datetime, seen_at: datetime) -> datetime:
    """Return when a sign-in ends: 30 days after it was seen, but at most 180 after it was made."""
    return min(seen_at + SIGN_IN_IDLE, created_at + SIGN_IN_LONGEST)


def needs_noting(noted_at: datetime | None, now: datetime) -> bool:
    """Say whether a use at `now` is to be written down, the last one written being `noted_at`."""
    return noted_at is None or now - noted_at >= NOTED_EVERY


def has_ended(known: SignIn | AccessToken | Invitation, now: datetime) -> bool:
    """Say whether it lets nobody in any more; a token may live for ever."""
    return known.expires_at is not None and now >= known.expires_at


def invitation_end(purpose: Purpose, made_at: datetime) -> datetime:
    """Return until when an invitation works: an hour, or a week for whoever joins."""
    return made_at + _INVITATION_LIVES[purpose]
