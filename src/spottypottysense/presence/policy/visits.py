"""When a visit begins, and when it is over."""

from dataclasses import replace
from datetime import datetime, timedelta

from spottypottysense.presence.model import Action, Decision, Heard, RoomRules, Session
from spottypottysense.reasons import Reason


def deadline(heard: tuple[Heard, ...], last_motion_at: datetime, rules: RoomRules) -> datetime:
    """Return when a visit ends if nothing more is heard.

    The timeout runs from the last motion or from the moment the last sensor cleared; while one is on,
    somebody is there, for at most `stuck_after`.
    """
    last = max([last_motion_at, *(h.at for h in heard)])
    stuck = [h.at + rules.stuck_after for h in heard if h.on]
    return max([last + rules.timeout, *stuck])


def after_deadline(session: Session, rules: RoomRules, now: datetime) -> Decision:
    """Decide what becomes of a session whose deadline has passed.

    A deadline that lies far ahead shows that the machine's clock was turned back: the visit is dated
    anew from `now`, or it would last until the clock has caught up.
    """
    if session.deadline_at > now:
        dated = dated_anew(session, now)
        dated = replace(dated, deadline_at=deadline(dated.heard, dated.last_motion_at, rules))
        return Decision(Action.EXTEND, Reason.CLOCK_TURNED_BACK, dated)
    stuck = any(heard.on for heard in session.heard)
    reason = Reason.STUCK if stuck else Reason.TIMEOUT
    return Decision(Action.END, reason, _ended(session, session.deadline_at, reason, now))


def after_leaving(session: Session, now: datetime) -> Decision:
    """Decide what becomes of a visit whose music went along with somebody to another room.

    The music counts as playing to the end: whoever comes back finds no motion gap.
    """
    return Decision(Action.END, Reason.WENT_ALONG, _ended(session, now, Reason.WENT_ALONG, now))


def opens_at(latest: Session | None, at: datetime, now: datetime) -> datetime:
    """Return when a visit begins: not before the end of the last one, which a late motion may precede."""
    ended_at = latest.ended_at if latest is not None else None
    return max(at, ended_at) if ended_at is not None and ended_at <= now else at


def dated_anew(session: Session, now: datetime) -> Session:
    """Return the session with nothing in the future: only a clock that was turned back leaves that."""
    return replace(
        session,
        opened_at=min(session.opened_at, now),
        heard=tuple(replace(h, at=min(h.at, now)) for h in session.heard),
        last_motion_at=min(session.last_motion_at, now),
    )


def music_time_until(session: Session, now: datetime) -> timedelta:
    """Return for how long the session's music has played; a clock that went back takes nothing away."""
    if session.music_since is None:
        return session.music_time
    return session.music_time + max(now - session.music_since, timedelta(0))


def _ended(session: Session, at: datetime, reason: Reason, now: datetime) -> Session:
    return replace(
        session,
        ended_at=max(at, session.opened_at),
        end_reason=reason,
        music_since=None,
        music_time=music_time_until(session, now),
    )
