"""Households and their users, in SQLite."""

import sqlite3

from spottypottysense.accounts.model import Household, Mode, Role, User
from spottypottysense.errors import Conflict, NotFound
from spottypottysense.runtimes.appliance.sqlite import removal, rows
from spottypottysense.runtimes.appliance.sqlite.columns import (
    to_hours,
    to_hours_text,
    to_micros,
    to_moment,
    to_span,
    to_span_micros,
    unless_none,
)
from spottypottysense.runtimes.appliance.sqlite.database import Database


class SqliteAccounts:
    """The `AccountStore` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def household(self, household_id: str) -> Household:
        """Return one household; raises `NotFound`."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM households WHERE id = ?", (household_id,)).fetchone()
        if row is None:
            raise NotFound("household", household_id)
        return _household(row)

    def households(self) -> tuple[Household, ...]:
        """Return all households, by name."""
        with self._database.read() as connection:
            found = connection.execute("SELECT * FROM households ORDER BY name, id").fetchall()
        return tuple(map(_household, found))

    def save_household(self, household: Household) -> None:
        """Create or replace a household."""
        row: rows.Row = {
            "id": household.id,
            "name": household.name,
            "time_zone": household.time_zone,
            "quiet_hours": unless_none(to_hours_text, household.quiet_hours),
            "timeout": to_span_micros(household.timeout),
            "motion_gap": to_span_micros(household.motion_gap),
            "mode": household.mode,
            "snoozed_until": unless_none(to_micros, household.snoozed_until),
            "takes_over": household.takes_over,
            "latest_wins": household.latest_wins,
        }
        with self._database.write() as connection:
            rows.put(connection, "households", "id", row)

    def users(self, household_id: str) -> tuple[User, ...]:
        """Return the users of a household, by e-mail."""
        sql = "SELECT * FROM users WHERE household_id = ? ORDER BY email"
        with self._database.read() as connection:
            return tuple(map(user_in, connection.execute(sql, (household_id,)).fetchall()))

    def save_user(self, user: User) -> None:
        """Create or replace a user; raises `Conflict` if another user has this e-mail address."""
        row: rows.Row = {
            "id": user.id,
            "household_id": user.household_id,
            "email": user.email,
            "name": user.name,
            "role": user.role,
            "active": user.active,
            "created_at": unless_none(to_micros, user.created_at),
            "updated_at": unless_none(to_micros, user.updated_at),
        }
        others = "SELECT 1 FROM users WHERE email = ? AND id <> ?"
        with self._database.write() as connection:
            if connection.execute(others, (user.email, user.id)).fetchone():
                message = f"Another user has the e-mail address {user.email!r}."
                raise Conflict(message)
            rows.put(connection, "users", "id", row)

    def remove_user(self, user_id: str) -> None:
        """Forget a user with all that is theirs alone; rooms and visits stay, without an account."""
        with self._database.write() as connection:
            removal.remove_user(connection, user_id)

    def remove_household(self, household_id: str) -> None:
        """Forget a household with its users, rooms and sensors, and all that happened in it."""
        with self._database.write() as connection:
            removal.remove_household(connection, household_id)


def _household(row: sqlite3.Row) -> Household:
    return Household(
        id=row["id"],
        name=row["name"],
        time_zone=row["time_zone"],
        quiet_hours=unless_none(to_hours, row["quiet_hours"]),
        timeout=to_span(row["timeout"]),
        motion_gap=to_span(row["motion_gap"]),
        mode=Mode(row["mode"]),
        snoozed_until=unless_none(to_moment, row["snoozed_until"]),
        takes_over=bool(row["takes_over"]),
        latest_wins=bool(row["latest_wins"]),
    )


def user_in(row: sqlite3.Row) -> User:
    """Return the user whose columns a row holds."""
    return User(
        id=row["id"],
        household_id=row["household_id"],
        email=row["email"],
        name=row["name"],
        role=Role(row["role"]),
        active=bool(row["active"]),
        created_at=unless_none(to_moment, row["created_at"]),
        updated_at=unless_none(to_moment, row["updated_at"]),
    )
