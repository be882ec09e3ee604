"""Writes that meet in the queue on purpose, and a table to write to."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from spottypottysense.runtimes.appliance.sqlite.database import Database

Work = Callable[[sqlite3.Connection], object]


@contextmanager
def opened(directory: Path) -> Iterator[Database]:
    """Open a file with a table of names and texts; it is closed in the end."""
    made = Database(directory / "spotty.db")
    with made.write() as connection:
        connection.execute("CREATE TABLE kept (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT")
    yield made
    made.close()


def keep(name: str, text: str = "") -> Work:
    """Return work that keeps a new name."""
    return lambda connection: connection.execute("INSERT INTO kept VALUES (?, ?)", (name, text)) and name


def keep_and_raise(name: str, error: BaseException) -> Work:
    """Return work that keeps a name and then fails."""

    def work(connection: sqlite3.Connection) -> object:
        keep(name)(connection)
        raise error

    return work


def kept(database: Database) -> dict[str, str]:
    """Return what is kept."""
    with database.read() as connection:
        return dict(connection.execute("SELECT name, text FROM kept").fetchall())


def together(database: Database, works: Sequence[Work]) -> list[Future[object]]:
    """Commit all at once: they queue up behind a transaction, the first of them leading."""
    with ThreadPoolExecutor(max(len(works), 1)) as pool, database.write():
        calls = []
        for work in works:
            calls.append(pool.submit(database.commit, work))
            until(lambda: waiting(database) == len(calls))
    return calls


def waiting(database: Database) -> int:
    """Return how many calls are queued."""
    return len(database._commits._waiting)


def until(happened: Callable[[], bool]) -> None:
    """Wait for it."""
    give_up_at = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < give_up_at
        time.sleep(0.0005)


def hold_until(database: Database, queued: int) -> None:
    """Keep a transaction open until that many wait."""
    with database.write():
        until(lambda: waiting(database) == queued)


def commit_behind(database: Database, work: Work, queued: int) -> object:
    """Commit once that many wait."""
    until(lambda: waiting(database) == queued)
    return database.commit(work)
