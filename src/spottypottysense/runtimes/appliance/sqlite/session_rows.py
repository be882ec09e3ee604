"""Sessions as rows."""

import json
import sqlite3

from spottypottysense.presence.model import Heard, Music, Session
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.columns import (
    to_micros,
    to_moment,
    to_span,
    to_span_micros,
    unless_none,
)


def row_of(session: Session) -> rows.Row:
    """Return the columns that keep a session."""
    return {
        "id": session.id,
        "household_id": session.household_id,
        "room_id": session.room_id,
        "sensor_id": session.sensor_id,
        "account": session.account,
        "opened_at": to_micros(session.opened_at),
        "last_motion_at": to_micros(session.last_motion_at),
        "deadline_at": to_micros(session.deadline_at),
        "motions": session.motions,
        "heard": json.dumps([[heard.sensor_id, heard.on, to_micros(heard.at)] for heard in session.heard]),
        "music": session.music,
        "silent_reason": session.silent_reason,
        "music_since": unless_none(to_micros, session.music_since),
        "music_time": to_span_micros(session.music_time),
        "acted_at": unless_none(to_micros, session.acted_at),
        "asked_at": unless_none(to_micros, session.asked_at),
        "accepted_after": unless_none(to_span_micros, session.accepted_after),
        "confirmed_after": unless_none(to_span_micros, session.confirmed_after),
        "ended_at": unless_none(to_micros, session.ended_at),
        "end_reason": session.end_reason,
        "content": session.content,
        "version": session.version,
    }


def session_in(row: sqlite3.Row) -> Session:
    """Return the session that a row holds."""
    return Session(
        id=row["id"],
        household_id=row["household_id"],
        room_id=row["room_id"],
        sensor_id=row["sensor_id"],
        account=row["account"],
        opened_at=to_moment(row["opened_at"]),
        last_motion_at=to_moment(row["last_motion_at"]),
        deadline_at=to_moment(row["deadline_at"]),
        motions=row["motions"],
        heard=tuple(Heard(sensor_id, on, to_moment(at)) for sensor_id, on, at in json.loads(row["heard"])),
        music=Music(row["music"]),
        silent_reason=unless_none(Reason, row["silent_reason"]),
        music_since=unless_none(to_moment, row["music_since"]),
        music_time=to_span(row["music_time"]),
        acted_at=unless_none(to_moment, row["acted_at"]),
        asked_at=unless_none(to_moment, row["asked_at"]),
        accepted_after=unless_none(to_span, row["accepted_after"]),
        confirmed_after=unless_none(to_span, row["confirmed_after"]),
        ended_at=unless_none(to_moment, row["ended_at"]),
        end_reason=unless_none(Reason, row["end_reason"]),
        content=row["content"],
        version=row["version"],
    )
