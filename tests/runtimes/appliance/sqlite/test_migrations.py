"""From any state of the file to the present shape, or not at all."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from spottypottysense.accounts.model import Household
from spottypottysense.errors import SpottyError
from spottypottysense.grants.model import Grant, GrantState, Secret
from spottypottysense.playback.model import Receipt
from spottypottysense.presence.model import Heard
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.accounts import SqliteAccounts
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.grants import SqliteGrants
from spottypottysense.runtimes.appliance.sqlite.journal import SqliteJournal
from spottypottysense.runtimes.appliance.sqlite.migrations import Migration, migrate, shipped
from spottypottysense.runtimes.appliance.sqlite.receipts import SqliteReceipts
from spottypottysense.runtimes.appliance.sqlite.rooms import SqliteRooms
from spottypottysense.runtimes.appliance.sqlite.sessions import SqliteSessions
from spottypottysense.runtimes.appliance.vault import Vault
from spottypottysense.sensors.model import DayPart, Programme, Room, Speaker

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EXPIRY = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONSENT = datetime(2026, 1, 1, tzinfo=UTC)
NEXT = shipped()[-1].number + 1

DIES_HALFWAY = """
import os, signal, sys
from pathlib import Path
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.migrations import Migration, migrate, shipped

path = Path(sys.argv[1])
half = Migration(int(sys.argv[2]), "half", "CREATE TABLE half (a);\\nSELECT die();\\nCREATE TABLE rest (a);")
with Database(path).write() as connection:
    connection.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
    migrate(connection, path, (*shipped(), half))
"""

OPENS_EACH = """
import sys
from pathlib import Path
from spottypottysense.runtimes.appliance.sqlite.database import Database

print("ready", flush=True)
for line in sys.stdin:
    Database(Path(line.strip())).close()
    print("opened", flush=True)
