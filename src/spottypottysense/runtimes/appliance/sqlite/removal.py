"""Forgetting people and households for good: what hangs on them by no foreign key goes by name."""

import sqlite3

_OF_USER = (
    "DELETE FROM notices WHERE subject = :user",
    "DELETE FROM receipts WHERE account = :user",
    "DELETE FROM bookmarks WHERE account = :user",
    "DELETE FROM known_speakers WHERE account = :user",
)
_OUT_OF_STAND_INS = (
    "UPDATE rooms SET stand_ins = (SELECT json_group_array(value) FROM json_each(stand_ins)"
    " WHERE value <> :user) WHERE EXISTS (SELECT 1 FROM json_each(stand_ins) WHERE value = :user)"
)
_LEFT_BEHIND = (
    "UPDATE sessions SET account = NULL, version = version + 1 WHERE account = :user",
    "UPDATE rooms SET account = NULL WHERE account = :user",
    _OUT_OF_STAND_INS,
)
_OF_HOUSEHOLD = (
    "DELETE FROM notices WHERE subject IN (SELECT client_id FROM apps WHERE household_id = :home)",
    "DELETE FROM sessions WHERE household_id = :home",
    "DELETE FROM tallies WHERE household_id = :home",
    "DELETE FROM journal WHERE household_id = :home",
    "DELETE FROM audit WHERE household_id = :home",
    "DELETE FROM sensors WHERE household_id = :home",
    "DELETE FROM rooms WHERE household_id = :home",
    "DELETE FROM users WHERE household_id = :home",
    "DELETE FROM households WHERE id = :home",
)


def remove_user(connection: sqlite3.Connection, user_id: str) -> None:
    """Forget a user inside the transaction of the caller; grant, password and ways in go by foreign key."""
    for statement in (*_OF_USER, *_LEFT_BEHIND, "DELETE FROM users WHERE id = :user"):
        connection.execute(statement, {"user": user_id})


def remove_household(connection: sqlite3.Connection, household_id: str) -> None:
    """Forget a household and everybody in it inside the transaction of the caller."""
    users = connection.execute("SELECT id FROM users WHERE household_id = ?", (household_id,)).fetchall()
    for user in users:
        for statement in _OF_USER:
            connection.execute(statement, {"user": user["id"]})
    for statement in _OF_HOUSEHOLD:
        connection.execute(statement, {"home": household_id})
