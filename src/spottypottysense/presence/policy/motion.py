"""From motions to decisions about a room's session."""

from dataclasses import replace
from datetime import datetime, timedelta

from spottypottysense.presence.model import (
    Action,
    Decision,
    Heard,
    Motion,
    MotionEvent,
    RoomRules,
    Session,
)
from spottypottysense.presence.policy.music import asking, gap_runs_from, may_try_again
from spottypottysense.presence.policy.rules import veto
from spottypottysense.presence.policy.visits import dated_anew, deadline, opens_at
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Sensor, SensorKind

CLOCK_TOLERANCE = timedelta(minutes=2)
"""How far a sensor's clock may be ahead of ours."""

OLDEST = timedelta(hours=24)
"""Older messages say more about the sensor's clock than about the room."""


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
    if refusal := refusal_of(sensor, motion.at, now):
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


def refusal_of(sensor: Sensor, at: datetime, now: datetime) -> Reason | None:
    """Return why nothing is believed that this sensor says of the moment `at`."""
    if not sensor.enabled:
        return Reason.DISABLED
    if at > now + CLOCK_TOLERANCE:
        return Reason.CLOCK_AHEAD
    if at < now - OLDEST:
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
    acted_at = gap_runs_from(latest)
    silent = veto(rules, acted_at, now)
    heard = _hearing((), motion, sensor, at, now)
    session = Session(
        id=session_id,
        household_id=rules.room.household_id,
        room_id=rules.room.id,
        sensor_id=sensor.id,
        account=rules.room.account,
        opened_at=opens_at(latest, at, now),
        last_motion_at=at,
        deadline_at=deadline(heard, at, rules),
        heard=heard,
        silent_reason=silent,
        acted_at=acted_at,
    )
    return session if silent is not None else asking(session, session.account, motion.received_at, now)


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
    session = dated_anew(session, now)
    last = max(session.last_motion_at, at) if detected else session.last_motion_at
    session = replace(
        session,
        last_motion_at=last,
        motions=session.motions + detected,
        deadline_at=deadline(session.heard, last, rules),
    )
    if detected and may_try_again(session, now) and now - at <= rules.stale_after:
        silent = veto(rules, session.acted_at, now)
        if silent is None:
            trying = asking(session, rules.room.account, motion.received_at, now)
            return Decision(Action.EXTEND, Reason.TRY_AGAIN, trying)
    return Decision(Action.EXTEND, Reason.STILL_THERE if detected else Reason.LEFT_SENSOR, session)


def _known_before(latest: Session, sensor: Sensor) -> datetime:
    """Return the newest moment that `sensor` itself or the room's last motion told of.

    What other sensors said since (that they see nobody) makes nothing of this one untrue.
    """
    return max([latest.last_motion_at, *(h.at for h in latest.heard if h.sensor_id == sensor.id)])


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
