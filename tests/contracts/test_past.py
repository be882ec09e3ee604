"""What every `Past` keeps its word on."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import reduce

import pytest

from contracts.test_sessions import FULL, ended, entry
from spottypottysense.accounts.model import Household
from spottypottysense.core import Stores
from spottypottysense.history.model import Place, Selection, Tally
from spottypottysense.history.policy import added, of_month, tally_of
from spottypottysense.presence.model import Music, Session
from spottypottysense.reasons import Reason

LATE = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
VISIT = replace(FULL, opened_at=LATE, ended_at=LATE + HOUR, music_time=HOUR / 2)
DAY = date(2026, 3, 2)


def visit(name: str, at: datetime = LATE, room: str = "bath", sensor: str = "pir") -> Session:
    """Return a visit that has ended."""
    return replace(VISIT, id=name, opened_at=at, ended_at=at + HOUR, room_id=room, sensor_id=sensor)


def days(stores: Stores, home: str = "home") -> list[Tally]:
    """Return all tallies of a household that count anything."""
    found = stores.past.days(home, date(2026, 1, 1), date(2026, 12, 31))
    return [tally for tally in found if tally.counts]


@pytest.fixture
def berlin(stores: Stores) -> Stores:
    """The stores with a household in Berlin, an hour ahead of UTC."""
    stores.accounts.save_household(Household("home", "Home", "Europe/Berlin"))
    return stores


def test_pages_cover_everything_once(stores: Stores) -> None:
    """Page after page, newest first, also where several visits opened at the same moment."""
    names = [f"s{number:02}" for number in range(11)]
    for number, name in enumerate(names):
        stores.sessions.save(visit(name, LATE + HOUR * (number // 4)))
    stores.sessions.save(replace(visit("theirs"), household_id="away"))
    seen: list[str] = []
    after: Place | None = None
    while page := stores.past.sessions(Selection("home"), after, 3):
        seen += [session.id for session in page]
        after = (page[-1].opened_at, page[-1].id)
    assert seen == names[::-1]


def test_selections(stores: Stores) -> None:
    """By room, by sensor, and by [start, end), each alone and together."""
    stores.sessions.save(visit("a"))
    stores.sessions.save(visit("b", LATE + HOUR, room="kitchen"))
    stores.sessions.save(visit("c", LATE + 2 * HOUR, sensor="radar"))

    def found(**wishes: object) -> list[str]:
        selection = replace(Selection("home"), **wishes)  # type: ignore[arg-type]
        return [session.id for session in stores.past.sessions(selection, None, 10)]

    assert found() == ["c", "b", "a"]
    assert found(room_id="kitchen") == ["b"]
    assert found(room_id="bath") == ["c", "a"]
    assert found(sensor_id="radar") == ["c"]
    assert found(sensor_id="radar", room_id="kitchen") == []
    assert found(start=LATE + HOUR) == ["c", "b"]
    assert found(end=LATE + HOUR) == ["a"]
    assert found(start=LATE + HOUR, end=LATE + 2 * HOUR, sensor_id="pir") == ["b"]


def test_a_visit_counts_when_it_ends_by_the_clock_of_its_household(berlin: Stores) -> None:
    """Not before; half past eleven in UTC is after midnight in Berlin."""
    opened = berlin.sessions.save(replace(VISIT, ended_at=None))
    assert days(berlin) == []
    berlin.sessions.save(replace(opened, ended_at=LATE + HOUR))
    (tally,) = days(berlin)
    assert tally == tally_of(VISIT, "Europe/Berlin")
    assert (tally.day, tally.zone, tally.hours) == (DAY, "Europe/Berlin", {0: 1})  # Monday, the first hour
    assert (tally.room_id, tally.sensor_id) == ("bath", "pir")


def test_visits_of_a_day_add_up(berlin: Stores) -> None:
    """One tally for each room, sensor and day."""
    silent = replace(
        visit("b", LATE + HOUR),
        music=Music.SILENT,
        music_time=timedelta(0),
        content=None,
        confirmed_after=None,
    )
    berlin.sessions.save(visit("a"))
    berlin.sessions.save(silent)
    berlin.sessions.save(visit("c", room="kitchen"))
    bath, kitchen = days(berlin)
    assert bath == added(tally_of(visit("a"), "Europe/Berlin"), tally_of(silent, "Europe/Berlin"))
    assert bath.hours == {0: 1, 1: 1}
    assert kitchen == tally_of(visit("c", room="kitchen"), "Europe/Berlin")


def test_a_late_word_is_counted_anew(berlin: Stores) -> None:
    """What is learnt of a visit after its end takes the place of what was counted, also in another zone."""
    saved = berlin.sessions.save(VISIT)
    berlin.accounts.save_household(Household("home", "Home", "Asia/Tokyo"))
    late = replace(
        saved, music=Music.SILENT, music_time=timedelta(0), silent_reason=Reason.USER_PAUSED, motions=4
    )
    berlin.sessions.save(late)
    assert days(berlin) == [tally_of(late, "Europe/Berlin")]


def test_a_visit_that_goes_on_counts_no_more(berlin: Stores) -> None:
    """It counts again when it ends."""
    saved = berlin.sessions.save(VISIT)
    again = berlin.sessions.save(replace(saved, ended_at=None))
    assert days(berlin) == []
    berlin.sessions.save(replace(again, ended_at=LATE + 2 * HOUR))
    (tally,) = days(berlin)
    assert tally.counts["visit_ms"] == 7_200_000


def test_months_add_up_their_days(berlin: Stores) -> None:
    """Each month that begins in the range, whole, in one piece for each room and sensor."""
    for number in range(40):
        berlin.sessions.save(visit(f"s{number:02}", LATE + number * 24 * HOUR))
    march, april = berlin.past.months("home", date(2026, 3, 1), date(2026, 4, 30))
    assert (march.day, april.day) == (date(2026, 3, 1), date(2026, 4, 1))
    assert (march.counts["visits"], april.counts["visits"]) == (30, 10)
    assert sum(march.hours.values()) == 30
    assert list(berlin.past.months("home", date(2026, 3, 2), date(2026, 3, 31))) == []
    by_day = [tally for tally in days(berlin) if tally.day.month == 3]
    assert reduce(added, map(of_month, by_day)) == march


def test_what_is_forgotten_still_counts(berlin: Stores) -> None:
    """Retention takes the visits, not what they come to."""
    berlin.sessions.save(VISIT)
    before = days(berlin)
    assert berlin.session_log.forget_before(LATE + 9 * HOUR) == 1
    assert berlin.past.sessions(Selection("home"), None, 10) == ()
    assert days(berlin) == before


def test_refused_writes_count_for_nothing(berlin: Stores) -> None:
    """A visit that was not saved is not counted."""
    berlin.journal.record(entry("k1"))
    with pytest.raises(Exception, match=r"."):
        berlin.sessions.save(VISIT, entry("k1"))
    assert days(berlin) == []


def test_days_are_those_asked_for(berlin: Stores) -> None:
    """Both ends included, and of no other household."""
    for number in range(4):
        berlin.sessions.save(ended(visit(f"s{number}", LATE + number * 24 * HOUR), 200 * HOUR))
    berlin.sessions.save(replace(visit("theirs"), household_id="away"))
    found = list(berlin.past.days("home", date(2026, 3, 3), date(2026, 3, 4)))
    assert [tally.day.day for tally in found] == [3, 4]
