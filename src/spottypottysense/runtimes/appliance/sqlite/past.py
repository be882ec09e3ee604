"""Looking back, in SQLite."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from spottypottysense.history.model import Place, Selection, Tally
from spottypottysense.presence.model import Session
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.session_rows import session_in
from spottypottysense.runtimes.appliance.sqlite.tallies import IN_RANGE, tallies_in

_CONDITIONS = {
    "room_id": "room_id = :room_id",
    "sensor_id": "sensor_id = :sensor_id",
    "start": "opened_at >= :start",
    "end": "opened_at < :end",
    "after": "(opened_at, id) < (:after, :after_id)",
}


class SqlitePast:
    """The `Past` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sessions(self, selection: Selection, after: Place | None, limit: int) -> tuple[Session, ...]:
        """Return sessions by (opened at, id), the greatest first, from behind `after` on."""
        sql, values = page_of(selection, after, limit)
        with self._database.read() as connection:
            return tuple(map(session_in, connection.execute(sql, values).fetchall()))

    def days(self, household_id: str, first: date, last: date) -> Iterable[Tally]:
        """Return the tallies of the visits that ended, from the first to the last day, both included."""
        return self._tallies(household_id, "day", first, last)

    def months(self, household_id: str, first: date, last: date) -> Iterable[Tally]:
        """Return the same by month: of the months that begin from the first to the last day."""
        return self._tallies(household_id, "month", first, last)

    def _tallies(self, household_id: str, span: str, first: date, last: date) -> Iterable[Tally]:
        asked = (household_id, span, first.isoformat(), last.isoformat())
        with self._database.read() as connection:
            return tallies_in(connection.execute(IN_RANGE, asked).fetchall())


def page_of(selection: Selection, after: Place | None, limit: int) -> tuple[str, Mapping[str, object]]:
    """Return the query for a page, and what it is asked with; each such query is led by an index."""
    asked: dict[str, object] = {
        "room_id": selection.room_id,
        "sensor_id": selection.sensor_id,
        "start": _micros(selection.start),
        "end": _micros(selection.end),
        "after": _micros(after[0]) if after else None,
    }
    conditions = [_CONDITIONS[name] for name, value in asked.items() if value is not None]
    where = " AND ".join(["household_id = :household_id", *conditions])
    sql = f"SELECT * FROM sessions WHERE {where} ORDER BY opened_at DESC, id DESC LIMIT :limit"  # noqa: S608  ours
    values = {name: value for name, value in asked.items() if value is not None}
    values |= {"household_id": selection.household_id, "limit": limit}
    return sql, values | ({"after_id": after[1]} if after else {})


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)
