"""The client apps registered at Spotify: the installation's, and those of households, in SQLite."""

import sqlite3

from spottypottysense.errors import Conflict, NeedsPerson
from spottypottysense.grants.model import ClientApp
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.vault import Vault

_PURPOSE = "client secret"

OF_USER = "SELECT apps.* FROM users JOIN apps USING (household_id) WHERE users.id = ?"
BY_CLIENT = "SELECT * FROM apps WHERE client_id = ?"


class SqliteApps:
    """The `Apps` of the appliance; `vault` seals the client secrets of households.

    `installation` is the app for everybody whose household has none of its own.
    """

    def __init__(self, database: Database, vault: Vault, installation: ClientApp | None) -> None:
        self._database = database
        self._vault = vault
        self._installation = installation

    def app_for(self, user_id: str) -> ClientApp:
        """Return the app of the user's household, else the installation's; raises `NeedsPerson(NO_APP)`."""
        row = self._row(OF_USER, user_id)
        if row is not None:
            return self._app(row)
        if self._installation is None:
            raise NeedsPerson(Reason.NO_APP)
        return self._installation

    def app(self, client_id: str) -> ClientApp:
        """Return an app by its id; raises `NeedsPerson(APP_MISCONFIGURED)` if it is no longer known."""
        if self._installation is not None and self._installation.client_id == client_id:
            return self._installation
        row = self._row(BY_CLIENT, client_id)
        if row is None:
            message = f"The Spotify app {client_id!r} is not set any more: set it again, or connect anew."
            raise NeedsPerson(Reason.APP_MISCONFIGURED, message)
        return self._app(row)

    def set_app(self, household_id: str, app: ClientApp | None) -> None:
        """Give a household an app of its own, or (None) take it away.

        Raises `Conflict` if the app is another household's or the installation's, or there is no such
        household.
        """
        if app is None:
            with self._database.write() as connection:
                connection.execute("DELETE FROM apps WHERE household_id = ?", (household_id,))
            return
        if self._installation is not None and self._installation.client_id == app.client_id:
            raise Conflict("This app is the installation's, which every household may use already.")
        others = "SELECT 1 FROM apps WHERE client_id = ? AND household_id <> ?"
        with self._database.write() as connection:
            if connection.execute(others, (app.client_id, household_id)).fetchone():
                raise Conflict("Another household uses this app: register one of its own at Spotify.")
            rows.put(connection, "apps", "household_id", self._sealed(household_id, app))

    def reseal(self) -> None:
        """Write every client secret anew, so that the vault seals it with its newest key."""
        with self._database.write() as connection:
            for row in connection.execute("SELECT * FROM apps").fetchall():
                try:
                    app = self._app(row)
                except NeedsPerson:
                    continue
                rows.put(connection, "apps", "household_id", self._sealed(row["household_id"], app))

    def _row(self, sql: str, key: str) -> sqlite3.Row | None:
        with self._database.read() as connection:
            row: sqlite3.Row | None = connection.execute(sql, (key,)).fetchone()
        return row

    def _sealed(self, household_id: str, app: ClientApp) -> rows.Row:
        sealed = None
        if app.client_secret is not None:
            sealed = self._vault.seal(app.client_secret, household_id, app.client_id, _PURPOSE)
        return {"household_id": household_id, "client_id": app.client_id, "client_secret": sealed}

    def _app(self, row: sqlite3.Row) -> ClientApp:
        client_id, sealed = row["client_id"], row["client_secret"]
        if sealed is None:
            return ClientApp(client_id)
        try:
            return ClientApp(client_id, self._vault.open(sealed, row["household_id"], client_id, _PURPOSE))
        except NeedsPerson as error:
            message = f"The secret of the Spotify app {client_id!r} cannot be unsealed: set the app again."
            raise NeedsPerson(Reason.APP_MISCONFIGURED, message) from error
