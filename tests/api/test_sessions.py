"""Visits over the API: what is told of one, and how lists of them go on."""

from datetime import UTC, datetime, timedelta

import pytest

from api.people import People
from api.visits import LENGTH, MIX, keep, visit
from spottypottysense.reasons import Reason

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ids(people: People, query: str) -> list[str]:
    """Return the ids of the visits that a query finds."""
    reply = people.ask("GET", f"/sessions?{query}", people.a.owner.cookie)
    assert reply.status == 200, reply
    return [session["sessionId"] for session in reply.json()["sessions"]]


def test_a_visit_with_music(people: People) -> None:
    """Every field that the reference names, with epoch seconds, and ours."""
    keep(people, visit(people.a, "s1", AT))
    reply = people.ask("GET", "/sessions?endDate=2026-03-01", people.a.member.cookie).json()
    assert reply["count"] == 1
    assert reply["sessions"] == [
        {
            "sessionId": "s1",
            "sensorId": people.a.sensor.id,
            "roomId": people.a.room.id,
            "userId": people.a.owner.user.id,
            "startTime": 1_772_352_000,
            "startedAt": "2026-03-01T08:00:00Z",
            "endTime": 1_772_352_600,
            "endedAt": "2026-03-01T08:10:00Z",
            "lastMotionTime": 1_772_352_300,
            "duration": 600,
            "motionEvents": 3,
            "spotifyStarted": True,
            "playbackDuration": 600,
            "playlist": MIX,
            "status": "completed",
            "firstNoteMs": 800,
        }
    ]


def test_why_a_visit_was_silent(people: People) -> None:
    """What the house was told to keep to is no error; what stood in the way is one, with a sentence."""
    keep(people, visit(people.a, "s1", AT, Reason.QUIET_HOURS))
    keep(people, visit(people.a, "s2", AT + HOUR, Reason.SPEAKER_MISSING))
    reply = people.ask("GET", "/sessions?endDate=2026-03-01", people.a.owner.cookie)
    failed, quiet = reply.json()["sessions"]
    assert (quiet["status"], quiet["silentReason"]) == ("completed", "quiet_hours")
    assert "errorMessage" not in quiet
    assert (failed["status"], failed["silentReason"]) == ("error", "speaker_missing")
    assert "speaker" in failed["errorMessage"].lower()


def test_a_visit_that_goes_on(people: People) -> None:
    """It is active, has no end, and comes first."""
    first = people.ask("GET", "/sessions", people.a.owner.cookie).json()["sessions"][0]
    assert (first["sessionId"], first["status"]) == (people.a.session.id, "active")
    assert not {"endTime", "endedAt"} & set(first)


def test_pages(people: People) -> None:
    """Each visit once, newest first, also while new ones come in."""
    keep(people, *(visit(people.a, f"s{number}", AT + HOUR * (number // 2)) for number in range(5)))
    query, seen, token = "endDate=2026-03-02&limit=2", [], ""
    while True:
        reply = people.ask("GET", f"/sessions?{query}{token}", people.a.owner.cookie).json()
        seen += [session["sessionId"] for session in reply["sessions"]]
        keep(people, visit(people.a, f"new{len(seen)}", AT + 3 * HOUR + len(seen) * LENGTH))
        if "nextToken" not in reply:
            break
        token = f"&nextToken={reply['nextToken']}"
    assert seen == ["s4", "s3", "s2", "s1", "s0"]


def test_days_are_the_households(people: People) -> None:
    """A date begins at midnight in Berlin and includes its whole day; a time counts as it stands."""
    for name, at in {"before": "T22:59:59", "first": "T23:00:00"}.items():
        keep(people, visit(people.a, name, datetime.fromisoformat(f"2026-02-28{at}+00:00")))
    for name, at in {"last": "T22:59:59", "after": "T23:00:00"}.items():
        keep(people, visit(people.a, name, datetime.fromisoformat(f"2026-03-01{at}+00:00")))
    assert ids(people, "startDate=2026-03-01&endDate=2026-03-01") == ["last", "first"]
    assert ids(people, "startDate=2026-02-28T23:00:00Z&endDate=2026-03-01T23:00:00Z") == ["last", "first"]


def test_filters(people: People) -> None:
    """By the household's own rooms and sensors; a neighbour's do not exist."""
    keep(people, visit(people.a, "s1", AT))
    assert ids(people, f"sensorId={people.a.sensor.id}&endDate=2026-03-01") == ["s1"]
    assert ids(people, f"roomId={people.a.room.id}&endDate=2026-03-01") == ["s1"]
    for query in (f"sensorId={people.b.sensor.id}", f"roomId={people.b.room.id}", "sensorId=nobody"):
        for path in ("/sessions", "/analytics"):
            assert people.ask("GET", f"{path}?{query}", people.a.owner.cookie).status == 404


@pytest.mark.parametrize("path", ["/sessions", "/analytics"])
@pytest.mark.parametrize(
    "query",
    [
        "startDate=yesterday",
        "startDate=",
        "startDate=0001-01-01",
        "endDate=9999-12-31",
        "endDate=2026-02-30",
        "startDate=2026-03-02&endDate=2026-03-01T00:00:00Z",
        "startDate=2026-03-01T08:00:00%2B99:00",
        "startDate=%00",
        "sensorId=%00",
        "roomId=" + "x" * 201,
        "sensorId=%ED%A0%80",
    ],
)
def test_what_cannot_be_asked(people: People, path: str, query: str) -> None:
    """4xx with a sentence, never a crash."""
    reply = people.ask("GET", f"{path}?{query}", people.a.owner.cookie)
    assert reply.status in (404, 422), reply
    assert reply.json()["message"]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "nextToken=abc", "nextToken=%C3%A9"])
def test_pages_that_cannot_be_asked_for(people: People, query: str) -> None:
    """Out of range, or not what the last answer said."""
    assert people.ask("GET", f"/sessions?{query}", people.a.owner.cookie).status == 422


def test_a_token_is_good_for_its_own_list_alone(people: People) -> None:
    """Not for another filter, and not for the neighbours."""
    keep(people, visit(people.a, "s1", AT), visit(people.a, "s2", AT + HOUR))
    page = people.ask("GET", "/sessions?limit=1", people.a.owner.cookie).json()
    token = page["nextToken"]
    assert people.ask("GET", f"/sessions?limit=1&nextToken={token}", people.a.owner.cookie).status == 200
    other = f"/sessions?limit=1&roomId={people.a.room.id}&nextToken={token}"
    assert people.ask("GET", other, people.a.owner.cookie).status == 422
    assert people.ask("GET", f"/sessions?nextToken={token}", people.b.owner.cookie).status == 422


def test_nobody_sees_the_neighbours_visits(people: People) -> None:
    """Each household has its own list."""
    keep(people, visit(people.b, "theirs", AT))
    assert ids(people, "") == [people.a.session.id]
