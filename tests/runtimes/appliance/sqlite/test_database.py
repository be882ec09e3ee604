"""One file, one writer, many readers, and plain words when it fails."""

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spottypottysense.errors import Conflict, Unavailable
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite.apps import BY_CLIENT, OF_USER
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros, to_moment, to_span, to_span_micros
from spottypottysense.runtimes.appliance.sqlite.consents import SWEEP, TAKE
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.grants import CONSENTED_BEFORE, SEATS
from spottypottysense.runtimes.appliance.sqlite.grants import DUE as DUE_GRANTS
from spottypottysense.runtimes.appliance.sqlite.journal import KNOWS, RELEASE_KEYS
from spottypottysense.runtimes.appliance.sqlite.playback import ALL_OF, OF_TYPE
from spottypottysense.runtimes.appliance.sqlite.sessions import DUE as DUE_SESSIONS
from spottypottysense.runtimes.appliance.sqlite.sessions import LATEST_IN

INSERT = (
    "INSERT INTO receipts (account, session_id, room_id, speaker_id, speaker_name, content, started_at,"
    " confirmed, version) VALUES (?, 's', 'r', 'i', 'n', 'c', 0, 0, 1)"
)
COUNT = "SELECT count(*) FROM receipts"


def count(database: Database) -> int:
    """Return how many receipts a reader sees."""
    with database.read() as connection:
        found: int = connection.execute(COUNT).fetchone()[0]
    return found


def test_settings_that_durability_rests_on(database: Database) -> None:
    """Every connection logs ahead, waits for the disk, checks foreign keys and waits for its turn."""
    with database.write() as writer, database.read() as reader:
        for connection in (writer, reader):
            for pragma, value in (
                ("journal_mode", "wal"),
                ("synchronous", 2),
                ("foreign_keys", 1),
                ("busy_timeout", 5000),
            ):
                assert connection.execute(f"PRAGMA {pragma}").fetchone()[0] == value


def test_only_its_user_may_read_it(database: Database) -> None:
    """The file and what SQLite lays beside it are for their owner alone."""
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in database.path.parent.iterdir()}
    assert modes == {"spotty.db": 0o600, "spotty.db-wal": 0o600, "spotty.db-shm": 0o600}


def test_open_door_is_closed(tmp_path: Path) -> None:
    """A file that others could read is taken from them, and its directory is made if there is none."""
    path = tmp_path / "new" / "spotty.db"
    Database(path).close()
    path.chmod(0o644)
    Database(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_commit_is_seen_by_all(database: Database) -> None:
    """A reader, and another program, see what was committed and nothing before."""
    other = Database(database.path)
    with database.write() as connection:
        connection.execute(INSERT, ("anna",))
        assert count(database) == count(other) == 0
    assert count(database) == count(other) == 1
    other.close()


def test_error_undoes_the_block(database: Database) -> None:
    """A block that raises leaves nothing, and the next one works."""

    def fail_halfway() -> None:
        with database.write() as connection:
            connection.execute(INSERT, ("anna",))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert count(database) == 0
    with database.write() as connection:
        connection.execute(INSERT, ("anna",))
    assert count(database) == 1


def test_threads_share_it(database: Database) -> None:
    """Many threads write and read one database and lose nothing."""

    def work(number: int) -> int:
        with database.write() as connection:
            connection.execute(INSERT, (f"user-{number}",))
        return count(database)

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(work, range(100))) == 100


def test_readers_cannot_write(database: Database) -> None:
    """A reader that tries to write is told that it may not."""
    with pytest.raises(Unavailable, match="read-only"), database.read() as connection:
        connection.execute(INSERT, ("anna",))


def test_taken_key_and_missing_parent_are_conflicts(database: Database) -> None:
    """What the keys of the tables forbid is a `Conflict`."""
    with pytest.raises(Conflict, match="faster"), database.write() as connection:
        connection.executemany(INSERT, [("anna",), ("anna",)])
    with pytest.raises(Conflict, match="does not exist"), database.write() as connection:
        connection.execute("INSERT INTO users VALUES ('anna', 'nowhere', 'a@b', '', 'owner', 1, 0, 0)")


