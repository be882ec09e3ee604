"""Notices, in SQLite."""

import sqlite3
from datetime import datetime

from spottypottysense.errors import NotFound
from spottypottysense.notices.model import Notice
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros, to_moment, unless_none
from spottypottysense.runtimes.appliance.sqlite.database import Database


class SqliteNotices:
    """The `NoticeStore` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, notice: Notice) -> bool:
        """Keep the notice unless an unsettled one says the same of its subject; say whether it was kept."""
        sql = (
            "INSERT INTO notices (id, subject, reason, at, settled_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (subject, reason) WHERE settled_at IS NULL DO NOTHING"
        )
        settled_at = unless_none(to_micros, notice.settled_at)
        row = (notice.id, notice.subject, notice.reason, to_micros(notice.at), settled_at)
        with self._database.write() as connection:
            return connection.execute(sql, row).rowcount == 1

    def unsettled(self) -> tuple[Notice, ...]:
        """Return what is not settled yet, newest first."""
        sql = "SELECT * FROM notices WHERE settled_at IS NULL ORDER BY at DESC, number DESC"
        with self._database.read() as connection:
            return tuple(map(_notice, connection.execute(sql).fetchall()))

    def undelivered(self) -> tuple[Notice, ...]:
        """Return what is neither settled nor delivered, oldest first."""
        sql = "SELECT * FROM notices WHERE settled_at IS NULL AND delivered_at IS NULL ORDER BY at, number"
        with self._database.read() as connection:
            return tuple(map(_notice, connection.execute(sql).fetchall()))

    def delivered(self, notice_id: str, at: datetime) -> None:
        """Mark a notice as delivered."""
        with self._database.write() as connection:
            connection.execute("UPDATE notices SET delivered_at = ? WHERE id = ?", (to_micros(at), notice_id))

    def acknowledge(self, notice_id: str, at: datetime) -> None:
        """Mark an unsettled notice as known to its person; raises `NotFound`."""
        sql = "UPDATE notices SET acknowledged_at = ? WHERE id = ? AND settled_at IS NULL"
        with self._database.write() as connection:
            if connection.execute(sql, (to_micros(at), notice_id)).rowcount != 1:
                raise NotFound("open notice", notice_id)

    def settle(self, subject: str, reason: Reason, at: datetime) -> None:
        """Mark what was told of this subject for this reason as attended to."""
        sql = "UPDATE notices SET settled_at = ? WHERE subject = ? AND reason = ? AND settled_at IS NULL"
        with self._database.write() as connection:
            connection.execute(sql, (to_micros(at), subject, reason))


def _notice(row: sqlite3.Row) -> Notice:
    return Notice(
        id=row["id"],
        subject=row["subject"],
        reason=Reason(row["reason"]),
        at=to_moment(row["at"]),
        settled_at=unless_none(to_moment, row["settled_at"]),
        delivered_at=unless_none(to_moment, row["delivered_at"]),
        acknowledged_at=unless_none(to_moment, row["acknowledged_at"]),
    )
