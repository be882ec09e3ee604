"""Writes that share a transaction come out as if each had its own."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtimes.appliance.sqlite.queueing import (
    Work,
    keep,
    keep_and_raise,
    kept,
    opened,
    together,
    until,
    waiting,
)
from spottypottysense.errors import Conflict, Unavailable
from spottypottysense.runtimes.appliance.sqlite.database import Database

COMMITS_FOR_EVER = """
import os, sys, threading
from pathlib import Path
from spottypottysense.runtimes.appliance.sqlite.database import Database

database, run = Database(Path(sys.argv[1])), sys.argv[2]

def commit_for_ever(thread):
    number = 0
    while True:
        name = f"{run}-{thread}-{number}"
        database.commit(lambda connection: connection.execute("INSERT INTO kept VALUES (?, '')", (name,)))
        sys.stdout.write(name + "\\n")
        sys.stdout.flush()
        number += 1

for thread in range(20):
    threading.Thread(target=commit_for_ever, args=(thread,)).start()
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A file with a table of names and texts."""
    with opened(tmp_path) as made:
        yield made


def test_each_gets_its_own_outcome(database: Database) -> None:
    """Everybody gets what their own work returned, and all is kept."""
    calls = together(database, [keep(f"{number}") for number in range(30)])
    assert [call.result() for call in calls] == [f"{number}" for number in range(30)]
    assert len(kept(database)) == 30


@pytest.mark.parametrize("error", [ZeroDivisionError(), Conflict("late"), SystemExit(3), KeyboardInterrupt()])
@pytest.mark.parametrize("place", [0, 2, 4])
def test_failure_is_its_own(database: Database, error: BaseException, place: int) -> None:
    """Work that raises leaves nothing and its caller gets the error, be it first, in between or last."""
    works = [keep(f"{number}") for number in range(5)]
    works[place] = keep_and_raise("undone", error)
    calls = together(database, works)
    assert [call.exception() for call in calls] == [error if n == place else None for n in range(5)]
    assert sorted(kept(database)) == [f"{number}" for number in range(5) if number != place]
    assert database.commit(keep("later")) == "later"


def test_taken_key_is_a_conflict(database: Database) -> None:
    """Of several who take one key the first has it and the others hear of a conflict."""
    calls = together(database, [keep("one", f"{number}") for number in range(4)])
    assert calls[0].result() == "one"
    assert all(isinstance(call.exception(), Conflict) for call in calls[1:])
    assert kept(database) == {"one": "0"}


def test_failed_commit_is_everybodys(database: Database) -> None:
    """When the transaction as a whole is refused, all of its callers hear of it and nothing is kept."""

    def break_a_promise(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA defer_foreign_keys = ON")
        connection.execute("INSERT INTO users VALUES ('anna', 'nowhere', 'a@b', '', 'owner', 1, 0, 0)")

    calls = together(database, [keep("a"), break_a_promise, keep("b")])
    assert all(isinstance(call.exception(), Conflict) for call in calls)
    assert kept(database) == {}
    assert database.commit(keep("later")) == "later"


def test_full_disk(database: Database) -> None:
    """Whoever needs more than the disk has is told; neighbours with little to write are served."""
    with database.write() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 5}")
        connection.execute("PRAGMA cache_size = 5")
    large = keep("large", "x" * 1_000_000)
    calls = together(database, [keep("before"), large, keep("after"), large])
    for call in (calls[1], calls[3]):
        with pytest.raises(Unavailable, match="disk is full"):
            call.result()
    assert [calls[0].result(), calls[2].result()] == ["before", "after"]
    assert sorted(kept(database)) == ["after", "before"]


def test_rolled_back_by_sqlite(database: Database) -> None:
    """If one call's failure undoes the transaction, the others are done again and nobody notices."""

    def undo_everything(connection: sqlite3.Connection) -> None:
        connection.execute("ROLLBACK")
        raise ZeroDivisionError

    calls = together(database, [keep("before"), undo_everything, keep("after")])
    assert isinstance(calls[1].exception(), ZeroDivisionError)
    assert [calls[0].result(), calls[2].result()] == ["before", "after"]
    assert sorted(kept(database)) == ["after", "before"]


