"""How long a fresh token exists in our memory alone: the window in which a crash would lose it.

From the moment Spotify's answer has been read to the moment it is durable on the disk, beside the whole
refresh from the call for it to its end. Run: .venv/bin/python benchmarks/crash_window.py [--json]
"""

import argparse
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from spottypottysense.grants.model import Grant
from spottypottysense.grants.ports import GrantStore
from spottypottysense.simulator import server
from spottypottysense.simulator.remote import Remote
from support.apart import apart
from support.appliance import figures
from support.grants import give_grants, grants, make_due, open_database, open_grants
from support.tables import show_tables


@dataclass
class Watch:
    """A grant store that notes how long answers waited for the disk; seconds."""

    store: GrantStore
    windows: list[float] = field(default_factory=list)
    refreshes: list[float] = field(default_factory=list)
    _mine: threading.local = field(default_factory=threading.local)

    def answered(self, _seconds: float) -> None:
        """Note that Spotify's answer has been read, in the thread that asked."""
        self._mine.answered_at = time.perf_counter()

    def grant(self, user_id: str) -> Grant:
        """Read as ever: a refresh begins with it."""
        self._mine.began_at = time.perf_counter()
        return self.store.grant(user_id)

    def save(self, grant: Grant) -> Grant:
        """Write the outcome of an attempt, as ever."""
        saved = self.store.save(grant)
        now = time.perf_counter()
        self.windows.append(now - self._mine.answered_at)
        self.refreshes.append(now - self._mine.began_at)
        return saved

    def hold(self, grant: Grant) -> Grant:
        """Begin an attempt as ever."""
        return self.store.hold(grant)

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Find as ever."""
        return self.store.due(now, limit)

    def delete(self, user_id: str) -> None:
        """Forget as ever."""
        self.store.delete(user_id)


def windows(url: str, data: Path, at_once: int) -> dict[str, object]:
    """Refresh everything that is due and return the microseconds."""
    make_due(data)
    database = open_database(data)
    watch = Watch(open_grants(data, database))
    report = grants(url, watch, at_once, observe=watch.answered).refresh_due()
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
