"""From motions and deadlines to decisions about a room's session."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from spottypottysense.accounts.model import Household
from spottypottysense.presence.model import (
    Action,
    Decision,
    Heard,
    Motion,
    MotionEvent,
    Music,
    RoomRules,
    Session,
)
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Room, Sensor, SensorKind

CLOCK_TOLERANCE = timedelta(minutes=2)
"""How far a sensor's clock may be ahead of ours."""

OLDEST = timedelta(hours=24)
"""Older messages say more about the sensor's clock than about the room."""

RETRY_AFTER = timedelta(seconds=15)
"""Least time between two attempts to start music in one visit, however short the motion gap is."""

HANDS_OFF = frozenset({Reason.OWN_MUSIC, Reason.NOT_OURS})
"""Silence that lasts until the visit ends; any other kind is tried again while somebody moves."""


def on_motion(
    motion: Motion,
    sensor: Sensor,
    rules: RoomRules,
    latest: Session | None,
    now: datetime,
    session_id: str,
) -> Decision:
    """Decide what a motion means for its room.

    `latest` is the room's open session, or the one that ended last; `session_id` is for a new one.
    """
    if refusal := _refusal(motion, sensor, now):
        return Decision(Action.IGNORE, refusal)
    at = min(motion.at, now)
    if latest is not None and latest.ended_at is None:
        return _while_open(motion, sensor, rules, latest, at, now)
    if motion.event is MotionEvent.CLEARED:
        heard = latest and replace(latest, heard=_hearing(latest.heard, motion, sensor, at, now))
        return Decision(Action.IGNORE, Reason.NOBODY_HERE, heard)
    if latest is not None and at <= _known_before(latest, sensor) <= now:
        return Decision(Action.IGNORE, Reason.OUT_OF_ORDER)
    opening = _opening(motion, sensor, rules, latest, at, now, session_id)
    if now - at > rules.stale_after or opening.deadline_at <= now:
        return Decision(Action.IGNORE, Reason.STALE)
    return Decision(Action.START, Reason.ARRIVED, opening)


def after_deadline(session: Session, rules: RoomRules, now: datetime) -> Decision:
    """Decide what becomes of a session whose deadline has passed.

    A deadline that lies far ahead shows that the machine's clock was turned back: the visit is dated
    anew from `now`, or it would last until the clock has caught up.
    """
    if session.deadline_at > now:
        dated = _dated_anew(session, now)
        dated = replace(dated, deadline_at=deadline(dated.heard, dated.last_motion_at, rules))
        return Decision(Action.EXTEND, Reason.CLOCK_TURNED_BACK, dated)
    stuck = any(heard.on for heard in session.heard)
    reason = Reason.STUCK if stuck else Reason.TIMEOUT
    ended = replace(session, ended_at=max(session.deadline_at, session.opened_at), end_reason=reason)
    if session.music_since is not None:
        played = max(now - session.music_since, timedelta(0))
        ended = replace(ended, music_since=None, music_time=session.music_time + played)
    return Decision(Action.END, reason, ended)


def after_playback(session: Session, playing: bool, reason: Reason, now: datetime) -> Session:
    """Return the session with what became of its music."""
    if not playing:
        return replace(session, music=Music.SILENT, silent_reason=reason, music_since=None)
    since = now if session.ended_at is None else None
    return replace(session, music=Music.PLAYING, silent_reason=None, music_since=session.music_since or since)


def rules_for(room: Room, household: Household, stale_after: timedelta, stuck_after: timedelta) -> RoomRules:
    """Return what holds for a room: its own wishes where it has them, else its household's."""
    return RoomRules(
        room=room,
        timeout=household.timeout if room.timeout is None else room.timeout,
        motion_gap=household.motion_gap if room.motion_gap is None else room.motion_gap,
        time_zone=household.time_zone,
        quiet_hours=household.quiet_hours if room.quiet_hours is None else room.quiet_hours,
        stale_after=stale_after,
        stuck_after=stuck_after,
    )


def deadline(heard: tuple[Heard, ...], last_motion_at: datetime, rules: RoomRules) -> datetime:
    """Return when a visit ends if nothing more is heard.

    The timeout runs from the last motion or from the moment the last sensor cleared; while one is on,
    somebody is there, for at most `stuck_after`.
    """
    last = max([last_motion_at, *(h.at for h in heard)])
    stuck = [h.at + rules.stuck_after for h in heard if h.on]
    return max([last + rules.timeout, *stuck])


def is_quiet(moment: datetime, time_zone: str, quiet_hours: tuple[time, time] | None) -> bool:
    """Say whether the household's clock on the wall shows quiet hours; they may span midnight."""
    if quiet_hours is None:
        return False
    start, end = quiet_hours
    wall = moment.astimezone(ZoneInfo(time_zone)).time()
    if start <= end:
        return start <= wall < end
    return wall >= start or wall < end


