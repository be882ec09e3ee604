"""What is decided when a person commands: whatever motion may not do, a person may."""

from dataclasses import replace
from datetime import datetime

from spottypottysense.presence.model import Action, Decision, Music, Order, RoomRules, Session
from spottypottysense.presence.policy.music import after_playback, asking
from spottypottysense.presence.policy.rules import lack
from spottypottysense.presence.policy.visits import dated_anew, deadline, opens_at
from spottypottysense.reasons import Reason


def on_play(
    order: Order, rules: RoomRules, latest: Session | None, now: datetime, session_id: str
) -> Decision:
    """Decide how music is asked for by hand; the order counts as a sign of somebody in the room.

    `latest` is the room's open session, or the one that ended last; `session_id` is for a new one.
    """
    if missing := lack(rules, now):
        return Decision(Action.IGNORE, missing)
    if latest is not None and latest.ended_at is None:
        session = dated_anew(latest, now)
        account = session.account if session.music is Music.PLAYING else rules.room.account
        session = replace(session, last_motion_at=now, deadline_at=deadline(session.heard, now, rules))
        return Decision(Action.EXTEND, order.reason, asking(session, account, order.at, now))
    opening = Session(
        id=session_id,
        household_id=rules.room.household_id,
        room_id=rules.room.id,
        sensor_id=order.sensor_id,
        account=rules.room.account,
        opened_at=opens_at(latest, now, now),
        last_motion_at=now,
        deadline_at=now + rules.timeout,
        motions=0,
    )
    return Decision(Action.START, order.reason, asking(opening, opening.account, order.at, now))


def on_stop(order: Order, latest: Session | None, now: datetime) -> Decision:
    """Decide what becomes of a visit whose music is stopped by hand: nothing is asked for until it ends."""
    if latest is None or latest.ended_at is not None:
        return Decision(Action.COMMAND, order.reason)
    silent = after_playback(latest, playing=False, reason=Reason.STOPPED_BY_HAND, now=now)
    return Decision(Action.COMMAND, order.reason, replace(silent, asked_at=None))
