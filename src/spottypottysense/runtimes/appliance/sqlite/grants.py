"""Grants, in SQLite, with both tokens sealed."""

import sqlite3
from dataclasses import replace
from datetime import datetime

from spottypottysense.errors import NotFound
from spottypottysense.grants.model import Grant, GrantState, Secret
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros, to_moment
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.vault import Vault

DUE = (
    "SELECT user_id FROM grants WHERE state = 'working' AND expires_at < ?"
    " ORDER BY expires_at, user_id LIMIT ?"
)


class SqliteGrants:
    """The `GrantStore` of the appliance; `vault` seals the tokens."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def grant(self, user_id: str) -> Grant:
        """Return one user's grant.

        Raises `NotFound`, or `NeedsPerson(RECONNECT)` if the tokens cannot be unsealed any more.
        """
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM grants WHERE user_id = ?", (user_id,)).fetchone()
        if row is None:
            raise NotFound("grant", user_id)
        return self._grant(row)

    def save(self, grant: Grant) -> Grant:
        """Write the grant if the stored version is `grant.version` (0: none is stored); raises `Conflict`."""
        saved = replace(grant, version=grant.version + 1)
        row = self._row(saved)
        with self._database.write() as connection:
            rows.put_version(connection, "grants", "user_id", row)
        return saved

    def due(self, before: datetime, limit: int) -> tuple[str, ...]:
        """Return the users whose working grant expires before that moment, most urgent first."""
        with self._database.read() as connection:
            found = connection.execute(DUE, (to_micros(before), limit)).fetchall()
        return tuple(row["user_id"] for row in found)

    def delete(self, user_id: str) -> None:
        """Forget the grant; forgetting what is not there is fine."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM grants WHERE user_id = ?", (user_id,))

    def _row(self, grant: Grant) -> rows.Row:
        def sealed(secret: Secret, purpose: str) -> bytes:
            return self._vault.seal(secret, grant.user_id, grant.client_id, purpose)

        return {
            "user_id": grant.user_id,
            "client_id": grant.client_id,
            "access_token": sealed(grant.access_token, "access"),
            "refresh_token": sealed(grant.refresh_token, "refresh"),
            "expires_at": to_micros(grant.expires_at),
            "consented_at": to_micros(grant.consented_at),
            "scope": " ".join(sorted(grant.scope)),
            "state": grant.state,
            "version": grant.version,
        }

    def _grant(self, row: sqlite3.Row) -> Grant:
        def opened(column: str, purpose: str) -> Secret:
            return self._vault.open(row[column], row["user_id"], row["client_id"], purpose)

        return Grant(
            user_id=row["user_id"],
            client_id=row["client_id"],
            access_token=opened("access_token", "access"),
            refresh_token=opened("refresh_token", "refresh"),
            expires_at=to_moment(row["expires_at"]),
            consented_at=to_moment(row["consented_at"]),
            scope=frozenset(row["scope"].split()),
            state=GrantState(row["state"]),
            version=row["version"],
        )
