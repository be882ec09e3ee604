"""What was reported as saved is there, whatever happens to the process or the disk."""

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spottypottysense.errors import Unavailable
from spottypottysense.presence.model import Action, JournalEntry, Session
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.journal import SqliteJournal
from spottypottysense.runtimes.appliance.sqlite.sessions import SqliteSessions

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SESSION = Session("s1", "home", "bath", "pir", None, NOW, NOW, NOW)
ENTRY = JournalEntry("e1", NOW, "pir", "motion_detected", Action.START, Reason.ARRIVED, "k1", "home")

SAVES_FOR_EVER = """
import itertools, sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from spottypottysense.presence.model import Action, JournalEntry, Session
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.sessions import SqliteSessions

path, run = Path(sys.argv[1]), sys.argv[2]
sessions, now = SqliteSessions(Database(path)), datetime(2026, 3, 1, 12, tzinfo=UTC)
for number in itertools.count():
    name = f"{run}-{number}"
    entry = JournalEntry(name, now, "pir", "motion_detected", Action.START, Reason.ARRIVED, name, "home")
    sessions.save(Session(name, "home", name, "pir", None, now, now, now), entry)
    print(name, flush=True)
"""


def saved_until_killed(path: Path, run: int) -> list[str]:
    """Let a process save sessions, kill it (-9) at some moment, and return what it reported as saved."""
    arguments = [sys.executable, "-c", SAVES_FOR_EVER, str(path), str(run)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        reported = [process.stdout.readline().strip() for _ in range(random.randrange(1, 200))]
        process.kill()
        reported += [line.strip() for line in process.stdout if line.endswith("\n")]
    return reported


def test_kill_loses_nothing_that_was_saved(tmp_path: Path) -> None:
    """After each of several kills the file is sound and holds every session with its entry."""
    path = tmp_path / "spotty.db"
    reported: list[str] = []
    for run in range(5):
        reported += saved_until_killed(path, run)
        database = Database(path)
        with database.read() as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            sessions = {row["id"] for row in connection.execute("SELECT id FROM sessions")}
            entries = {row["id"] for row in connection.execute("SELECT id FROM journal")}
        database.close()
        assert set(reported) <= sessions
        assert sessions == entries


def test_full_disk(database: Database) -> None:
    """A full disk is said plainly, nothing is half-written, and all goes on once there is space."""
    sessions, journal = SqliteSessions(database), SqliteJournal(database)
    with database.write() as connection:
        full = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {full}")
    large = JournalEntry(**{**vars(ENTRY), "detail": "x" * 50_000})
    with pytest.raises(
        Unavailable, match=r"disk is full: .*spotty\.db was not changed. Free some space"
    ) as caught:
        sessions.save(SESSION, large)
    assert caught.value.reason is Reason.STORAGE_UNAVAILABLE
    assert sessions.latest_in("bath") is None
    assert not journal.knows("k1")
    with database.write() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    assert sessions.save(SESSION, large).version == 1
    assert journal.recent("home", 1) == (large,)


def test_file_is_whole_without_its_log(tmp_path: Path) -> None:
    """After a clean close one file holds everything, so that copying it is a backup."""
    path = tmp_path / "spotty.db"
    database = Database(path)
    SqliteSessions(database).save(SESSION)
    database.close()
    assert [file.name for file in tmp_path.iterdir()] == ["spotty.db"]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT id FROM sessions").fetchall() == [("s1",)]
