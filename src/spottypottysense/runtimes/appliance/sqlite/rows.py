"""Rows are dicts by column; these write them. Table and column names are ours, never a caller's."""

import sqlite3
from collections.abc import Mapping

from spottypottysense.errors import Conflict

Row = Mapping[str, str | int | bytes | None]


def insert(connection: sqlite3.Connection, table: str, row: Row) -> None:
    """Add a row whose keys must be new."""
    connection.execute(_insert(table, row), row)


def put(connection: sqlite3.Connection, table: str, key: str, row: Row) -> None:
    """Add a row, or change the one with the same `key`."""
    kept = ", ".join(f"{column} = excluded.{column}" for column in row)
    connection.execute(f"{_insert(table, row)} ON CONFLICT ({key}) DO UPDATE SET {kept}", row)


def put_version(connection: sqlite3.Connection, table: str, key: str, row: Row) -> None:
    """Write a row whose `version` is the stored one plus 1 (1: none is stored); raises `Conflict`."""
    if row["version"] == 1:
        insert(connection, table, row)
    else:
        change_version(connection, table, key, row)


def change_version(connection: sqlite3.Connection, table: str, key: str, row: Row) -> None:
    """Change the columns in `row` of a stored row whose `version` is one less; raises `Conflict`."""
    changed = ", ".join(f"{column} = :{column}" for column in row if column != key)
    condition = f"{key} = :{key} AND version = :version - 1"
    cursor = connection.execute(f"UPDATE {table} SET {changed} WHERE {condition}", row)  # noqa: S608  see above
    require_one(cursor)


def require_one(cursor: sqlite3.Cursor) -> None:
    """Raise `Conflict` unless the conditional write met exactly one row."""
    if cursor.rowcount != 1:
        raise Conflict("Somebody else changed it meanwhile: read it again.")


def _insert(table: str, row: Row) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES (:{', :'.join(row)})"  # noqa: S608  see above