def test_mistakes_of_ours_pass(database: Database) -> None:
    """A misspelt column or a value of the wrong type is a bug and looks like one."""
    with pytest.raises(sqlite3.OperationalError, match="no such column"), database.read() as connection:
        connection.execute("SELECT nonsense FROM receipts")
    with pytest.raises(sqlite3.ProgrammingError), database.read() as connection:
        connection.execute(COUNT, (1,))
    with pytest.raises(sqlite3.IntegrityError), database.write() as connection:
        connection.execute("INSERT INTO statuses VALUES ('pir', 'online', 'noon', NULL)")


def test_busy_file(database: Database) -> None:
    """A program that never lets go of the file is named as the cause, after a wait."""
    with database.write() as connection:
        connection.execute("PRAGMA busy_timeout = 20")
    other = Database(database.path)
    with other.write(), pytest.raises(Unavailable, match="Another program") as caught, database.write():
        pass
    assert caught.value.reason is Reason.STORAGE_UNAVAILABLE
    other.close()
    with database.write() as connection:
        connection.execute(INSERT, ("anna",))


def test_no_database(tmp_path: Path) -> None:
    """A file that is something else is refused and left as it is."""
    path = tmp_path / "spotty.db"
    path.write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(Unavailable, match=r"no database: stop .* restore a backup"):
        Database(path)
    assert path.read_bytes().startswith(b"Dear diary")


def test_damaged_file(tmp_path: Path) -> None:
    """A file whose pages are overwritten is reported as damaged."""
    path = tmp_path / "spotty.db"
    Database(path).close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 60_000)
    with pytest.raises(Unavailable, match=r"damaged: stop .* restore a backup"):
        count(Database(path))


def test_place_that_cannot_be(tmp_path: Path) -> None:
    """A path that is a directory, or lies in a file, is refused with what to do."""
    with pytest.raises(Unavailable, match="let this user write"):
        Database(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="let this user write"):
        Database(tmp_path / "file" / "spotty.db")


def test_closed(database: Database) -> None:
    """After closing, readers and writers are told that the program stops, also those under way."""
    with database.read() as connection:
        database.close()
        assert connection.execute(COUNT).fetchone()[0] == 0
    database.close()
    for use in (database.read, database.write):
        with pytest.raises(Unavailable, match="stopping"), use():
            pass


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        (LATEST_IN, ("bath",)),
        (DUE_SESSIONS, (1, 2, 3)),
        (DUE_GRANTS, (1, 2)),
        (CONSENTED_BEFORE, (1,)),
        (SEATS, ("client",)),
        (OF_USER, ("anna",)),
        (BY_CLIENT, ("client",)),
        (TAKE, ("state",)),
        (SWEEP, (1,)),
        (KNOWS, ("key",)),
        (RELEASE_KEYS, (1,)),
        (OF_TYPE, ("anna", "Bath", "Speaker")),
        (ALL_OF, ("anna",)),
    ],
)
def test_hot_reads_use_an_index(database: Database, sql: str, values: tuple[object, ...]) -> None:
    """What runs for every motion and every minute searches an index: no scan, no sorting."""
    with database.read() as connection:
        plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert any("SEARCH" in step for step in plan)
    assert not any("SCAN" in step or "TEMP B-TREE" in step for step in plan)


@given(st.datetimes(timezones=st.just(UTC)))
def test_moments_come_back(moment: datetime) -> None:
    """Any moment survives as microseconds, to the microsecond."""
    assert to_moment(to_micros(moment)) == moment


@given(st.timedeltas(timedelta(days=-10_000), timedelta(days=10_000)))
def test_spans_come_back(span: timedelta) -> None:
    """Any span survives as microseconds, to the microsecond."""
    assert to_span(to_span_micros(span)) == span
