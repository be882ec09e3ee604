"""Speakers over HTTP: which there are, and whether they play."""

import threading
from typing import Any

import pytest

from api.people import People
from api.playing import Playing
from spottypottysense.access.model import Scope
from spottypottysense.simulator.demo_world import OWNER, playlist_uri


def speakers(playing: Playing) -> dict[str, dict[str, Any]]:
    """Return the owner's speakers by name, as the API lists them."""
    reply = playing.people.ask("GET", "/spotify/devices", playing.people.a.owner.token(Scope.READ))
    assert reply.status == 200
    return {each["name"]: each for each in reply.json()["devices"]}


def test_speakers_are_listed(playing: Playing) -> None:
    """Named as Spotify names them, with what a person must know before choosing one."""
    found = speakers(playing)
    assert list(found) == sorted(found)
    bath = found["Bathroom speaker"]
    assert (bath["type"], bath["is_active"], bath["volume_percent"]) == ("Speaker", False, 40)
    assert (bath["isListed"], bath["isRestricted"], bath["sharesName"]) == (True, False, False)
    assert bath["asleepCount"] == 0
    assert bath["lastSeen"].endswith("Z")
    assert found["Alex's iPhone"]["supportsVolume"] is False


def test_speakers_that_are_gone_are_remembered(playing: Playing) -> None:
    """With the id that they had, and when they were seen."""
    before = speakers(playing)["Kitchen speaker"]
    playing.spotify.post("speakers/kitchen", do="sleep")
    gone = speakers(playing)["Kitchen speaker"]
    assert (gone["id"], gone["isListed"], gone["volume_percent"]) == (before["id"], False, None)
    assert gone["lastSeen"] is not None


@pytest.mark.slow
def test_a_speaker_is_tested(playing: Playing) -> None:
    """It plays some seconds and is silent again; the content is the room's if nobody says otherwise."""
    device_id = speakers(playing)["Bathroom speaker"]["id"]
    way_in = playing.people.a.owner.token(Scope.CONTROL)
    answered: list[Any] = []

    def test() -> None:
        answered.append(playing.people.ask("POST", "/spotify/test", way_in, {"deviceId": device_id}))

    first = threading.Thread(target=test)
    first.start()
    while not (heard := playing.heard_on()) and first.is_alive():
        pass
    second = playing.people.ask("POST", "/spotify/test", way_in, {"deviceId": device_id})
    first.join()
    assert heard == "bathroom"
    assert second.status == 409
    assert answered[0].status == 200
    said = answered[0].json()
    assert (said["playing"], said["deviceId"]) == (True, device_id)
    assert said["message"] == "Bathroom speaker plays."
    assert playing.heard_on() is None


def test_music_that_plays_is_not_disturbed(playing: Playing) -> None:
    """The test says why it was not made."""
    device_id = speakers(playing)["Bathroom speaker"]["id"]
    playing.spotify.post(
        f"accounts/{OWNER}/act", do="play", speaker="iphone", context_uri=playlist_uri("evening")
    )
    body = {"deviceId": device_id, "content": playlist_uri("kitchen")}
    said = playing.people.ask("POST", "/spotify/test", playing.people.a.owner.cookie, body).json()
    assert (said["playing"], said["reason"], said["fix"]) == (False, "own_music", "play_here")
    assert said["message"].startswith("Bathroom speaker: ")
    assert playing.heard_on() == "iphone"


def test_a_test_that_cannot_be(playing: Playing) -> None:
    """Speakers that are not there are not found; everything else is refused with the field."""
    wrong: list[tuple[Any, str]] = [
        ({"deviceId": ""}, "deviceId"),
        ({"deviceId": 5}, "deviceId"),
        ({"deviceId": "x" * 300}, "deviceId"),
        ({"deviceId": "a\x00b"}, "deviceId"),
        (b'{"deviceId": "\\ud800"}', "deviceId"),
        ({}, "deviceId"),
        ({"deviceId": "x", "volume": 100}, "volume"),
        ({"deviceId": "x", "content": 1}, "content"),
    ]
    way_in = playing.people.a.owner.cookie
    for body, field in wrong:
        reply = playing.people.ask("POST", "/spotify/test", way_in, body)
        assert (reply.status, reply.json()["fields"][0]["field"]) == (422, field), reply
    assert playing.people.ask("POST", "/spotify/test", way_in, {"deviceId": "nobody's"}).status == 404


def test_something_has_to_play(playing: Playing) -> None:
    """A link that is none, or no room with anything to play: the field is named."""
    people, device_id = playing.people, speakers(playing)["Bathroom speaker"]["id"]
    for body in ({"deviceId": device_id, "content": "https://example.com/"}, {"deviceId": device_id}):
        people.house.core.sensors.change_room(people.a.room.id, content=None)
        reply = people.ask("POST", "/spotify/test", people.a.owner.cookie, body)
        assert (reply.status, reply.json()["fields"][0]["field"]) == (422, "content")


def test_who_is_not_connected_is_told_so(people: People) -> None:
    """With the reason and what mends it."""
    for method, path, body in (
        ("GET", "/spotify/devices", None),
        ("POST", "/spotify/test", {"deviceId": "x", "content": playlist_uri("morning")}),
    ):
        reply = people.ask(method, path, people.a.member.cookie, body)
        assert reply.status == 403
        assert (reply.json()["reason"], reply.json()["fix"]) == ("not_connected", "connect")


def test_what_spotify_asks_is_passed_on(playing: Playing) -> None:
    """Too many calls: 429 and how long to wait; out of reach: 503."""
    playing.spotify.post("faults", name="rate_limited", path="/v1/me/player/devices", retry_after=600)
    reply = playing.people.ask("GET", "/spotify/devices", playing.people.a.owner.cookie)
    assert (reply.status, reply.json()["error"]) == (429, "TooManyRequests")
    assert 500 < int(reply.headers["retry-after"]) <= 600
