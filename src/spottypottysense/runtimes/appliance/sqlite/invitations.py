"""Links that work once, in SQLite."""

import sqlite3
from datetime import datetime

from spottypottysense.access.model import Invitation, Purpose
from spottypottysense.accounts.model import Role
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros, to_moment
from spottypottysense.runtimes.appliance.sqlite.database import Database

SWEEP = "DELETE FROM invitations WHERE expires_at <= ?"
TAKE = "DELETE FROM invitations WHERE digest = ? RETURNING *"


class SqliteInvitations:
    """The `OpenInvitations` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, invitation: Invitation, now: datetime) -> None:
        """Keep it, and forget what has expired by `now`."""
        row: rows.Row = {
            "digest": invitation.digest,
            "purpose": invitation.purpose,
            "expires_at": to_micros(invitation.expires_at),
            "household_id": invitation.household_id,
            "user_id": invitation.user_id,
            "role": invitation.role,
        }
        with self._database.write() as connection:
            connection.execute(SWEEP, (to_micros(now),))
            rows.insert(connection, "invitations", row)

    def look(self, digest: str) -> Invitation | None:
        """Return it, whether or not it has expired, without using it up."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM invitations WHERE digest = ?", (digest,)).fetchone()
        return None if row is None else _invitation(row)

    def take(self, digest: str) -> Invitation | None:
        """Return it and forget it, so that of many takers only one gets it."""
        with self._database.write() as connection:
            found = connection.execute(TAKE, (digest,)).fetchall()
        return _invitation(found[0]) if found else None


def _invitation(row: sqlite3.Row) -> Invitation:
    return Invitation(
        digest=row["digest"],
        purpose=Purpose(row["purpose"]),
        expires_at=to_moment(row["expires_at"]),
        household_id=row["household_id"],
        user_id=row["user_id"],
        role=Role(row["role"]),
    )
