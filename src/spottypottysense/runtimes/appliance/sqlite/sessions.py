"""Sessions, in SQLite."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from spottypottysense.errors import NotFound
from spottypottysense.presence.model import JournalEntry, Session
from spottypottysense.runtimes.appliance.sqlite import rows, tallies
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros, to_moment
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.journal import write_entry
from spottypottysense.runtimes.appliance.sqlite.session_rows import row_of, session_in

LATEST_IN = (
    "SELECT * FROM sessions WHERE room_id = ?"
    " ORDER BY (ended_at IS NULL) DESC, ended_at DESC, number DESC LIMIT 1"
)
DUE = (
    "SELECT * FROM sessions WHERE ended_at IS NULL AND deadline_at <= ?"
    " UNION ALL SELECT * FROM sessions WHERE ended_at IS NULL AND deadline_at > ?"
    " ORDER BY deadline_at, number LIMIT ?"
)
ACTIVE_SENSORS = (
    "SELECT DISTINCT json_extract(word.value, '$[0]') FROM sessions, json_each(heard) AS word"
    " WHERE ended_at IS NULL AND household_id = ?"
)
LAST_MOTIONS = (
    "SELECT id, (SELECT max(at) FROM journal WHERE journal.sensor_id = sensors.id"
    " AND event = 'motion_detected' AND room_id IS NOT NULL) FROM sensors WHERE household_id = ?"
)


class SqliteSessions:
    """The `SessionStore` and the `SessionLog` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest_in(self, room_id: str) -> Session | None:
        """Return the open session of the room, else the one that ended last."""
        with self._database.read() as connection:
            row = connection.execute(LATEST_IN, (room_id,)).fetchone()
        return session_in(row) if row else None

    def save(self, session: Session, entry: JournalEntry | None = None) -> Session:
        """Write the session, and the entry with it, if the stored version is `session.version`.

        Raises `Conflict` for a stale version, a second open session in the room, or a known `entry.key`.
        """
        saved = replace(session, version=session.version + 1)
        with self._database.write() as connection:
            known = tallies.counted(connection, saved.id)
            rows.put_version(connection, "sessions", "id", row_of(saved))
            tallies.count_anew(connection, known, saved)
            if entry is not None:
                write_entry(connection, entry)
        return saved

    def session(self, session_id: str) -> Session:
        """Return one session; raises `NotFound`."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM sessions WHERE id = ?", (session_id,)).fetchone()
        if row is None:
            raise NotFound("session", session_id)
        return session_in(row)

    def due(self, now: datetime, horizon: datetime, limit: int) -> tuple[Session, ...]:
        """Return open sessions whose deadline is not after `now`, or after `horizon`; oldest first."""
        with self._database.read() as connection:
            found = connection.execute(DUE, (to_micros(now), to_micros(max(now, horizon)), limit)).fetchall()
        return tuple(map(session_in, found))

    def open(self) -> tuple[Session, ...]:
        """Return all open sessions, oldest first."""
        sql = "SELECT * FROM sessions WHERE ended_at IS NULL ORDER BY opened_at, number"
        with self._database.read() as connection:
            return tuple(map(session_in, connection.execute(sql).fetchall()))

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
        return tuple(map(session_in, found))

    def active_sensors(self, household_id: str) -> frozenset[str]:
        """Return the sensors of the household that were heard in visits that go on, by id."""
        with self._database.read() as connection:
            found = connection.execute(ACTIVE_SENSORS, (household_id,)).fetchall()
        return frozenset(sensor_id for (sensor_id,) in found)

    def last_motions(self, household_id: str) -> Mapping[str, datetime]:
        """Return when each sensor of the household moved last, by its id; one that never did is left out."""
        with self._database.read() as connection:
            found = connection.execute(LAST_MOTIONS, (household_id,)).fetchall()
        return {sensor_id: to_moment(at) for sensor_id, at in found if at is not None}

    def forget_before(self, moment: datetime) -> int:
        """Delete sessions that ended, and journal entries that were written, before it; return how many.

        Sessions that ended before there were tallies are counted first.
        """
        before = (to_micros(moment),)
        with self._database.write() as connection:
            tallies.count_uncounted(connection)
            sessions = connection.execute("DELETE FROM sessions WHERE ended_at < ?", before).rowcount
            return sessions + connection.execute("DELETE FROM journal WHERE at < ?", before).rowcount