def test_closing(database: Database) -> None:
    """Whoever waits when the file is closed is told that the program stops."""
    with ThreadPoolExecutor(3) as pool:
        with database.write():
            calls = [pool.submit(database.commit, keep(f"{number}")) for number in range(3)]
            until(lambda: waiting(database) == 3)
            database._closed = True
        assert all("stopping" in f"{call.exception()}" for call in calls)
    with pytest.raises(Unavailable, match="stopping"):
        database.commit(keep("late"))


def test_inside_a_transaction(database: Database) -> None:
    """A transaction inside another is a mistake of ours and does not wait for itself."""
    with pytest.raises(RuntimeError, match="inside another"), database.write():
        database.commit(keep("inner"))
    with pytest.raises(RuntimeError, match="inside another"):
        database.commit(lambda _: database.commit(keep("inner")))
    assert kept(database) == {}
    assert database.commit(keep("later")) == "later"


def test_two_hundred_threads(database: Database) -> None:
    """Two hundred threads that commit and fail lose nothing, mix nothing up, and nobody starves."""
    start = threading.Barrier(200)

    def work(thread: int) -> int:
        start.wait(20)
        for number in range(5):
            name = f"{thread}-{number}"
            if (thread + number) % 3 == 0:
                with pytest.raises(ZeroDivisionError):
                    database.commit(keep_and_raise(name, ZeroDivisionError()))
            elif (thread + number) % 17 == 0:
                with database.write() as connection:
                    keep(name)(connection)
            else:
                assert database.commit(keep(name)) == name
        return thread

    with ThreadPoolExecutor(200) as pool:
        assert sorted(pool.map(work, range(200))) == list(range(200))
    names = {f"{thread}-{number}" for thread in range(200) for number in range(5) if (thread + number) % 3}
    assert set(kept(database)) == names


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["put", "insert", "delete", "fail"])), max_size=8
    )
)
@settings(max_examples=40, deadline=None)
def test_same_as_one_by_one(steps: list[tuple[str, str]]) -> None:
    """What is kept, and what each caller hears, is the same as when each commits alone, in that order."""

    def work(name: str, deed: str) -> Work:
        def do(connection: sqlite3.Connection) -> object:
            if deed == "insert":
                return keep(name)(connection)
            if deed == "delete":
                return connection.execute("DELETE FROM kept WHERE name = ?", (name,)).rowcount
            sql = "INSERT INTO kept VALUES (?, '') ON CONFLICT (name) DO UPDATE SET text = text || '+'"
            connection.execute(sql, (name,))
            if deed == "fail":
                raise ZeroDivisionError
            return None

        return do

    def one_by_one(database: Database, works: Sequence[Work]) -> list[Future[object]]:
        with ThreadPoolExecutor(1) as pool:
            return [pool.submit(database.commit, work) for work in works]

    seen = []
    for way in (together, one_by_one):
        with TemporaryDirectory() as directory, opened(Path(directory)) as database:
            calls = way(database, [work(*step) for step in steps])
            outcomes = [(type(c.exception()), None if c.exception() else c.result()) for c in calls]
            seen.append((outcomes, kept(database)))
    assert seen[0] == seen[1]


def test_kill_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    """After each of several kills (-9) the file is sound and holds whatever was reported as committed."""
    with opened(tmp_path) as database:
        path = database.path
    reported = []
    for run in range(3):
        arguments = [sys.executable, "-c", COMMITS_FOR_EVER, str(path), str(run)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            reported += [process.stdout.readline().strip() for _ in range(100 + 150 * run)]
            process.kill()
            reported += [line.strip() for line in process.stdout if line.endswith("\n")]
    reopened = Database(path)
    with reopened.read() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert set(reported) <= set(kept(reopened))
    reopened.close()
