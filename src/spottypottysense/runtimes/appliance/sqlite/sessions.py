"""Sessions, in SQLite."""

import json
import sqlite3
from dataclasses import replace
from datetime import datetime

from spottypottysense.errors import NotFound
from spottypottysense.presence.model import Heard, JournalEntry, Music, Session
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.columns import (
    to_micros,
    to_moment,
    to_span,
    to_span_micros,
    unless_none,
)
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.journal import write_entry

LATEST_IN = (
    "SELECT * FROM sessions WHERE room_id = ?"
    " ORDER BY (ended_at IS NULL) DESC, ended_at DESC, number DESC LIMIT 1"
)
DUE = (
    "SELECT * FROM sessions WHERE ended_at IS NULL AND deadline_at <= ?"
    " UNION ALL SELECT * FROM sessions WHERE ended_at IS NULL AND deadline_at > ?"
    " ORDER BY deadline_at, number LIMIT ?"
)


class SqliteSessions:
    """The `SessionStore` and the `SessionLog` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest_in(self, room_id: str) -> Session | None:
        """Return the open session of the room, else the one that ended last."""
        with self._database.read() as connection:
            row = connection.execute(LATEST_IN, (room_id,)).fetchone()
        return _session(row) if row else None

    def save(self, session: Session, entry: JournalEntry | None = None) -> Session:
        """Write the session, and the entry with it, if the stored version is `session.version`.

        Raises `Conflict` for a stale version, a second open session in the room, or a known `entry.key`.
        """
        saved = replace(session, version=session.version + 1)
        with self._database.write() as connection:
            rows.put_version(connection, "sessions", "id", _row(saved))
            if entry is not None:
                write_entry(connection, entry)
        return saved

    def session(self, session_id: str) -> Session:
        """Return one session; raises `NotFound`."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM sessions WHERE id = ?", (session_id,)).fetchone()
        if row is None:
            raise NotFound("session", session_id)
        return _session(row)

    def due(self, now: datetime, horizon: datetime, limit: int) -> tuple[Session, ...]:
        """Return open sessions whose deadline is not after `now`, or after `horizon`; oldest first."""
        with self._database.read() as connection:
            found = connection.execute(DUE, (to_micros(now), to_micros(max(now, horizon)), limit)).fetchall()
        return tuple(map(_session, found))

    def open(self) -> tuple[Session, ...]:
        """Return all open sessions, oldest first."""
        sql = "SELECT * FROM sessions WHERE ended_at IS NULL ORDER BY opened_at, number"
        with self._database.read() as connection:
            return tuple(map(_session, connection.execute(sql).fetchall()))

    def sessions(self, household_id: str, start: datetime, end: datetime, limit: int) -> tuple[Session, ...]:
        """Return the sessions that opened in [start, end), newest first."""
        sql = (
            "SELECT * FROM sessions WHERE household_id = ? AND opened_at >= ? AND opened_at < ?"
            " ORDER BY opened_at DESC, number DESC LIMIT ?"
        )
        with self._database.read() as connection:
            found = connection.execute(
                sql, (household_id, to_micros(start), to_micros(end), limit)
            ).fetchall()
        return tuple(map(_session, found))

    def forget_before(self, moment: datetime) -> int:
        """Delete sessions that ended, and journal entries that were written, before it; return how many."""
        before = (to_micros(moment),)
        with self._database.write() as connection:
            sessions = connection.execute("DELETE FROM sessions WHERE ended_at < ?", before).rowcount
            return sessions + connection.execute("DELETE FROM journal WHERE at < ?", before).rowcount


def _row(session: Session) -> rows.Row:
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
        "version": session.version,
    }


def _session(row: sqlite3.Row) -> Session:
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
        version=row["version"],
    )
