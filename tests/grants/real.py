"""Grants over a real file and real HTTP; run as a program, a process that races others or is killed."""

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import random

from grants.desk import Listener
from memory.connections import MemoryApps
from memory.house import MemoryAccounts
from spottypottysense import ids
from spottypottysense.accounts.model import Household, User
from spottypottysense.clock import ManualClock, SystemClock
from spottypottysense.grants.model import ClientApp, Grant, Schedule, Secret
from spottypottysense.grants.policy import SCOPES
from spottypottysense.grants.use_cases import Grants
from spottypottysense.runtimes.appliance.crew import ThreadCrew
from spottypottysense.runtimes.appliance.sqlite.accounts import SqliteAccounts
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.grants import SqliteGrants
from spottypottysense.runtimes.appliance.vault import Vault
from spottypottysense.simulator import demo_world
from spottypottysense.simulator.remote import Remote
from spottypottysense.spotify.accounts import Accounts
from spottypottysense.spotify.client import Client

APP = ClientApp(demo_world.CLIENT_ID, Secret(demo_world.CLIENT_SECRET))


class Real:
    """`grants` over `store` in `data`, asking the pretend Spotify at `url`, by a clock to turn."""

    def __init__(self, database: Database, data: Path, url: str, at: datetime) -> None:
        self.database = database
        self.store = SqliteGrants(database, Vault(data / "spotty.key"))
        self.clock = ManualClock(at)
        self.watch = Listener()
        self.endpoint = Accounts(Client(url, url))
        self.grants = Grants(
            self.store,
            self.endpoint,
            MemoryApps(MemoryAccounts(), APP),
            ThreadCrew(8),
            self.watch,
            self.clock,
            Schedule(),
            ids.new_id("process"),
            dice=random,
            pause=lambda wait: time.sleep(wait.total_seconds()),
        )

    def connect(self, remote: Remote, *accounts: str) -> None:
        """Connect these accounts of the pretend Spotify, with tokens that are expired."""
        known = SqliteAccounts(self.database)
        known.save_household(Household("home", "Home"))
        given = remote.post("grants", client_id=APP.client_id, accounts=list(accounts))["grants"]
        for each in given:
            user_id, now = each["account"], self.clock.now()
            known.save_user(User(user_id, "home", f"{user_id}@example.org"))
            tokens = Secret(each["access_token"]), Secret(each["refresh_token"])
            self.store.save(Grant(user_id, APP.client_id, *tokens, now, now, now, user_id, SCOPES))


@contextmanager
def opened(data: Path, url: str, at: datetime | None = None) -> Iterator[Real]:
    """Open the grants in `data`; the clock stands still at `at`, or now."""
    database = Database(data / "spotty.db")
    yield Real(database, data, url, at or SystemClock().now())
    database.close()


def race(real: Real, user_id: str, threads: int) -> None:
    """Ask with many threads at once, and print which tokens they got."""
    with ThreadPoolExecutor(threads) as pool:
        asked = [pool.submit(real.grants.access_token_for, user_id) for _ in range(threads)]
        print(json.dumps(sorted({answer.result().reveal() for answer in asked})), flush=True)  # noqa: T201


def live(real: Real) -> None:
    """Refresh everybody every hour, and live the hours in moments, until killed."""
    users = real.store.user_ids()
    real.clock.at = max(real.store.grant(user_id).due_at for user_id in users)
    while True:
        real.clock.advance(timedelta(hours=1, minutes=1))
        real.grants.refresh_due()


def main(data: str, url: str, task: str, *rest: str) -> None:
    """Say that we are ready, wait for a word, and do what the test asks for."""
    with opened(Path(data), url) as real:
        print("ready", flush=True)  # noqa: T201
        sys.stdin.readline()
        if task == "race":
            race(real, rest[0], int(rest[1]))
        else:
            live(real)


if __name__ == "__main__":
    main(*sys.argv[1:])
