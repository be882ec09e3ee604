"""The music of a visit: when it is asked for, what became of it, and who is asked next."""

from dataclasses import replace
from datetime import datetime, timedelta

from spottypottysense.playback.model import FirstNote, Stay
from spottypottysense.playback.policy.deciding import may_follow
from spottypottysense.presence.model import Music, Session
from spottypottysense.presence.policy.visits import music_time_until
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Room

RETRY_AFTER = timedelta(seconds=15)
"""Least time between two attempts to start music in one visit, however short the motion gap is."""

TAKEN = frozenset({Reason.USER_PAUSED, Reason.USER_TOOK_OVER, Reason.STOPPED_BY_HAND})
"""Silence that a person brought about: what was ours is his until the visit ends."""

HANDS_OFF = TAKEN | {Reason.OWN_MUSIC}
"""Silence that lasts until the visit ends; any other kind may be broken again."""

ABOUT_THE_ACCOUNT = frozenset(
    {
        Reason.OWN_MUSIC,
        Reason.BUSY_ELSEWHERE,
        Reason.NOT_CONNECTED,
        Reason.RECONNECT,
        Reason.CONSENT_ENDED,
        Reason.CONSENT_DENIED,
        Reason.DOUBTED,
        Reason.LOST_IN_CRASH,
        Reason.MASS_REFUSALS,
        Reason.OTHER_ACCOUNT,
        Reason.SCOPE_MISSING,
        Reason.PREMIUM_REQUIRED,
        Reason.NOT_ON_ALLOWLIST,
    }
)
"""Why one account cannot play where another one may."""


def gap_runs_from(latest: Session | None) -> datetime | None:
    """Return the start that a new visit keeps the motion gap to.

    There is none where music played to the end of the last visit: the gap limits how often music is begun
    in vain, not how soon somebody may come back.
    """
    return None if latest is None or latest.music is Music.PLAYING else latest.acted_at


def asking(session: Session, account: str | None, asked_at: datetime, now: datetime) -> Session:
    """Return the session with its music asked for; `asked_at` is when the word came that asks for it."""
    return replace(
        session,
        account=account,
        music=Music.PENDING,
        silent_reason=None,
        acted_at=now,
        asked_at=min(asked_at, now),
        accepted_after=None,
        confirmed_after=None,
    )


def after_playback(session: Session, playing: bool, reason: Reason, now: datetime) -> Session:
    """Return the session with what became of its music."""
    if not playing:
        return replace(
            session,
            music=Music.SILENT,
            silent_reason=reason,
            music_since=None,
            music_time=music_time_until(session, now),
        )
    since = now if session.ended_at is None else None
    return replace(session, music=Music.PLAYING, silent_reason=None, music_since=session.music_since or since)


def after_first_note(session: Session, note: FirstNote) -> Session:
    """Return the session with how long it took from asking for music to hearing it."""
    if session.asked_at is None:
        return session
    accepted = _span(session.asked_at, note.accepted_at)
    confirmed = None if note.confirmed_at is None else _span(session.asked_at, note.confirmed_at)
    return replace(session, accepted_after=accepted, confirmed_after=confirmed)


def may_try_again(session: Session, now: datetime) -> bool:
    """Say whether motion may ask again for music that stayed silent.

    Music that is busy elsewhere waits for what happens there; asking again would not change it.
    """
    if session.music is not Music.SILENT or session.silent_reason in HANDS_OFF or is_waiting(session):
        return False
    return _is_rested(session, now)


def is_waiting(session: Session) -> bool:
    """Say whether somebody is in a room whose music is busy in another one."""
    return session.music is Music.SILENT and session.silent_reason is Reason.BUSY_ELSEWHERE


def may_come_along(
    session: Session, here: Stay, holder: Stay | None, elsewhere: tuple[Stay, ...], now: datetime
) -> bool:
    """Say whether music that was busy elsewhere may come now: it is free, or somebody walked over.

    `holder` is the open stay that has the music, `elsewhere` are all other stays of the account.
    """
    return _is_rested(session, now) and (holder is None or may_follow(here, holder, elsewhere, now))


def next_account(room: Room, reason: Reason, asked: tuple[str, ...]) -> str | None:
    """Return who plays in the room where the accounts `asked` could not, the last one for `reason`."""
    if reason not in ABOUT_THE_ACCOUNT:
        return None
    return next((account for account in room.stand_ins if account not in (room.account, *asked)), None)


def _is_rested(session: Session, now: datetime) -> bool:
    return session.acted_at is None or not timedelta(0) <= now - session.acted_at < RETRY_AFTER


def _span(start: datetime, end: datetime) -> timedelta:
    return max(end - start, timedelta(0))
