"""How many due users are refreshed in a second while each token takes Spotify 100 ms.

The real thing: grants sealed in SQLite, every write durable, all guards on. The pretend Spotify is a process
of its own; a bare loop of threads shows how fast that is by itself. Beside it stands a refresher that asks
for one user after the other, with a new connection and a commit for each.
Run: .venv/bin/python benchmarks/refresh_throughput.py [--json]
"""

import argparse
import sqlite3
import tempfile
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import urllib3

from spottypottysense.simulator import server
from spottypottysense.simulator.demo_world import CLIENT_ID, CLIENT_SECRET
from spottypottysense.simulator.remote import Remote
from support.apart import Effort, apart, children, cpu_seconds, measured
from support.grants import give_grants, grants, make_due, open_database, open_grants
from support.tables import show_tables


def refresh(url: str, data: Path, at_once: int) -> Effort:
    """Refresh everything that is due, as the appliance does."""
    database = open_database(data)
    work = grants(url, open_grants(data, database), at_once)
    effort = measured(work.refresh_due)
    database.close()
    report = effort.result
    if report.errors or report.refreshed != report.queried:
        raise RuntimeError(f"Not everybody was refreshed: {report.errors[:3]} {report.skipped} skipped.")
    return Effort(effort.seconds, effort.cpu, effort.peak_mb, report.refreshed)


def ask_only(url: str, tokens: list[str], at_once: int) -> Effort:
    """Ask for tokens and do nothing with them: what pretend Spotify and threads can do."""
    pool = urllib3.PoolManager(maxsize=at_once)
    with ThreadPoolExecutor(at_once) as threads:
        effort = measured(lambda: list(threads.map(partial(_ask, pool, url), tokens)))
    return Effort(effort.seconds, effort.cpu, effort.peak_mb, len(tokens))


def one_by_one(url: str, tokens: list[str], file: Path) -> Effort:
    """Ask for one after the other by a connection of its own, and commit what came, in the clear."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE grants (refresh_token TEXT PRIMARY KEY, answer BLOB)")
    connection.executemany("INSERT INTO grants VALUES (?, NULL)", ((token,) for token in tokens))
    connection.commit()

    def work() -> None:
        for token in tokens:
            with urllib3.PoolManager() as pool:
                answer = _ask(pool, url, token)
            connection.execute("UPDATE grants SET answer = ? WHERE refresh_token = ?", (answer, token))
            connection.commit()

    effort = measured(work)
    connection.close()
    return Effort(effort.seconds, effort.cpu, effort.peak_mb, len(tokens))


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as directory, server.spawn(empty=True) as url:
        data, spotify = Path(directory), Remote(url)
        (simulator,) = children()
        tokens = give_grants(spotify, data, options.users)
        spotify.post("faults", name="latency", path="/api/token", seconds=options.latency)
        slow = apart(one_by_one, url, tokens[: options.sequential], data / "one-by-one.db")
        per_second = slow.result / slow.seconds
        rows = {"one_by_one": _row(slow, 1, options.latency, per_second, 0.0)}
        for at_once in options.at_once:
            for name, work in (
                ("ours", partial(apart, refresh, url, data)),
                ("asking_alone", partial(apart, ask_only, url, tokens)),
            ):
                make_due(data)
                before = cpu_seconds(simulator)
                effort = work(at_once)
                share = (cpu_seconds(simulator) - before) / effort.seconds
                rows[f"{name}_{at_once}_at_once"] = _row(effort, at_once, options.latency, per_second, share)
    facts = {"users": options.users, "latency_ms": round(options.latency * 1000)}
    show_tables("Refreshing everybody who is due", facts, {"throughput": rows}, options.json)


def _ask(pool: urllib3.PoolManager, url: str, token: str) -> bytes:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Authorization": "Basic " + b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode(),
    }
    body = f"grant_type=refresh_token&refresh_token={token}"
    answer = pool.request("POST", f"{url}/api/token", headers=headers, body=body)
    if answer.status != 200:
        raise RuntimeError(f"The pretend Spotify answered {answer.status}.")
    return answer.data


def _row(effort: Effort, at_once: int, latency: float, one_by_one: float, share: float) -> dict[str, object]:
    """Return the figures; the limit is what the latency alone would allow."""
    users_per_second = effort.result / effort.seconds
    return {
        "users": effort.result,
        "users_per_second": round(users_per_second, 1),
        "percent_of_limit": round(100 * users_per_second * latency / at_once, 1),
        "cpu_ms_per_user": round(1000 * effort.cpu / effort.result, 2),
        "peak_mb": round(effort.peak_mb, 1),
        "times_one_by_one": round(users_per_second / one_by_one, 1),
        "simulator_cpu_percent": round(100 * share, 1),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--sequential", type=int, default=100, help="users who are asked for one by one")
    parser.add_argument("--at-once", type=int, nargs="+", default=[50, 100, 200])
    parser.add_argument("--latency", type=float, default=0.1, help="seconds that a token takes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
