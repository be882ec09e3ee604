"""How long a fresh token exists in our memory alone: the window in which a crash would lose it.

From the moment Spotify's answer has been read to the moment it is durable on the disk, beside the whole
refresh from the question to then. Run: .venv/bin/python benchmarks/crash_window.py [--json]
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from spottypottysense.grants.model import ClientApp, Grant, Secret, TokenReply
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.grants import SqliteGrants
from spottypottysense.runtimes.appliance.vault import Vault
from spottypottysense.simulator import server
from spottypottysense.simulator.remote import Remote
from spottypottysense.spotify.accounts import Accounts
from spottypottysense.spotify.client import Client
from support.apart import apart
from support.appliance import figures
from support.grants import give_grants, grants, make_due, open_database
from support.tables import show_tables

Moments = dict[Secret, tuple[float, float]]


class WatchedEndpoint(Accounts):
    """The token endpoint, which notes for each fresh token when it was asked for and when it came."""

    def __init__(self, moments: Moments, client: Client) -> None:
        super().__init__(client)
        self._moments = moments

    def refresh(self, app: ClientApp, refresh_token: Secret) -> TokenReply:
        """Ask as ever."""
        asked_at = time.perf_counter()
        reply = super().refresh(app, refresh_token)
        self._moments[reply.access_token] = asked_at, time.perf_counter()
        return reply


class WatchedStore(SqliteGrants):
    """The grants, which note how long answers waited for the disk, and whole refreshes took; seconds."""

    def __init__(self, data: Path, database: Database, moments: Moments) -> None:
        super().__init__(database, Vault(data / "key"))
        self.windows: list[float] = []
        self.refreshes: list[float] = []
        self._moments = moments

    def save_all(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """Write answers as ever."""
        saved = super().save_all(grants)
        now = time.perf_counter()
        for grant in saved:
            asked_at, answered_at = self._moments.pop(grant.access_token)
            self.windows.append(now - answered_at)
            self.refreshes.append(now - asked_at)
        return saved


def windows(url: str, data: Path, at_once: int) -> dict[str, object]:
    """Refresh everything that is due and return the microseconds."""
    make_due(data)
    database = open_database(data)
    moments: Moments = {}
    watch = WatchedStore(data, database, moments)
    report = grants(url, watch, at_once, partial(WatchedEndpoint, moments)).refresh_due()
    database.close()
    window = figures([1e6 * seconds for seconds in watch.windows])
    whole = figures([1e6 * seconds for seconds in watch.refreshes])
    return {
        "users": report.refreshed,
        **{f"window_{name}": round(value) for name, value in window.items()},
        **{f"refresh_{name}": round(value) for name, value in whole.items()},
        "percent_of_refresh": round(100 * sum(watch.windows) / sum(watch.refreshes), 2),
    }


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as directory, server.spawn(empty=True) as url:
        data, spotify = Path(directory), Remote(url)
        give_grants(spotify, data, options.users)
        spotify.post("faults", name="latency", path="/api/token", seconds=options.latency)
        rows = {f"{at_once}_at_once": apart(windows, url, data, at_once) for at_once in options.at_once}
    facts = {"latency_ms": round(options.latency * 1000)}
    show_tables("Between Spotify's answer and the disk", facts, {"microseconds": rows}, options.json)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--users", type=int, default=500)
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 10, 50, 200])
    parser.add_argument("--latency", type=float, default=0.1, help="seconds that a token takes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