def veto(rules: RoomRules, acted_at: datetime | None, now: datetime) -> Reason | None:
    """Return why the music must stay silent in this room now, or None if it may start."""
    room = rules.room
    if room.account is None:
        return Reason.NO_ACCOUNT
    if room.speaker is None:
        return Reason.NO_SPEAKER
    if room.content is None:
        return Reason.NO_CONTENT
    if is_quiet(now, rules.time_zone, rules.quiet_hours):
        return Reason.QUIET_HOURS
    if acted_at is not None and timedelta(0) <= now - acted_at < rules.motion_gap:
        return Reason.MOTION_GAP
    return None


def _refusal(motion: Motion, sensor: Sensor, now: datetime) -> Reason | None:
    if not sensor.enabled:
        return Reason.DISABLED
    if motion.at > now + CLOCK_TOLERANCE:
        return Reason.CLOCK_AHEAD
    if motion.at < now - OLDEST:
        return Reason.CLOCK_BEHIND
    return None


def _opening(
    motion: Motion,
    sensor: Sensor,
    rules: RoomRules,
    latest: Session | None,
    at: datetime,
    now: datetime,
    session_id: str,
) -> Session:
    acted_at = latest.acted_at if latest is not None else None
    silent = veto(rules, acted_at, now)
    heard = _hearing((), motion, sensor, at, now)
    return Session(
        id=session_id,
        household_id=rules.room.household_id,
        room_id=rules.room.id,
        sensor_id=sensor.id,
        account=rules.room.account,
        opened_at=_opens_at(latest, at, now),
        last_motion_at=at,
        deadline_at=deadline(heard, at, rules),
        heard=heard,
        music=Music.PENDING if silent is None else Music.SILENT,
        silent_reason=silent,
        acted_at=now if silent is None else acted_at,
    )


def _opens_at(latest: Session | None, at: datetime, now: datetime) -> datetime:
    """Return when a visit begins: not before the end of the last one, which a late motion may precede."""
    ended_at = latest.ended_at if latest is not None else None
    return max(at, ended_at) if ended_at is not None and ended_at <= now else at


def _while_open(
    motion: Motion,
    sensor: Sensor,
    rules: RoomRules,
    session: Session,
    at: datetime,
    now: datetime,
) -> Decision:
    """Extend by what is heard, however late: a motion proves that somebody was there at its time."""
    detected = motion.event is MotionEvent.DETECTED
    session = replace(session, heard=_hearing(session.heard, motion, sensor, at, now))
    session = _dated_anew(session, now)
    last = max(session.last_motion_at, at) if detected else session.last_motion_at
    session = replace(
        session,
        last_motion_at=last,
        motions=session.motions + detected,
        deadline_at=deadline(session.heard, last, rules),
    )
    if detected and _may_try_again(session, now) and now - at <= rules.stale_after:
        silent = veto(rules, session.acted_at, now)
        if silent is None:
            trying = replace(
                session, account=rules.room.account, music=Music.PENDING, silent_reason=None, acted_at=now
            )
            return Decision(Action.EXTEND, Reason.TRY_AGAIN, trying)
    return Decision(Action.EXTEND, Reason.STILL_THERE if detected else Reason.LEFT_SENSOR, session)


def _dated_anew(session: Session, now: datetime) -> Session:
    """Return the session with nothing in the future: only a clock that was turned back leaves that."""
    return replace(
        session,
        opened_at=min(session.opened_at, now),
        heard=tuple(replace(h, at=min(h.at, now)) for h in session.heard),
        last_motion_at=min(session.last_motion_at, now),
    )


def _known_before(latest: Session, sensor: Sensor) -> datetime:
    """Return the newest moment that `sensor` itself or the room's last motion told of.

    What other sensors said since (that they see nobody) makes nothing of this one untrue.
    """
    return max([latest.last_motion_at, *(h.at for h in latest.heard if h.sensor_id == sensor.id)])


def _may_try_again(session: Session, now: datetime) -> bool:
    if session.music is not Music.SILENT or session.silent_reason in HANDS_OFF:
        return False
    return session.acted_at is None or not timedelta(0) <= now - session.acted_at < RETRY_AFTER


def _hearing(
    heard: tuple[Heard, ...], motion: Motion, sensor: Sensor, at: datetime, now: datetime
) -> tuple[Heard, ...]:
    """Return what each sensor last said; a word that is older than the one known changes nothing."""
    known = next((h for h in heard if h.sensor_id == sensor.id), None)
    if known is not None and at < known.at <= now:
        return heard
    on = motion.event is MotionEvent.DETECTED and sensor.kind is SensorKind.LEVEL
    others = tuple(h for h in heard if h.sensor_id != sensor.id)
    return (*others, Heard(sensor.id, on, at))
