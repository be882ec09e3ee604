"""The feed of decisions: why it is silent, newest first, page by page, for one household."""

from api.people import People
from spottypottysense.access.model import Scope


def moved(people: People, times: int) -> None:
    """Let `a`'s sensor see somebody so often."""
    for number in range(times):
        payload = f'{{"event": "motion_detected", "messageId": "m{number}"}}'.encode()
        people.house.core.presence.take_in(
            f"sensors/{people.a.sensor.id}/motion", payload, people.house.clock.now()
        )


def test_why_it_is_silent(people: People) -> None:
    """The motion that found a room without speaker: what was decided, what came of it, and what mends it."""
    reply = people.ask("GET", "/decisions", people.a.member.cookie)
    assert reply.status == 200
    page = reply.json()
    (row,) = page["decisions"]
    assert page["count"] == 1
    assert "nextToken" not in page
    assert (row["reason"], row["sentence"]) == ("arrived", "Somebody came in.")
    assert (row["outcome"], row["fix"]) == ("no_speaker", "choose_speaker")
    assert row["outcomeSentence"].startswith("This room has no speaker")
    assert (row["roomId"], row["room"]) == (people.a.room.id, people.a.room.name)
    assert (row["sensorId"], row["sessionId"]) == (people.a.sensor.id, people.a.session.id)
    assert row["at"].endswith("Z")
    assert isinstance(row["timestamp"], int)
    unchanged = people.ask(
        "GET", "/decisions", people.a.member.cookie, headers={"If-None-Match": reply.headers["etag"]}
    )
    assert unchanged.status == 304


def test_page_by_page_each_once(people: People) -> None:
    """Also while new ones come in; they are on the first page of the next look."""
    moved(people, 6)
    way_in = people.a.owner.token(Scope.READ)
    path, found = "/decisions?limit=3", []
    while path:
        page = people.ask("GET", path, way_in).json()
        found += [row["decisionId"] for row in page["decisions"]]
        token = page.get("nextToken")
        path = f"/decisions?limit=3&nextToken={token}" if token else ""
        people.house.core.by_hand.stop(people.a.room.id)
    assert len(found) == len(set(found)) == 7
    newest = people.ask("GET", "/decisions?limit=1", way_in).json()["decisions"][0]
    assert newest["decisionId"] not in found


def test_only_a_room(people: People) -> None:
    """What is about the whole house or another room is left out; a token is good for its own list only."""
    core, home = people.house.core, people.a.household_id
    hall = core.sensors.add_room(home, "Hall")
    core.by_hand.snooze(home, None)
    core.by_hand.stop(hall.id)
    core.by_hand.play(hall.id)
    way_in = people.a.owner.cookie
    page = people.ask("GET", f"/decisions?roomId={hall.id}&limit=1", way_in).json()
    assert [row["event"] for row in page["decisions"]] == ["play"]
    token = page["nextToken"]
    rest = people.ask("GET", f"/decisions?roomId={hall.id}&nextToken={token}", way_in).json()
    assert [row["event"] for row in rest["decisions"]] == ["stop"]
    assert people.ask("GET", f"/decisions?nextToken={token}", way_in).status == 422


def test_nobody_sees_the_neighbours(people: People) -> None:
    """Neither their rows, nor their room, nor by their token; what strangers sent is nobody's."""
    people.house.core.presence.take_in("sensors/ghost/motion", b"{}", people.house.clock.now())
    moved(people, 2)
    token = people.ask("GET", "/decisions?limit=1", people.a.owner.cookie).json()["nextToken"]
    way_in = people.b.owner.cookie
    rows = people.ask("GET", "/decisions", way_in).json()["decisions"]
    assert {row["sensorId"] for row in rows} == {people.b.sensor.id}
    assert people.ask("GET", f"/decisions?roomId={people.a.room.id}", way_in).status == 404
    forged = people.ask("GET", f"/decisions?limit=1&nextToken={token}", way_in)
    assert (forged.status, forged.json()["fields"][0]["field"]) == (422, "nextToken")


def test_a_query_that_cannot_be(people: People) -> None:
    """It is refused with the name of the field."""
    tokens = [f"nextToken={text}" for text in ("x", "%00", "%ff", "A" * 2000)]
    for query in ("limit=0", "limit=101", "limit=x", "limit=", *tokens):
        reply = people.ask("GET", f"/decisions?{query}", people.a.owner.cookie)
        assert reply.status == 422, query
        assert reply.json()["fields"][0]["field"] == query.partition("=")[0]


def test_details_are_cut(people: People) -> None:
    """What a sensor sent is shown in part, as text."""
    payload = b'{"event": "' + b"<script>" * 2000 + b'"}'
    people.house.core.presence.take_in(
        f"sensors/{people.a.sensor.id}/motion", payload, people.house.clock.now()
    )
    row = people.ask("GET", "/decisions?limit=1", people.a.owner.cookie).json()["decisions"][0]
    assert row["reason"] in ("invalid", "bad_payload")
    assert len(row["detail"]) <= 500
