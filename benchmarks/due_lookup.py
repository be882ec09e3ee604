"""How long it takes to find the 1,000 grants that are due among a million, beside reading through all.

Both find the same users, the longest due first. Run: .venv/bin/python benchmarks/due_lookup.py [--json]
"""

import argparse
import secrets
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from spottypottysense.grants.model import GrantState
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros
from spottypottysense.runtimes.appliance.sqlite.database import Database
from support.appliance import figures
from support.grants import add_users, open_database, open_grants
from support.progress import counted
from support.tables import show_tables

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SEALED_BYTES = 300
_PER_TRANSACTION = 20_000
_THROUGH_ALL = (
    "SELECT user_id FROM grants NOT INDEXED WHERE state <> 'dead' AND due_at <= ?"
    " ORDER BY due_at, user_id LIMIT ?"
)
Found = TypeVar("Found")


def fill(database: Database, count: int, due: int) -> None:
    """Keep `count` grants with junk for tokens; `due` of them, strewn about, are due."""
    every = max(count // due, 1)
    for start in counted(range(0, count, _PER_TRANSACTION), "filling"):
        numbers = range(start, min(start + _PER_TRANSACTION, count))
        add_users(database, [_user(number) for number in numbers])
        with database.write() as connection:
            connection.executemany(
                "INSERT INTO grants (user_id, client_id, access_token, refresh_token, expires_at, due_at,"
                " consented_at, account_id, scope, state, refusals, failures, version)"
                " VALUES (?, 'app', ?, ?, ?, ?, ?, 'account', '', ?, 0, 0, 1)",
                _rows(numbers, every, due),
            )


def measured(work: Callable[[], Found], repeats: int) -> tuple[dict[str, float], Found]:
    """Do it some times and return the milliseconds, and what it found."""
    found, spans = work(), []
    for _ in range(repeats):
        began = time.perf_counter()
        found = work()
        spans.append(1000 * (time.perf_counter() - began))
    return figures(spans), found


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory)
        database = open_database(data)
        fill(database, options.grants, options.due)
        store = open_grants(data, database)
        indexed, due = measured(lambda: store.due(NOW, options.due), options.repeats)
        with database.read() as connection:
            through_all, same = measured(lambda: _through_all(connection, options.due), options.repeats)
        if due != same or len(due) != options.due:
            raise RuntimeError("The two ways found different users.")
        size = round((data / "spotty.db").stat().st_size / 1e6)
        database.close()
    facts = {"grants": options.grants, "due": len(due), "file_mb": size}
    rows = {"due": indexed, "reading_through_all": through_all}
    show_tables("Finding who is due", facts, {"milliseconds": rows}, options.json)


def _rows(numbers: Sequence[int], every: int, due: int) -> Iterator[tuple[object, ...]]:
    for number in numbers:
        is_due = number % every == 0 and number // every < due
        later = timedelta(milliseconds=number % 3_000_000)
        due_at = NOW - later if is_due else NOW + later + timedelta(seconds=1)
        sealed, expires_at = secrets.token_bytes(SEALED_BYTES), NOW + timedelta(hours=1)
        moments = (to_micros(expires_at), to_micros(due_at), to_micros(NOW))
        yield (_user(number), sealed, sealed, *moments, GrantState.WORKING)


def _through_all(connection: sqlite3.Connection, limit: int) -> tuple[str, ...]:
    rows = connection.execute(_THROUGH_ALL, (to_micros(NOW), limit)).fetchall()
    return tuple(row["user_id"] for row in rows)


def _user(number: int) -> str:
    return f"user-{number:08d}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--grants", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    main()
