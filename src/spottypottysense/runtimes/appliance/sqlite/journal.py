"""The journal of decisions, in SQLite."""

import sqlite3
from datetime import datetime

from spottypottysense.presence.model import Action, JournalEntry
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros, to_moment, unless_none
from spottypottysense.runtimes.appliance.sqlite.database import Database

LONGEST_NAME = 200
"""How many characters are kept of what a sender calls itself or its event: a topic may have 65,535 bytes."""

KNOWS = "SELECT 1 FROM journal WHERE key = ?"
RELEASE_KEYS = "UPDATE journal SET key = NULL WHERE key IS NOT NULL AND at < ?"

_OF_HOUSEHOLD = "household_id = ?"
_OF_ROOM = "room_id = ?"
_BEFORE = "(at, number) < (SELECT at, number FROM journal WHERE id = ?)"


class SqliteJournal:
    """The `Journal` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, entry: JournalEntry) -> None:
        """Write an entry; raises `Conflict` if its key is known already."""
        with self._database.write() as connection:
            write_entry(connection, entry)

    def knows(self, key: str) -> bool:
        """Say whether an entry with this key was written (and not forgotten yet)."""
        with self._database.read() as connection:
            return connection.execute(KNOWS, (_storable(key),)).fetchone() is not None

    def release_keys(self, before: datetime) -> None:
        """Forget the keys of older entries: what comes with such a key again is a new message."""
        with self._database.write() as connection:
            connection.execute(RELEASE_KEYS, (to_micros(before),))

    def settle(self, entry_id: str, outcome: Reason, detail: str = "") -> None:
        """Add what became of the music to an entry; one that was forgotten meanwhile stays forgotten."""
        sql = "UPDATE journal SET outcome = ?, detail = ? WHERE id = ?"
        with self._database.write() as connection:
            connection.execute(sql, (outcome, _storable(detail), entry_id))

    def recent(
        self, household_id: str | None, limit: int, room_id: str | None = None, before: str | None = None
    ) -> tuple[JournalEntry, ...]:
        """Return the latest entries of a household (or of all, also of unknown senders), newest first.

        `room_id` narrows them to a room; `before` is the id of an entry: only older ones are returned, and
        none if it was forgotten.
        """
        wanted = {_OF_HOUSEHOLD: household_id, _OF_ROOM: room_id, _BEFORE: before}
        given = {condition: value for condition, value in wanted.items() if value is not None}
        where = " AND ".join(given) or "TRUE"
        sql = f"SELECT * FROM journal WHERE {where} ORDER BY at DESC, number DESC LIMIT ?"  # noqa: S608  ours
        with self._database.read() as connection:
            found = connection.execute(sql, (*given.values(), limit)).fetchall()
        return tuple(map(_entry, found))


def write_entry(connection: sqlite3.Connection, entry: JournalEntry) -> None:
    """Add an entry inside the transaction of the caller."""
    row: rows.Row = {
        "id": entry.id,
        "at": to_micros(entry.at),
        "household_id": entry.household_id,
        "room_id": entry.room_id,
        "sensor_id": _storable(entry.sensor_id[:LONGEST_NAME]),
        "session_id": entry.session_id,
        "event": _storable(entry.event[:LONGEST_NAME]),
        "key": _storable(entry.key),
        "action": entry.action,
        "reason": entry.reason,
        "outcome": entry.outcome,
        "detail": _storable(entry.detail),
    }
    rows.insert(connection, "journal", row)


def _storable(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can smuggle in and UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _entry(row: sqlite3.Row) -> JournalEntry:
    return JournalEntry(
        id=row["id"],
        at=to_moment(row["at"]),
        sensor_id=row["sensor_id"],
        event=row["event"],
        action=Action(row["action"]),
        reason=Reason(row["reason"]),
        key=row["key"] or "",
        household_id=row["household_id"],
        room_id=row["room_id"],
        session_id=row["session_id"],
        outcome=unless_none(Reason, row["outcome"]),
        detail=row["detail"],
    )
