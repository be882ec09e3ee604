"""Grants, in SQLite, with their tokens sealed."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from spottypottysense.errors import Conflict, NotFound
from spottypottysense.grants.model import Attempt, Grant, GrantState, Secret
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros, to_moment, unless_none
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.vault import Vault

DUE = "SELECT user_id FROM grants WHERE state <> 'dead' AND due_at <= ? ORDER BY due_at, user_id LIMIT ?"
OF_USERS = "SELECT * FROM grants WHERE user_id IN (SELECT value FROM json_each(?))"
SEATS = "SELECT user_id FROM grants WHERE client_id = ? ORDER BY user_id"
CONSENTED_BEFORE = (
    "SELECT user_id, consented_at FROM grants WHERE state <> 'dead' AND consented_at < ?"
    " ORDER BY consented_at, user_id"
)


class SqliteGrants:
    """The `GrantStore` and the `GrantCensus` of the appliance; `vault` seals the tokens."""

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

    def grants(self, user_ids: Sequence[str]) -> tuple[Grant, ...]:
        """Return the grants that these users have; raises as `grant` does if one is spoilt."""
        with self._database.read() as connection:
            found = connection.execute(OF_USERS, (json.dumps(user_ids),)).fetchall()
        return tuple(map(self._grant, found))

    def save(self, grant: Grant) -> Grant:
        """Write the grant if the stored version is `grant.version` (0: none is stored); raises `Conflict`.

        It is sealed inside the transaction: once a later one has begun, no write with a key that was
        replaced before is still to come.
        """
        saved = _next_version(grant)
        self._database.commit(lambda connection: self._put(connection, saved))
        return saved

    def save_all(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """Write the grants together; those that `save` would refuse are left out of what is returned."""
        return self._all(grants, self._put)

    def hold(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """Write nothing but their attempts, on the terms of `save_all`."""

        def change(connection: sqlite3.Connection, held: Grant) -> None:
            attempt = {"user_id": held.user_id, "version": held.version, **_attempt(held)}
            rows.change_version(connection, "grants", "user_id", attempt)

        return self._all(grants, change)

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Return the users whose grant is not dead and due at `now`, the longest due first."""
        with self._database.read() as connection:
            found = connection.execute(DUE, (to_micros(now), limit)).fetchall()
        return tuple(row["user_id"] for row in found)

    def delete(self, user_id: str) -> None:
        """Forget the grant; forgetting what is not there is fine."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM grants WHERE user_id = ?", (user_id,))

    def seats(self, client_id: str) -> tuple[str, ...]:
        """Return the users who are connected through this app, by id; a dead grant keeps its seat."""
        with self._database.read() as connection:
            return tuple(row["user_id"] for row in connection.execute(SEATS, (client_id,)))

    def consented_before(self, moment: datetime) -> tuple[tuple[str, datetime], ...]:
        """Return (user, consented at) of the grants that are not dead and older than that, oldest first."""
        with self._database.read() as connection:
            found = connection.execute(CONSENTED_BEFORE, (to_micros(moment),)).fetchall()
        return tuple((row["user_id"], to_moment(row["consented_at"])) for row in found)

    def user_ids(self) -> tuple[str, ...]:
        """Return everybody who has a grant, by id."""
        with self._database.read() as connection:
            return tuple(
                row["user_id"] for row in connection.execute("SELECT user_id FROM grants ORDER BY 1")
            )

    def _all(
        self, grants: Sequence[Grant], write: Callable[[sqlite3.Connection, Grant], None]
    ) -> tuple[Grant, ...]:
        """Write each; a refused statement has changed nothing, so the others stand."""

        def work(connection: sqlite3.Connection) -> tuple[Grant, ...]:
            written = []
            for grant in map(_next_version, grants):
                with suppress(Conflict, sqlite3.IntegrityError):
                    write(connection, grant)
                    written.append(grant)
            return tuple(written)

        return self._database.commit(work)

    def _put(self, connection: sqlite3.Connection, saved: Grant) -> None:
        rows.put_version(connection, "grants", "user_id", self._row(saved))

    def _row(self, grant: Grant) -> rows.Row:
        secrets = {"access": grant.access_token, "refresh": grant.refresh_token}
        if grant.previous is not None:
            secrets["previous"] = grant.previous
        sealed = self._vault.seal_all(secrets, grant.user_id, grant.client_id)
        return {
            "user_id": grant.user_id,
            "client_id": grant.client_id,
            "access_token": sealed["access"],
            "refresh_token": sealed["refresh"],
            "expires_at": to_micros(grant.expires_at),
            "due_at": to_micros(grant.due_at),
            "consented_at": to_micros(grant.consented_at),
            "account_id": grant.account_id,
            "scope": " ".join(sorted(grant.scope)),
            "state": grant.state,
            "dead_reason": grant.dead_reason,
            "refusals": grant.refusals,
            "failures": grant.failures,
            "previous_token": sealed.get("previous"),
            "previous_until": unless_none(to_micros, grant.previous_until),
            **_attempt(grant),
            "version": grant.version,
        }

    def _grant(self, row: sqlite3.Row) -> Grant:
        def opened(column: str, purpose: str) -> Secret:
            return self._vault.open(row[column], row["user_id"], row["client_id"], purpose)

        owner = row["attempt_owner"]
        return Grant(
            user_id=row["user_id"],
            client_id=row["client_id"],
            access_token=opened("access_token", "access"),
            refresh_token=opened("refresh_token", "refresh"),
            expires_at=to_moment(row["expires_at"]),
            due_at=to_moment(row["due_at"]),
            consented_at=to_moment(row["consented_at"]),
            account_id=row["account_id"],
            scope=frozenset(row["scope"].split()),
            state=GrantState(row["state"]),
            dead_reason=unless_none(Reason, row["dead_reason"]),
            refusals=row["refusals"],
            failures=row["failures"],
            previous=opened("previous_token", "previous") if row["previous_token"] is not None else None,
            previous_until=unless_none(to_moment, row["previous_until"]),
            attempt=Attempt(owner, to_moment(row["attempt_until"])) if owner is not None else None,
            version=row["version"],
        )


def _next_version(grant: Grant) -> Grant:
    return replace(grant, version=grant.version + 1)


def _attempt(grant: Grant) -> dict[str, str | int | None]:
    attempt = grant.attempt
    return {
        "attempt_owner": attempt.owner if attempt is not None else None,
        "attempt_until": to_micros(attempt.until) if attempt is not None else None,
    }
