"""Music by hand over HTTP: what was decided is answered at once, what came of it is found where it says."""

from datetime import timedelta
from typing import Any

from api.people import Home, People
from api.playing import Playing
from spottypottysense.access.model import Scope

PATIENCE = timedelta(seconds=20)


def in_the_end(playing: Playing, commanded: Any) -> dict[str, Any]:
    """Wait for the music, and return the decision where the command said that its outcome would be."""
    assert playing.people.house.lanes.finish(PATIENCE)
    rows = playing.people.ask("GET", commanded["outcomeAt"], playing.people.a.member.cookie).json()[
        "decisions"
    ]
    (row,) = (each for each in rows if each["decisionId"] == commanded["decision"]["decisionId"])
    assert isinstance(row, dict)
    return row


def test_a_room_plays_and_stops(playing: Playing) -> None:
    """The decision is answered at once; its outcome follows at the address that was given."""
    people, room = playing.people, playing.people.a.room.id
    reply = people.ask("POST", f"/rooms/{room}/play", people.a.member.cookie)
    started = reply.json()
    assert reply.status == 200
    assert started["decision"]["reason"] == "by_hand"
    assert started["decision"]["sentence"] == "Somebody asked for it by hand."
    assert started["sessionId"] == people.a.session.id
    row = in_the_end(playing, started)
    assert (row["outcome"], row["outcomeSentence"]) == ("started", "The music started.")
    assert playing.heard_on() == "bathroom"
    stopped = people.ask("POST", f"/rooms/{room}/stop", people.a.member.cookie).json()
    assert in_the_end(playing, stopped)["outcome"] == "paused"
    assert playing.heard_on() is None


def test_somebodys_own_music_is_taken_over_on_demand_only(playing: Playing) -> None:
    """Without `takesOver` it is left alone, and the row says how to have it otherwise."""
    people, room = playing.people, playing.people.a.room
    playing.spotify.post(
        "accounts/alex/act",
        do="play",
        speaker="iphone",
        context_uri=people.house.core.sensors.room(room.id).content,
    )
    path = f"/rooms/{room.id}/play"
    row = in_the_end(playing, people.ask("POST", path, people.a.owner.cookie, {}).json())
    assert (row["outcome"], row["fix"]) == ("own_music", "play_here")
    row = in_the_end(playing, people.ask("POST", path, people.a.owner.cookie, {"takesOver": True}).json())
    assert row["outcome"] == "started"
    assert playing.heard_on() == "bathroom"


def test_what_a_room_lacks_is_said_at_once(people: People) -> None:
    """A room without speaker: no session, the reason and what mends it."""
    reply = people.ask("POST", f"/rooms/{people.a.room.id}/play", people.a.owner.token(Scope.CONTROL))
    answered = reply.json()
    assert reply.status == 200
    assert answered["decision"]["action"] == "ignore"
    assert answered["decision"]["fix"] == "choose_speaker"
    assert answered["sessionId"] is None


def test_a_snooze_of_a_room_and_of_the_house(people: People) -> None:
    """It is answered until when; ending that of the house ends the room's as well."""
    way_in, room = people.a.member.cookie, people.a.room.id
    reply = people.ask("POST", "/snooze", way_in, {"minutes": 5, "roomId": room})
    assert reply.status == 200
    assert reply.json()["snoozedUntil"].endswith("Z")
    assert people.house.core.sensors.room(room).snoozed_until is not None
    assert people.ask("GET", "/mode", way_in).json()["silenced"] is None
    people.ask("POST", "/snooze", way_in, {"minutes": 0.5})
    assert people.ask("GET", "/mode", way_in).json()["silenced"]["fix"] == "end_snooze"
    assert people.ask("DELETE", "/snooze", way_in).json() == {"roomId": None, "snoozedUntil": None}
    assert people.house.core.sensors.room(room).snoozed_until is None
    assert people.ask("GET", "/mode", way_in).json()["snoozedUntil"] is None


def test_a_snooze_that_cannot_be(people: People) -> None:
    """It is refused with the field's name, and nothing changes."""
    wrong = [0, -1, 7 * 24 * 60 + 1, "5", None, True, 1e308, float("nan"), float("inf"), []]
    for minutes in wrong:
        for path in ("/snooze", "/everything-off"):
            reply = people.ask("POST", path, people.a.owner.cookie, {"minutes": minutes})
            assert reply.status == 422, (path, minutes, reply)
            assert reply.json()["fields"][0]["field"] == "minutes"
    assert people.house.core.accounts.household(people.a.household_id).snoozed_until is None


