"""Visits counted by day and month, in the transaction that ends them."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import date

from spottypottysense.history.model import Tally
from spottypottysense.history.policy import added, of_month, tally_of
from spottypottysense.presence.model import Session
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.session_rows import session_in

COUNTED = "SELECT * FROM sessions WHERE id = ? AND counted_in IS NOT NULL"
UNCOUNTED = "SELECT * FROM sessions WHERE counted_in IS NULL AND ended_at IS NOT NULL"
TALLY = (
    "SELECT hours, counts FROM tallies"
    " WHERE household_id = ? AND span = ? AND day = ? AND room_id = ? AND sensor_id = ? AND zone = ?"
)
IN_RANGE = "SELECT * FROM tallies WHERE household_id = ? AND span = ? AND day BETWEEN ? AND ? ORDER BY day"

_KEY = "household_id, span, day, room_id, sensor_id, zone"

Counted = tuple[Session, str]
"""A session as it was counted, and the zone by whose clock."""


def counted(connection: sqlite3.Connection, session_id: str) -> Counted | None:
    """Return the session as it was counted, if it was."""
    row = connection.execute(COUNTED, (session_id,)).fetchone()
    return (session_in(row), row["counted_in"]) if row else None


def count_anew(connection: sqlite3.Connection, known: Counted | None, session: Session) -> None:
    """Count a session that has ended, in place of how it was counted before."""
    if known is not None:
        before, zone = known
        _change(connection, session.household_id, tally_of(before, zone), -1)
    elif session.ended_at is None:
        return
    zone = known[1] if known is not None else _zone(connection, session.household_id)
    if session.ended_at is not None:
        _change(connection, session.household_id, tally_of(session, zone), 1)
    counted_in = zone if session.ended_at is not None else None
    connection.execute("UPDATE sessions SET counted_in = ? WHERE id = ?", (counted_in, session.id))


def count_uncounted(connection: sqlite3.Connection) -> int:
    """Count the sessions that ended before there were tallies; return how many that were."""
    sums: dict[tuple[str, date, str, str, str], Tally] = {}
    zones: dict[str, str] = {}
    found = connection.execute(UNCOUNTED).fetchall()
    for session in map(session_in, found):
        home = session.household_id
        zone = zones[home] = zones.get(home) or _zone(connection, home)
        tally = tally_of(session, zone)
        key = (home, tally.day, tally.room_id, tally.sensor_id, zone)
        sums[key] = added(sums[key], tally) if key in sums else tally
    for (home, *_), tally in sums.items():
        _change(connection, home, tally, 1)
    connection.executemany(
        "UPDATE sessions SET counted_in = ? WHERE id = ?",
        [(zones[row["household_id"]], row["id"]) for row in found],
    )
    return len(found)


def tallies_in(found: Iterable[sqlite3.Row]) -> Iterable[Tally]:
    """Return the tallies that rows hold."""
    for row in found:
        hours = {int(hour): count for hour, count in json.loads(row["hours"]).items()}
        day, counts = date.fromisoformat(row["day"]), json.loads(row["counts"])
        yield Tally(day, row["zone"], row["room_id"], row["sensor_id"], hours, counts)


def _change(connection: sqlite3.Connection, household_id: str, change: Tally, times: int) -> None:
    _change_one(connection, (household_id, "day"), change, times)
    _change_one(connection, (household_id, "month"), of_month(change), times)


def _change_one(connection: sqlite3.Connection, owner: tuple[str, str], change: Tally, times: int) -> None:
    key = (*owner, change.day.isoformat(), change.room_id, change.sensor_id, change.zone)
    stored = connection.execute(TALLY, key).fetchone()
    hours = {int(hour): count for hour, count in json.loads(stored["hours"]).items()} if stored else {}
    counts = json.loads(stored["counts"]) if stored else {}
    kept = Tally(change.day, change.zone, change.room_id, change.sensor_id, hours, counts)
    tally = added(kept, change, times)
    row: rows.Row = {
        **dict(zip(_KEY.split(", "), key, strict=True)),
        "hours": json.dumps(tally.hours, separators=(",", ":")),
        "counts": json.dumps(tally.counts, separators=(",", ":")),
    }
    rows.put(connection, "tallies", _KEY, row)


def _zone(connection: sqlite3.Connection, household_id: str) -> str:
    sql = "SELECT time_zone FROM households WHERE id = ?"
    row = connection.execute(sql, (household_id,)).fetchone()
    return str(row["time_zone"]) if row else "UTC"
