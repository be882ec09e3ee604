"""What SQLite reports, as sentences that say what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spottypottysense.errors import Conflict, Unavailable
from spottypottysense.reasons import Reason

BUSY_SECONDS = 5
"""How long one program waits for another that writes to the same file."""

_ADVICE = {
    sqlite3.SQLITE_FULL: "The disk is full: {path} was not changed. Free some space and try again.",
    sqlite3.SQLITE_BUSY: "Another program has held {path} for {busy} seconds: wait for it or stop it.",
    sqlite3.SQLITE_LOCKED: "Another program has held {path} for {busy} seconds: wait for it or stop it.",
    sqlite3.SQLITE_READONLY: "{path} is read-only: let this user write to it and to its directory.",
    sqlite3.SQLITE_PERM: "{path} is read-only: let this user write to it and to its directory.",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened: let this user write to it and to its directory.",
    sqlite3.SQLITE_IOERR: "The disk failed on {path}: look at the system's log, then check the disk.",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged: stop every program that uses it and restore a backup.",
    sqlite3.SQLITE_NOTADB: "{path} is no database: stop every program that uses it and restore a backup.",
}

_CONFLICTS = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: "It exists already, or somebody else was faster: read it again.",
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: "It exists already, or somebody else was faster: read it again.",
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: "What it belongs to does not exist (any more): read it again.",
}


@contextmanager
def in_plain_words(path: Path) -> Iterator[None]:
    """Turn what SQLite reports about `path` into `Conflict` or `Unavailable(STORAGE_UNAVAILABLE)`.

    Mistakes of ours, such as a misspelt column, pass as they are.
    """
    try:
        yield
    except sqlite3.IntegrityError as error:
        sentence = _CONFLICTS.get(error.sqlite_errorcode)
        if sentence is None:
            raise
        raise Conflict(sentence) from error
    except sqlite3.DatabaseError as error:
        # Errors of the module itself, such as a wrong number of parameters, carry no code of SQLite's.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        advice = _ADVICE.get(code & 0xFF)
        if advice is None:
            raise
        sentence = advice.format(path=path, busy=BUSY_SECONDS)
        raise Unavailable(sentence, reason=Reason.STORAGE_UNAVAILABLE) from error