def test_everything_off(playing: Playing) -> None:
    """The music stops wherever it plays, and the house is snoozed for an hour if nothing else is said."""
    people = playing.people
    in_the_end(playing, people.ask("POST", f"/rooms/{people.a.room.id}/play", people.a.owner.cookie).json())
    answered = people.ask("POST", "/everything-off", people.a.member.cookie).json()
    assert answered["rooms"] == 1
    assert people.house.lanes.finish(PATIENCE)
    assert playing.heard_on() is None
    outcomes = people.ask("GET", answered["outcomeAt"], people.a.member.cookie).json()["decisions"]
    assert {row["outcome"] for row in outcomes if row["event"] == "everything_off"} == {"paused", None}
    assert people.ask("POST", "/everything-off", people.b.member.cookie, {"minutes": 5}).json()["rooms"] == 0
    until = people.house.core.accounts.household(people.b.household_id).snoozed_until
    assert until is not None
    assert until - people.house.clock.now() < timedelta(minutes=6)


def test_the_house_is_switched(people: People) -> None:
    """Away silences the house until it is switched back; a stale ETag is refused."""
    way_in = people.a.member.cookie
    before = people.ask("GET", "/mode", way_in)
    assert before.json() == {"mode": "home", "snoozedUntil": None, "silenced": None}
    tag = {"If-Match": before.headers["etag"]}
    switched = people.ask("PUT", "/mode", way_in, {"mode": "away"}, tag)
    assert switched.json()["silenced"]["reason"] == "away"
    assert people.ask("PUT", "/mode", way_in, {"mode": "home"}, tag).status == 412
    again = people.ask("GET", "/mode", way_in, headers={"If-None-Match": switched.headers["etag"]})
    assert again.status == 304
    assert people.ask("PUT", "/mode", way_in, {"mode": "home"}).json()["silenced"] is None


def test_a_mode_that_cannot_be(people: People) -> None:
    """It is refused, and the house stays as it was."""
    wrong: list[Any] = [{}, {"mode": "HOME"}, {"mode": "party"}, {"mode": 1}, {"mode": "home", "x": 1}, []]
    for body in wrong:
        assert people.ask("PUT", "/mode", people.a.owner.cookie, body).status == 422, body
    assert people.house.core.accounts.household(people.a.household_id).mode == "home"


def _foreign(home: Home) -> list[tuple[str, str, object]]:
    return [
        ("POST", f"/rooms/{home.room.id}/play", None),
        ("POST", f"/rooms/{home.room.id}/stop", None),
        ("POST", "/snooze", {"minutes": 5, "roomId": home.room.id}),
        ("DELETE", f"/snooze?roomId={home.room.id}", None),
    ]


def test_rooms_of_others_do_not_exist(people: People) -> None:
    """Neither do rooms that nobody has, whatever they are called."""
    strange = ["x" * 150, "%00", "%ed%a0%80", "..%2f", "🛁"]
    calls = _foreign(people.a) + [("POST", f"/rooms/{name}/play", None) for name in strange]
    for method, path, body in calls:
        assert people.ask(method, path, people.b.owner.cookie, body).status == 404, path
    assert people.house.core.sensors.room(people.a.room.id).snoozed_until is None


def test_looking_is_not_commanding(people: People) -> None:
    """A token that may only read commands nothing."""
    calls = [*_foreign(people.a), ("POST", "/everything-off", None), ("PUT", "/mode", {"mode": "away"})]
    for method, path, body in calls:
        assert people.ask(method, path, people.a.owner.token(Scope.READ), body).status == 403, path


def test_a_wish_that_cannot_be(people: People) -> None:
    """Another type and a field that nobody knows are refused."""
    path = f"/rooms/{people.a.room.id}/play"
    wrong: list[Any] = [
        {"takesOver": "yes"},
        {"takesOver": 1},
        {"takeOver": True},
        [],
        "play",
        5,
        b"{",
        b"\xff",
    ]
    for body in wrong:
        assert people.ask("POST", path, people.a.owner.cookie, body).status in (400, 422), body
