"""Whoever is interrupted in the queue of writes leaves the others unharmed."""

import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from runtimes.appliance.sqlite.queueing import commit_behind, hold_until, keep, kept, opened, until, waiting
from spottypottysense.errors import Unavailable
from spottypottysense.runtimes.appliance.sqlite.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A file with a table of names and texts."""
    with opened(tmp_path) as made:
        yield made


class Interruption(BaseException):
    """What the signal of these tests raises."""


@contextmanager
def interrupted_when(ready: Callable[[], bool]) -> Iterator[None]:
    """Interrupt the main thread once it is so far."""

    def interrupt(_signal: int, _frame: object) -> None:
        raise Interruption

    def watch() -> None:
        until(ready)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, interrupt)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        watcher.join()
        signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize("leads", [True, False])
def test_interrupted_while_waiting(database: Database, *, leads: bool) -> None:
    """Who is interrupted while waiting leaves, leader or not; those behind are told or served, not stuck."""
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with database.write():
            held.set()
            assert free.wait(10)

    with ThreadPoolExecutor(4) as pool:
        holder = pool.submit(hold)
        assert held.wait(10)
        calls = [] if leads else [pool.submit(database.commit, keep("first"))]
        until(lambda: waiting(database) == len(calls))
        with pytest.raises(Interruption), interrupted_when(lambda: waiting(database) == len(calls) + 1):
            database.commit(keep("interrupted"))
        calls.append(pool.submit(database.commit, keep("behind")))
        until(lambda: waiting(database) == len(calls))
        free.set()
        holder.result(10)
        names = {call.result(10) for call in calls}
    assert names == set(kept(database)) == ({"behind"} if leads else {"first", "behind"})


def test_interrupted_in_the_work_of_another(database: Database) -> None:
    """The main thread is interrupted while it does another's work: both hear of it, neighbours do not."""
    begun = threading.Event()

    def slow(connection: sqlite3.Connection) -> None:
        keep("slow")(connection)
        begun.set()
        time.sleep(10)

    with ThreadPoolExecutor(2) as pool:
        holder = pool.submit(hold_until, database, 2)
        until(lambda: database._writing_thread is not None)
        other = pool.submit(commit_behind, database, slow, 1)
        with pytest.raises(Interruption), interrupted_when(begun.is_set):
            database.commit(keep("own"))
        holder.result(10)
        with pytest.raises(Unavailable, match="interrupted"):
            other.result(10)
    assert kept(database) == {"own": ""}
    assert database.commit(keep("later")) == "later"
