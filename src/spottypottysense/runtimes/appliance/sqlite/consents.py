"""Consents that users were sent to give, in SQLite."""

import sqlite3

from spottypottysense.clock import Clock
from spottypottysense.errors import NeedsPerson, NotFound
from spottypottysense.grants.model import PendingConsent
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros, to_moment
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.vault import Vault

TAKE = "DELETE FROM pending_consents WHERE state = ? RETURNING *"
SWEEP = "DELETE FROM pending_consents WHERE expires_at <= ?"


class SqlitePendingConsents:
    """The `PendingConsents` of the appliance; `vault` seals the verifiers, `clock` tells what has expired."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def add(self, pending: PendingConsent) -> None:
        """Keep it until it is taken, and forget those that have expired."""
        purpose = _purpose(pending.state)
        with self._database.write() as connection:
            verifier = self._vault.seal(pending.verifier, pending.user_id, pending.client_id, purpose)
            row: rows.Row = {
                "state": pending.state,
                "user_id": pending.user_id,
                "client_id": pending.client_id,
                "redirect_uri": pending.redirect_uri,
                "verifier": verifier,
                "expires_at": to_micros(pending.expires_at),
            }
            connection.execute(SWEEP, (to_micros(self._clock.now()),))
            rows.insert(connection, "pending_consents", row)

    def take(self, state: str) -> PendingConsent:
        """Return it and forget it; raises `NotFound`, also if its verifier cannot be unsealed any more."""
        with self._database.write() as connection:
            found = connection.execute(TAKE, (state,)).fetchall()
        if not found:
            raise NotFound("pending consent with the state", state)
        try:
            return self._pending(found[0])
        except NeedsPerson as error:
            raise NotFound("pending consent with the state", state) from error

    def _pending(self, row: sqlite3.Row) -> PendingConsent:
        purpose = _purpose(row["state"])
        return PendingConsent(
            state=row["state"],
            user_id=row["user_id"],
            client_id=row["client_id"],
            redirect_uri=row["redirect_uri"],
            verifier=self._vault.open(row["verifier"], row["user_id"], row["client_id"], purpose),
            expires_at=to_moment(row["expires_at"]),
        )


def _purpose(state: str) -> str:
    return f"verifier of {state}"
