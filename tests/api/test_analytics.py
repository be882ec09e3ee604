"""What visits come to, over the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.people import People
from api.visits import MIX, keep, visit
from spottypottysense.reasons import Reason

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)  # a Sunday, nine o'clock in Berlin
DAY = timedelta(days=1)


def figures(people: People, query: str = "startDate=2026-03-01&endDate=2026-03-02") -> dict[str, Any]:
    """Return what the days of a query come to."""
    reply = people.ask("GET", f"/analytics?{query}", people.a.member.cookie)
    assert reply.status == 200, reply
    value: dict[str, Any] = reply.json()
    return value


@pytest.fixture
def busy(people: People) -> People:
    """Two visits with music on Sunday, a silent one on Monday, one on Tuesday, and one of the neighbours."""
    keep(people, visit(people.a, "s1", AT), visit(people.a, "s2", AT + timedelta(minutes=20)))
    keep(people, visit(people.a, "s3", AT + DAY, Reason.QUIET_HOURS), visit(people.a, "s4", AT + 2 * DAY))
    keep(people, visit(people.b, "theirs", AT))
    return people


def test_summary(busy: People) -> None:
    """The reference's figures, and how much of it had music."""
    assert figures(busy)["summary"] == {
        "totalSessions": 3,
        "completedSessions": 3,
        "activeSessions": 0,
        "sessionsWithPlayback": 2,
        "totalMotionEvents": 9,
        "totalDurationMinutes": 30.0,
        "totalPlaybackMinutes": 20.0,
        "averageDurationMinutes": 10.0,
        "averageMotionEventsPerSession": 3.0,
    }


def test_by_sensor_and_room(busy: People) -> None:
    """With names, and how long the first note took: up to 5 % more than it did."""
    found = figures(busy)
    (sensor,) = found["bySensor"]
    assert (sensor["sensorId"], sensor["roomId"]) == (busy.a.sensor.id, busy.a.room.id)
    assert sensor["totalSessions"] == 3
    (room,) = found["byRoom"]
    assert (room["roomId"], room["roomName"]) == (busy.a.room.id, busy.a.room.name)
    assert room["firstNote"]["count"] == 2
    assert 800 <= room["firstNote"]["p50Ms"] <= 840
    assert 800 <= room["firstNote"]["p95Ms"] <= 840


def test_heat_map(busy: People) -> None:
    """By the household's clock, or another one's."""
    week = figures(busy)["heatMap"]
    assert week["timeZone"] == "Europe/Berlin"
    hours = week["sessions"]
    assert (hours[6][9], hours[0][9]) == (2, 1)
    assert sum(map(sum, hours)) == 3
    tokyo = figures(busy, "startDate=2026-03-01&endDate=2026-03-02&timeZone=Asia/Tokyo")["heatMap"]
    assert tokyo["timeZone"] == "Asia/Tokyo"
    assert tokyo["sessions"][6][17] == 2


def test_what_played_and_why_not(busy: People) -> None:
    """The most frequent first."""
    found = figures(busy)
    assert found["byPlaylist"] == [{"playlist": MIX, "sessions": 2}]
    (silence,) = found["silentReasons"]
    assert (silence["reason"], silence["sessions"]) == ("quiet_hours", 1)
    assert silence["sentence"] == "It is quiet hours in this house."


def test_days_that_are_counted(busy: People) -> None:
    """Whole days; a time counts as its day, and nothing named means the last 30."""
    assert figures(busy)["dateRange"] == {"startDate": "2026-03-01", "endDate": "2026-03-02"}
    by_time = figures(busy, "startDate=2026-03-01T22:00:00Z&endDate=2026-03-02T22:00:00Z")
    assert by_time["dateRange"] == {"startDate": "2026-03-01", "endDate": "2026-03-02"}
    usual = figures(busy, "")["dateRange"]
    first, last = (datetime.fromisoformat(usual[name]) for name in ("startDate", "endDate"))
    assert last - first == 29 * DAY


def test_who_is_there_now_counts(people: People) -> None:
    """An open visit is active, and in no average."""
    summary = figures(people, "")["summary"]
    assert summary["totalSessions"] == summary["activeSessions"] == 1
    assert summary["averageDurationMinutes"] == 0


def test_filters(busy: People) -> None:
    """Of a sensor or room without visits there is nothing."""
    busy.house.core.sensors.add_sensor(busy.a.household_id, "radar", "Kitchen")
    quiet = figures(busy, "startDate=2026-03-01&sensorId=radar")
    assert quiet["summary"]["totalSessions"] == 0
    assert quiet["byRoom"] == []
    own = figures(busy, f"startDate=2026-03-01&endDate=2026-03-31&roomId={busy.a.room.id}")
    assert own["summary"]["totalSessions"] == 4


def test_retention_takes_nothing_away(busy: People) -> None:
    """Visits that are forgotten still count."""
    before = figures(busy)
    assert busy.house.core.presence.forget(DAY) > 0
    assert busy.ask("GET", "/sessions?endDate=2026-03-05", busy.a.owner.cookie).json()["count"] == 0
    assert figures(busy) == before


@pytest.mark.parametrize("zone", ["Nowhere/At-all", "../etc/passwd", "%00", "", "x" * 300])
def test_zones_that_are_none(people: People, zone: str) -> None:
    """422 with an example."""
    assert people.ask("GET", f"/analytics?timeZone={zone}", people.a.owner.cookie).status == 422


def test_nothing_has_changed(busy: People) -> None:
    """304 for whoever knows these figures."""
    path = "/analytics?startDate=2026-03-01&endDate=2026-03-02"
    tag = busy.ask("GET", path, busy.a.owner.cookie).headers["etag"]
    again = busy.ask("GET", path, busy.a.owner.cookie, headers={"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")
