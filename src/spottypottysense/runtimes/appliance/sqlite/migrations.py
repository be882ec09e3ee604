"""The shape of the database, as numbered steps that are never edited once released.

A step is a file `schema/NUMBER_NAME.sql`.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from spottypottysense.errors import SpottyError
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros


@dataclass(frozen=True)
class Migration:
    """One step: SQL that turns the shape before `number` into the one after it."""

    number: int
    name: str
    sql: str


def shipped() -> tuple[Migration, ...]:
    """Return the steps that this version of the program knows, in order."""
    files = (resources.files(__package__) / "schema").iterdir()
    named = sorted((file.name, file.read_text("utf-8")) for file in files if file.name.endswith(".sql"))
    return tuple(Migration(int(name[:4]), name[5:-4], sql) for name, sql in named)


def migrate(connection: sqlite3.Connection, path: Path, steps: Sequence[Migration] | None = None) -> None:
    """Take the steps that the database at `path` lacks, inside the transaction of the caller.

    Each is recorded beside its effect, so a crash leaves both or neither. Raises `SpottyError` if the
    database has taken a step that is not known here.
    """
    steps = shipped() if steps is None else steps
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations"
        " (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"
    )
    (reached,) = connection.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchone()
    known = max((step.number for step in steps), default=0)
    if reached > known:
        message = (
            f"{path} was written by a newer version of this program (step {reached}; this one knows {known}):"
            " install that version again, or restore a backup from before."
        )
        raise SpottyError(message)
    for step in steps:
        if step.number > reached:
            _take(connection, step)


def _take(connection: sqlite3.Connection, step: Migration) -> None:
    for statement in _statements(step.sql):
        connection.execute(statement)
    row = (step.number, step.name, to_micros(datetime.now(UTC)))
    connection.execute("INSERT INTO migrations (number, name, applied_at) VALUES (?, ?, ?)", row)


def _statements(sql: str) -> Iterator[str]:
    """Cut a script into statements; `executescript` would commit before it starts."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
