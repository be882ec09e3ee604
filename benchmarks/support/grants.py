"""Thousands of due grants in a file of their own, and the real parts that refresh them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import random
from time import sleep

from spottypottysense.clock import SystemClock
from spottypottysense.grants.model import ClientApp, Grant, Schedule, Secret
from spottypottysense.grants.ports import GrantStore, TokenEndpoint
from spottypottysense.grants.use_cases import Grants
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.crew import ThreadCrew
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.grants import SqliteGrants
from spottypottysense.runtimes.appliance.vault import Vault
from spottypottysense.simulator.demo_world import CLIENT_ID, CLIENT_SECRET
from spottypottysense.simulator.remote import Remote
from spottypottysense.spotify.accounts import Accounts
from spottypottysense.spotify.client import Client

APP = ClientApp(CLIENT_ID, Secret(CLIENT_SECRET))
_PER_REQUEST = 1000


class OneApp:
    """Everybody connects through the same app."""

    def app_for(self, user_id: str) -> ClientApp:  # noqa: ARG002
        """Return the app."""
        return APP

    def app(self, client_id: str) -> ClientApp:  # noqa: ARG002
        """Return the app."""
        return APP


class Nobody:
    """Is told, and does nothing about it."""

    def grant_died(self, user_id: str, reason: Reason) -> None:
        """Do nothing."""

    def grant_works(self, user_id: str) -> None:
        """Do nothing."""

    def consent_ends(self, user_id: str, reason: Reason) -> None:
        """Do nothing."""

    def app_fails(self, client_id: str, reason: Reason) -> None:
        """Do nothing."""

    def app_works(self, client_id: str) -> None:
        """Do nothing."""


def open_database(data: Path) -> Database:
    """Open the file in `data`, made if need be."""
    return Database(data / "spotty.db")


def open_grants(data: Path, database: Database) -> SqliteGrants:
    """Return the store whose tokens the key in `data` opens."""
    return SqliteGrants(database, Vault(data / "key"))


def add_users(database: Database, users: Sequence[str]) -> None:
    """Put people in one household, whom grants may belong to."""
    with database.write() as connection:
        connection.execute(
            "INSERT OR IGNORE INTO households (id, name, time_zone, timeout, motion_gap)"
            " VALUES ('home', '', 'UTC', 1, 1)"
        )
        connection.executemany(
            "INSERT INTO users (id, household_id, email, name, role, active)"
            " VALUES (?, 'home', ?, '', 'owner', 1)",
            ((user, f"{user}@example.org") for user in users),
        )


def give_grants(spotify: Remote, data: Path, count: int) -> list[str]:
    """Connect `count` users of an empty simulator, keep their grants in `data`; return the refresh tokens."""
    spotify.post("apps", client_id=CLIENT_ID, secret=CLIENT_SECRET)
    spotify.post("accounts", id="user", count=count)
    users = [f"user-{number}" for number in range(1, count + 1)]
    database = open_database(data)
    add_users(database, users)
    store, now = open_grants(data, database), datetime.now(UTC)
    tokens = []
    for start in range(0, count, _PER_REQUEST):
        part = users[start : start + _PER_REQUEST]
        for given in spotify.post("grants", client_id=CLIENT_ID, accounts=part)["grants"]:
            access, refresh = Secret(given["access_token"]), Secret(given["refresh_token"])
            tokens.append(refresh.reveal())
            scope = frozenset(given["scope"].split())
            store.save(
                Grant(given["account"], CLIENT_ID, access, refresh, now, now, now, given["account"], scope)
            )
    database.close()
    return tokens


def make_due(data: Path) -> None:
    """Let every grant be due."""
    database = open_database(data)
    with database.write() as connection:
        connection.execute("UPDATE grants SET due_at = 1")
    database.close()


def grants(
    url: str,
    store: GrantStore,
    at_once: int,
    endpoint: Callable[[Client], TokenEndpoint] = Accounts,
) -> Grants:
    """Return the use case as the appliance has it, with all its guards, and `at_once` hands."""
    return Grants(
        store,
        endpoint(Client(url, url, connections=at_once)),
        OneApp(),
        ThreadCrew(at_once),
        Nobody(),
        SystemClock(),
        Schedule(),
        "benchmark",
        random,
        _pause,
    )


def _pause(span: timedelta) -> None:
    sleep(span.total_seconds())