"""


def tables(database: Database) -> set[str]:
    """Return the names of all tables."""
    with database.read() as connection:
        return {
            row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }


def steps_taken(database: Database) -> list[int]:
    """Return the numbers of the recorded steps."""
    with database.read() as connection:
        return [row["number"] for row in connection.execute("SELECT number FROM migrations ORDER BY number")]


def test_steps_are_numbered_without_gaps() -> None:
    """The shipped steps count from 1, so that the highest number tells which were taken."""
    assert [step.number for step in shipped()] == list(range(1, len(shipped()) + 1))
    assert all(step.name for step in shipped())


def test_every_table_is_strict(database: Database) -> None:
    """No table takes a value of another type than it declares."""
    with database.read() as connection:
        loose = connection.execute("SELECT name FROM pragma_table_list WHERE NOT strict AND schema = 'main'")
        assert {row["name"] for row in loose} == {"sqlite_schema"}


def test_steps_are_taken_once(database: Database) -> None:
    """Opening again takes no step a second time."""
    Database(database.path).close()
    assert steps_taken(database) == [step.number for step in shipped()]


def test_later_step_is_taken_on_top(database: Database) -> None:
    """A database of an older version takes only what it lacks."""
    later = Migration(NEXT, "later", "CREATE TABLE later (a);\n-- the end\nCREATE INDEX last ON later (a)")
    for _ in range(2):
        with database.write() as connection:
            migrate(connection, database.path, (*shipped(), later))
    assert "later" in tables(database)
    assert steps_taken(database)[-1] == NEXT


def test_failing_step_leaves_nothing(database: Database) -> None:
    """A step that fails in the middle takes its first half back."""
    broken = Migration(NEXT, "broken", "CREATE TABLE half (a);\nINSERT INTO nowhere VALUES (1);")
    with pytest.raises(Exception, match="no such table: nowhere"), database.write() as connection:
        migrate(connection, database.path, (*shipped(), broken))
    assert "half" not in tables(database)
    assert NEXT not in steps_taken(database)


def test_newer_database_is_refused(database: Database) -> None:
    """A file that a newer version has changed is refused, with what to do, and left as it is."""
    with database.write() as connection:
        connection.execute("INSERT INTO migrations VALUES (?, 'future', 0)", (NEXT,))
    with pytest.raises(SpottyError, match=rf"newer version .*step {NEXT}.* restore a backup"):
        Database(database.path)


def test_kill_in_the_middle_of_a_step(database: Database) -> None:
    """A process that is killed half-way through a step leaves neither the half nor a record of it."""
    arguments = [sys.executable, "-c", DIES_HALFWAY, str(database.path), str(NEXT)]
    assert subprocess.run(arguments, check=False, timeout=30).returncode == -signal.SIGKILL
    assert not {"half", "rest"} & tables(database)
    assert NEXT not in steps_taken(database)
    Database(database.path).close()


def test_two_programs_open_a_fresh_file_at_once(tmp_path: Path) -> None:
    """Two processes that meet on a new file both get the whole database, again and again."""
    arguments = [sys.executable, "-c", OPENS_EACH]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    with (
        subprocess.Popen(arguments, text=True, env=environment, **pipes) as first,  # type: ignore[call-overload]
        subprocess.Popen(arguments, text=True, env=environment, **pipes) as second,  # type: ignore[call-overload]
    ):
        assert first.stdout.readline() == second.stdout.readline() == "ready\n"
        for number in range(25):
            for process in (first, second):
                process.stdin.write(f"{tmp_path / f'{number}.db'}\n")
            for process in (first, second):
                process.stdin.flush()
            assert first.stdout.readline() == second.stdout.readline() == "opened\n"
            database = Database(tmp_path / f"{number}.db")
            assert steps_taken(database) == [step.number for step in shipped()]
            database.close()


@contextmanager
def of_version(path: Path, reached: int) -> Iterator[sqlite3.Connection]:
    """Make a database that has taken the first `reached` steps, and lend it to be filled."""
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        migrate(connection, path, shipped()[:reached])
        yield connection
        connection.execute("COMMIT")


def test_grants_of_the_first_version_live_on(tmp_path: Path) -> None:
    """Grants that were stored before attempts were are due when they expire, open, and go on as before."""
    path, vault = tmp_path / "spotty.db", Vault(tmp_path / "spotty.key")
    with of_version(path, 1) as connection:
        connection.execute("INSERT INTO households VALUES ('home', 'Home', 'UTC', NULL, 1, 1)")
        for name, state in (("anna", "working"), ("ben", "dead")):
            connection.execute("INSERT INTO users VALUES (?, 'home', ?, '', 'owner', 1)", (name, name))
            tokens = [vault.seal(Secret(of), name, "client", of) for of in ("access", "refresh")]
            row = (name, "client", *tokens, to_micros(EXPIRY), to_micros(CONSENT), "a b", state, 7)
            connection.execute("INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute("INSERT INTO notices VALUES (1, 'n', 'anna', 'reconnect', 5, NULL)")
    database = Database(path)
    grants = SqliteGrants(database, vault)
    anna = Grant(
        user_id="anna",
        client_id="client",
        access_token=Secret("access"),
        refresh_token=Secret("refresh"),
        expires_at=EXPIRY,
        due_at=EXPIRY,
        consented_at=CONSENT,
        scope=frozenset("ab"),
        version=7,
    )
    assert grants.grant("anna") == anna
    assert grants.grant("ben") == replace(anna, user_id="ben", state=GrantState.DEAD)
    assert grants.due(EXPIRY, 10) == ("anna",)
    assert grants.save(anna).version == 8
    database.close()


@pytest.mark.parametrize("reached", [1, 2, 3])
def test_house_from_before_playback_had_a_memory(tmp_path: Path, reached: int) -> None:
    """Households, rooms and receipts of every earlier version live on, and what is new is as by default."""
    path = tmp_path / "spotty.db"
    with of_version(path, reached) as connection:
        connection.execute("INSERT INTO households VALUES ('home', 'Home', 'UTC', '22:00:00/07:00:00', 7, 0)")
        connection.execute("INSERT INTO users VALUES ('anna', 'home', 'anna@example.org', '', 'owner', 1)")
        home: rows.Row = {"household_id": "home", "shuffle": 0}
        rows.insert(connection, "rooms", {**home, "id": "attic", "name": "Attic", "shuffle": 1})
        speaker: rows.Row = {"speaker_name": "Bad", "speaker_type": "Speaker", "speaker_last_id": "id"}
        bath: rows.Row = {
            "id": "bath",
            "name": "Bath",
            "account": "anna",
            "content": "spotify:album:1",
            "volume": 30,
        }
        rows.insert(connection, "rooms", {**home, **speaker, **bath, "timeout": 1, "motion_gap": 2})
        connection.execute("INSERT INTO receipts VALUES ('anna', 's', 'bath', 'id', 'Bad', 'c', 0, 1, 4)")
    with closing(Database(path)) as database:
        accounts, rooms, receipts = SqliteAccounts(database), SqliteRooms(database), SqliteReceipts(database)
        micro, hours = timedelta(microseconds=1), (time(22), time(7))
        assert accounts.household("home") == Household("home", "Home", "UTC", hours, 7 * micro, 0 * micro)
        room = Room("bath", "home", "Bath", "anna", Speaker("Bad", "Speaker", "id"), "spotify:album:1", 30)
        room = replace(room, shuffle=False, timeout=micro, motion_gap=2 * micro)
        assert rooms.rooms("home") == (Room("attic", "home", "Attic"), room)
        receipt = Receipt("anna", "s", "bath", "id", "Bad", "c", EPOCH, confirmed=True, version=4)
        assert receipts.receipts() == (receipt,)
        assert receipts.save(replace(receipt, item="spotify:track:1")).version == 5
        rooms.save_room(replace(room, day=(Programme(DayPart.NIGHT, time(22)),)))


@pytest.mark.parametrize("reached", [1, 2, 3])
def test_visits_from_before_playback_had_a_memory(tmp_path: Path, reached: int) -> None:
    """Sessions and journal of every earlier version live on; what was not ours had been taken over."""
    path = tmp_path / "spotty.db"
    with of_version(path, reached) as connection:
        for number, (music, silent) in enumerate(
            [("playing", None), ("silent", "not_ours"), ("silent", "own_music")]
        ):
            session: rows.Row = {
                "id": f"s{number}", "household_id": "home", "room_id": "bath", "sensor_id": "pir",
                "opened_at": number, "last_motion_at": 3, "deadline_at": 4, "motions": 1,
                "heard": '[["pir", true, 3]]', "music": music, "silent_reason": silent, "music_time": 5,
                "ended_at": 6, "end_reason": "timeout", "version": 2,
            }  # fmt: skip
            rows.insert(connection, "sessions", session)
            entry: rows.Row = {
                "id": f"e{number}", "at": number, "sensor_id": "pir", "event": "deadline", "detail": "",
                "key": f"k{number}", "action": "end", "reason": "timeout", "outcome": silent,
            }  # fmt: skip
            rows.insert(connection, "journal", entry)
    with closing(Database(path)) as database:
        sessions = SqliteSessions(database)
        found = sessions.sessions("home", EPOCH, EXPIRY, 10)
        reasons = [Reason.OWN_MUSIC, Reason.USER_TOOK_OVER, None]
        assert [session.silent_reason for session in found] == reasons
        assert [entry.outcome for entry in SqliteJournal(database).recent(None, 10)] == reasons
        assert {(s.asked_at, s.accepted_after, s.confirmed_after) for s in found} == {(None, None, None)}
        assert found[0].heard == (Heard("pir", True, EPOCH + timedelta(microseconds=3)),)
        assert sessions.save(replace(found[0], asked_at=EPOCH)).version == 3
