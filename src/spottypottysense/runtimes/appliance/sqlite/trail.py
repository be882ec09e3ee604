"""The trail of who did what, in SQLite."""

import sqlite3
from datetime import datetime

from spottypottysense.access.model import Act, AuditEntry
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros, to_moment
from spottypottysense.runtimes.appliance.sqlite.database import Database

ENTRIES = "SELECT * FROM audit WHERE at < :before {} ORDER BY at DESC, number DESC LIMIT :limit"
OF_HOUSEHOLD = ENTRIES.format("AND household_id = :household_id")
OF_ALL = ENTRIES.format("")
FORGET = "DELETE FROM audit WHERE at < ?"


class SqliteTrail:
    """The `AuditTrail` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, entry: AuditEntry) -> None:
        """Write an entry."""
        row: rows.Row = {
            "id": entry.id,
            "at": to_micros(entry.at),
            "act": entry.act,
            "household_id": entry.household_id,
            "user_id": entry.user_id,
            "subject": entry.subject,
            "address": entry.address,
        }
        self._database.commit(lambda connection: rows.insert(connection, "audit", row))

    def entries(self, household_id: str | None, before: datetime, limit: int) -> tuple[AuditEntry, ...]:
        """Return the entries of a household older than `before`, newest first; None: of all, and of none."""
        values: rows.Row = {"before": to_micros(before), "limit": limit}
        sql = OF_ALL
        if household_id is not None:
            sql, values = OF_HOUSEHOLD, {**values, "household_id": household_id}
        with self._database.read() as connection:
            return tuple(map(_entry, connection.execute(sql, values).fetchall()))

    def forget(self, before: datetime) -> int:
        """Forget the entries older than `before`; return how many that were."""
        with self._database.write() as connection:
            return connection.execute(FORGET, (to_micros(before),)).rowcount


def _entry(row: sqlite3.Row) -> AuditEntry:
    return AuditEntry(
        id=row["id"],
        at=to_moment(row["at"]),
        act=Act(row["act"]),
        household_id=row["household_id"],
        user_id=row["user_id"],
        subject=row["subject"],
        address=row["address"],
    )
