"""Visits counted and added up: whatever way they are cut into days and months, they come to the same."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.home import PretendHome
from spottypottysense.history.model import Selection
from spottypottysense.history.policy import added, analysis, latency, of_month, stretches, tally_of
from spottypottysense.presence.model import Music, Session
from spottypottysense.reasons import Reason

AT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
VISIT = Session(
    "s1",
    "home",
    "bath",
    "pir",
    "anna",
    AT,
    AT,
    AT + HOUR,
    motions=2,
    ended_at=AT + HOUR,
    end_reason=Reason.TIMEOUT,
)
PLAYED = replace(
    VISIT,
    music=Music.PLAYING,
    music_time=HOUR / 2,
    confirmed_after=timedelta(seconds=1),
    content="spotify:album:mix",
)
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@given(DAYS, DAYS)
def test_stretches_cover_every_day_once(one: date, other: date) -> None:
    """Days, whole months, days: in order and without a gap."""
    first, last = sorted((one, other))
    early, months, late = stretches(first, last)
    covered: list[date] = []
    for start, end in (early, months, late):
        covered += [start + number * DAY for number in range((end - start).days + 1)]
    assert covered == [first + number * DAY for number in range((last - first).days + 1)]
    if months[0] <= months[1]:
        assert months[0].day == (months[1] + DAY).day == 1
    assert (early[1] - early[0]).days < 62
    assert (late[1] - late[0]).days < 31


def test_what_one_visit_counts_for() -> None:
    """Each thing once; a visit that goes on has no length, a silent one a reason."""
    assert tally_of(PLAYED, "Europe/Berlin").counts["content spotify:album:mix"] == 1
    assert "silent quiet_hours" not in tally_of(PLAYED, "UTC").counts
    quiet = tally_of(replace(VISIT, silent_reason=Reason.QUIET_HOURS), "UTC")
    assert quiet.counts["silent quiet_hours"] == 1
    assert "with_music" not in quiet.counts
    going_on = tally_of(replace(VISIT, ended_at=None), "UTC")
    assert "ended" not in going_on.counts
    assert tally_of(replace(PLAYED, content=None), "UTC").counts["with_music"] == 1


def test_taking_away_what_was_added_leaves_nothing() -> None:
    """Down to the names."""
    tally = tally_of(PLAYED, "UTC")
    assert added(added(tally, tally_of(VISIT, "UTC")), tally, -1) == tally_of(VISIT, "UTC")
    assert added(tally, tally, -1).counts == {}


@pytest.mark.parametrize(
    ("zone", "weekday", "hour"),
    [("UTC", 6, 23), ("Europe/Berlin", 0, 0), ("Asia/Tokyo", 0, 8), ("America/New_York", 6, 18)],
)
def test_hours_by_another_clock(zone: str, weekday: int, hour: int) -> None:
    """Counted in UTC and shown elsewhere, it is what would have been counted there."""
    week = analysis([tally_of(VISIT, "UTC")], zone).week
    assert week[weekday][hour] == sum(map(sum, week)) == 1
    assert analysis([tally_of(VISIT, zone)], zone).week == week


@given(st.lists(st.integers(1, 60_000), min_size=1, max_size=200))
def test_first_notes_are_at_most_five_percent_above(spans: list[int]) -> None:
    """And never below the exact percentiles."""
    visits = [replace(PLAYED, confirmed_after=timedelta(milliseconds=span)) for span in spans]
    found = analysis([tally_of(visit, "UTC") for visit in visits], "UTC").first_notes["bath"]
    exact = latency(timedelta(milliseconds=span) for span in spans)
    assert exact is not None
    assert found.count == exact.count
    slack = timedelta(microseconds=2)
    for ours, theirs in ((found.p50, exact.p50), (found.p95, exact.p95)):
        assert theirs - slack <= ours <= theirs * 1.05 + slack


@given(
    st.lists(st.tuples(st.integers(0, 100), st.sampled_from(["pir", "radar"]), st.booleans()), max_size=40)
)
def test_months_say_what_their_days_say(plan: list[tuple[int, str, bool]]) -> None:
    """However visits are spread, adding up months gives what adding up days does."""
    visits = [
        replace(
            PLAYED if music else VISIT,
            sensor_id=sensor,
            opened_at=AT + day * DAY,
            ended_at=AT + day * DAY + HOUR,
        )
        for day, sensor, music in plan
    ]
    days = [tally_of(visit, "UTC") for visit in visits]
    months = [of_month(day) for day in days]
    merged = [
        reduce(added, [month for month in months if (month.day, month.sensor_id) == key])
        for key in sorted({(month.day, month.sensor_id) for month in months})
    ]
    assert analysis(merged, "UTC") == analysis(days, "UTC")


def test_nothing_comes_to_nothing() -> None:
    """No visit, no room, no average."""
    found = analysis([], "UTC")
    assert found.total.sessions == 0
    assert (found.rooms, found.sensors, found.first_notes, found.contents, found.silent) == (
        {},
        {},
        {},
        {},
        {},
    )


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_a_household_looks_back(zone: str) -> None:
    """Over days and months at once, with who is there now, and only at what was asked for."""
    home = PretendHome()
    history = home.core.history
    for number in range(100):
        at = AT + number * DAY
        home.sessions.save(replace(PLAYED, id=f"v{number}", opened_at=at, ended_at=at + HOUR))
    now = replace(VISIT, id="now", sensor_id="radar", opened_at=AT + 10 * DAY, ended_at=None)
    theirs = replace(now, id="theirs", household_id="away")
    first, last = date(2026, 3, 10), date(2026, 5, 20)
    found = history.analysis(Selection("home"), first, last, "UTC", zone, [now, theirs])
    assert (found.total.sessions, found.total.open) == (73, 1)
    assert sum(map(sum, found.week)) == 73
    radar = Selection("home", sensor_id="radar")
    assert history.analysis(radar, first, last, "UTC", zone, [now]).total.sessions == 1
    elsewhere = Selection("home", room_id="kitchen")
    assert history.analysis(elsewhere, first, last, "UTC", zone, [now]).total.sessions == 0
    early = history.analysis(Selection("home"), first, date(2026, 3, 10), "UTC", zone, [now])
    assert early.total.sessions == 1
