"""Receipts of what we started, in SQLite."""

import sqlite3
from dataclasses import replace

from spottypottysense.playback.model import Receipt
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros, to_moment, unless_none
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.sensors.model import Ending


class SqliteReceipts:
    """The `ReceiptStore` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def receipt(self, account: str) -> Receipt | None:
        """Return what we last started for the account and have not ended."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM receipts WHERE account = ?", (account,)).fetchone()
        return _receipt(row) if row else None

    def save(self, receipt: Receipt) -> Receipt:
        """Write it if the stored version is `receipt.version` (0: none stored); raises `Conflict`."""
        saved = replace(receipt, version=receipt.version + 1)
        with self._database.write() as connection:
            rows.put_version(connection, "receipts", "account", _row(saved))
        return saved

    def remove(self, receipt: Receipt) -> None:
        """Forget it if this very version is stored; raises `Conflict` if another one is."""
        key = (receipt.account,)
        with self._database.write() as connection:
            row = connection.execute("SELECT version FROM receipts WHERE account = ?", key).fetchone()
            if row is None:
                return
            sql = "DELETE FROM receipts WHERE account = ? AND version = ?"
            rows.require_one(connection.execute(sql, (receipt.account, receipt.version)))

    def receipts(self) -> tuple[Receipt, ...]:
        """Return all receipts, oldest first."""
        with self._database.read() as connection:
            found = connection.execute("SELECT * FROM receipts ORDER BY started_at, account").fetchall()
        return tuple(map(_receipt, found))


def _row(receipt: Receipt) -> rows.Row:
    return {
        "account": receipt.account,
        "session_id": receipt.session_id,
        "room_id": receipt.room_id,
        "speaker_id": receipt.speaker_id,
        "speaker_name": receipt.speaker_name,
        "content": receipt.content,
        "started_at": to_micros(receipt.started_at),
        "confirmed": receipt.confirmed,
        "speaker_type": receipt.speaker_type,
        "item": receipt.item,
        "volume": receipt.volume,
        "volume_before": receipt.volume_before,
        "ending": receipt.ending,
        "pause_at": unless_none(to_micros, receipt.pause_at),
        "version": receipt.version,
    }


def _receipt(row: sqlite3.Row) -> Receipt:
    return Receipt(
        account=row["account"],
        session_id=row["session_id"],
        room_id=row["room_id"],
        speaker_id=row["speaker_id"],
        speaker_name=row["speaker_name"],
        content=row["content"],
        started_at=to_moment(row["started_at"]),
        confirmed=bool(row["confirmed"]),
        speaker_type=row["speaker_type"],
        item=row["item"],
        volume=row["volume"],
        volume_before=row["volume_before"],
        ending=Ending(row["ending"]),
        pause_at=unless_none(to_moment, row["pause_at"]),
        version=row["version"],
    )
