"""Looking back, in SQLite: what was there before tallies, and that every list is led by an index."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from contracts.test_past import LATE, VISIT, visit
from contracts.test_sessions import MINUTE
from spottypottysense.history.model import Place, Selection
from spottypottysense.history.policy import tally_of
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.past import SqlitePast, page_of
from spottypottysense.runtimes.appliance.sqlite.session_rows import row_of
from spottypottysense.runtimes.appliance.sqlite.sessions import SqliteSessions
from spottypottysense.runtimes.appliance.sqlite.tallies import IN_RANGE

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def test_visits_from_before_there_were_tallies_are_counted_before_they_go(database: Database) -> None:
    """Once, however often old visits are forgotten; those that go on are not counted."""
    with database.write() as connection:
        rows.insert(connection, "sessions", row_of(replace(VISIT, version=1)))
        going_on = replace(VISIT, id="open", ended_at=None, room_id="hall", version=1)
        rows.insert(connection, "sessions", row_of(going_on))
    sessions, past = SqliteSessions(database), SqlitePast(database)
    for _ in range(2):
        sessions.forget_before(LATE - MINUTE)
        assert list(past.days("home", *MARCH)) == [tally_of(VISIT, "UTC")]
    assert sessions.forget_before(LATE + timedelta(days=1)) == 1
    assert list(past.days("home", *MARCH)) == [tally_of(VISIT, "UTC")]
    assert [tally.counts for tally in past.months("home", *MARCH)] == [tally_of(VISIT, "UTC").counts]


@pytest.mark.parametrize("after", [None, (LATE, "s1")])
@pytest.mark.parametrize(
    ("selection", "index"),
    [
        (Selection("home"), "sessions_of_household"),
        (Selection("home", LATE, LATE + MINUTE), "sessions_of_household"),
        (Selection("home", room_id="bath"), "sessions_of_room"),
        (Selection("home", LATE, sensor_id="pir"), "sessions_of_sensor"),
    ],
)
def test_lists_are_led_by_an_index(
    database: Database, selection: Selection, after: Place | None, index: str
) -> None:
    """A page costs the same, however many visits there are."""
    SqliteSessions(database).save(visit("s1"))
    sql, values = page_of(selection, after, 50)
    with database.read() as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    assert f"USING INDEX {index} " in plan[0]["detail"]


def test_tallies_are_found_by_their_key(database: Database) -> None:
    """A range reads its own rows alone."""
    with database.read() as connection:
        asked = ("home", "day", "2026-03-01", "2026-03-31")
        plan = connection.execute(f"EXPLAIN QUERY PLAN {IN_RANGE}", asked).fetchall()
    assert "USING PRIMARY KEY (household_id=? AND span=? AND day>? AND day<?)" in plan[0]["detail"]
    assert len(plan) == 1
