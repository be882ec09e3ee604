"""Rooms, over HTTP."""

from typing import Any

import pytest

from api.people import People
from spottypottysense.sensors.model import Speaker

URI = "spotify:playlist:37i9dQZF1DX4WYpdgoIcn6"
LINK = "https://open.spotify.com/playlist/37i9dQZF1DX4WYpdgoIcn6?si=1"


def test_a_new_room(people: People) -> None:
    """201, with all that is left to the household; the name is taken then."""
    reply = people.ask("POST", "/rooms", people.a.owner.cookie, {"name": "Küche"})
    room = reply.json()["room"]
    assert reply.status == 201
    assert room == {
        "roomId": room["roomId"],
        "name": "Küche",
        "account": None,
        "speaker": None,
        "content": None,
        "volume": None,
        "shuffle": True,
        "timeoutMinutes": None,
        "motionGapMinutes": None,
        "quietHours": None,
        "standIns": [],
        "day": [],
        "beginning": "anywhere",
        "ending": "stop",
        "fadesIn": False,
        "follows": True,
        "snoozedUntil": None,
        "sensorIds": [],
    }
    assert people.ask("GET", f"/rooms/{room['roomId']}", people.a.member.cookie).json() == reply.json()
    assert people.ask("POST", "/rooms", people.a.owner.cookie, {"name": "Küche"}).status == 409
    assert people.ask("POST", "/rooms", people.a.member.cookie, {"name": "Bad"}).status == 403


def test_every_setting_of_a_room(people: People) -> None:
    """What is named changes, by itself or together; links are kept as URIs; null leaves it to the house."""
    owner, path = people.a.owner, f"/rooms/{people.a.room.id}"
    changes: dict[str, Any] = {
        "name": "Bad",
        "account": people.a.member.user.id,
        "speaker": {"name": "Bath", "type": "Speaker"},
        "content": LINK,
        "volume": 0,
        "shuffle": False,
        "timeoutMinutes": 3,
        "motionGapMinutes": 0.5,
        "quietHours": {"start": "21:00", "end": "08:00"},
        "standIns": [owner.user.id],
        "day": [
            {"part": "night", "starts": "22:00", "content": None, "ceiling": 10},
            {"part": "morning", "starts": "06:30", "content": URI, "ceiling": None},
        ],
        "beginning": "resume",
        "ending": "finish_song",
        "fadesIn": True,
        "follows": False,
    }
    expected = people.ask("GET", path, owner.cookie).json()["room"]
    assert expected["sensorIds"] == [people.a.sensor.id]
    for name, value in changes.items():
        room = people.ask("PUT", path, owner.cookie, {name: value}).json()["room"]
        expected[name] = room[name] if name in ("speaker", "content", "day") else value
        assert room == expected
    assert (expected["content"], expected["speaker"]["lastId"]) == (URI, None)
    assert [now["part"] for now in expected["day"]] == ["morning", "night"]
    nothing = dict.fromkeys(
        ("account", "speaker", "content", "volume", "timeoutMinutes", "motionGapMinutes", "quietHours")
    )
    reply = people.ask("PUT", path, owner.cookie, {**nothing, "standIns": [], "day": []})
    assert reply.json()["room"] == {**expected, **nothing, "standIns": [], "day": []}
    together = people.ask("PUT", path, owner.cookie, changes).json()["room"]
    assert together == expected


def test_a_speaker_that_stays_keeps_its_last_id(people: People) -> None:
    """Naming it again forgets nothing; another one has no id yet."""
    path = f"/rooms/{people.a.room.id}"
    people.house.core.sensors.change_room(people.a.room.id, speaker=Speaker("Bath", "Speaker", "abc"))
    for given, last_id in (({"name": "Bath"}, "abc"), ({"name": "Bath", "type": "TV"}, None)):
        room = people.ask("PUT", path, people.a.owner.cookie, {"speaker": given}).json()["room"]
        assert room["speaker"]["lastId"] == last_id


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"account": "user-nobody"}, "account"),
        ({"standIns": ["user-nobody"]}, "standIns"),
        ({"standIns": "anna"}, "standIns"),
        ({"content": "spotify:track:1"}, "content"),
        ({"volume": 101}, "volume"),
        ({"volume": 1.5}, "volume"),
        ({"volume": True}, "volume"),
        ({"timeoutMinutes": 0}, "timeoutMinutes"),
        ({"motionGapMinutes": 61}, "motionGapMinutes"),
        ({"speaker": {"name": " "}}, "speaker"),
        ({"speaker": "Bath"}, "speaker"),
        ({"day": [{"part": "noon", "starts": "12:00"}]}, "day.0.part"),
        ({"day": [{"part": "day", "starts": "12:00"}, {"part": "day", "starts": "13:00"}]}, "day"),
        ({"beginning": "middle"}, "beginning"),
        ({"roomId": "room-1"}, "roomId"),
        ({"snoozedUntil": None}, "snoozedUntil"),
    ],
)
def test_what_cannot_be(people: People, body: dict[str, Any], field: str) -> None:
    """422 names the field as the caller wrote it, and nothing changes."""
    path = f"/rooms/{people.a.room.id}"
    before = people.ask("GET", path, people.a.owner.cookie).body
    reply = people.ask("PUT", path, people.a.owner.cookie, body)
    assert (reply.status, reply.json()["fields"][0]["field"]) == (422, field)
    assert people.ask("GET", path, people.a.owner.cookie).body == before


def test_somebody_elses_people_do_not_play(people: People) -> None:
    """Who lives elsewhere is nobody here."""
    path, stranger = f"/rooms/{people.a.room.id}", people.b.owner.user.id
    for body in ({"account": stranger}, {"standIns": [stranger]}):
        assert people.ask("PUT", path, people.a.owner.cookie, body).status == 422


@pytest.mark.parametrize("room_id", ["nowhere", "a%00b", "\ud800", "x" * 101, "%2e%2e", "ü"])
def test_no_such_room(people: People, room_id: str) -> None:
    """Whatever is written there, it ends as a sentence."""
    for method, body in (("GET", None), ("PUT", {})):
        reply = people.ask(method, f"/rooms/{room_id}", people.a.owner.cookie, body)
        assert reply.status in (404, 422), reply
        assert reply.json()["message"]


def test_rooms_in_pages(people: People) -> None:
    """Each room once, by name."""
    for name in ("C", "A", "B"):
        people.house.core.sensors.add_room(people.a.household_id, name)
    first = people.ask("GET", "/rooms?limit=3", people.a.owner.cookie).json()
    rest = people.ask("GET", f"/rooms?nextToken={first['nextToken']}", people.a.owner.cookie).json()
    names = [room["name"] for page in (first, rest) for room in page["rooms"]]
    assert (names, rest["count"]) == (["A", "B", "Bath a", "C"], 1)
    assert "nextToken" not in rest
    for limit in ("0", "101", "x"):
        assert people.ask("GET", f"/rooms?limit={limit}", people.a.owner.cookie).status == 422
