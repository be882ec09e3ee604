"""The house as it is now, over the API."""

from datetime import timedelta
from typing import Any

from api.people import People
from spottypottysense.accounts.model import Mode
from spottypottysense.sensors.model import Status

HOUR = timedelta(hours=1)


def state(people: People) -> dict[str, Any]:
    """Return the state of household a as its member sees it."""
    reply = people.ask("GET", "/state", people.a.member.cookie)
    assert reply.status == 200, reply
    value: dict[str, Any] = reply.json()
    return value


def test_a_room_that_somebody_is_in(people: People) -> None:
    """Since when, until when, why it is silent and what mends that."""
    (room,) = state(people)["rooms"]
    assert (room["roomId"], room["name"], room["occupied"]) == (people.a.room.id, people.a.room.name, True)
    assert (room["music"], room["reason"], room["fix"]) == ("silent", "no_speaker", "choose_speaker")
    assert room["sentence"] == "This room has no speaker: choose one for it."
    assert room["sessionId"] == people.a.session.id
    assert room["since"] < room["endsAt"]
    assert room["lastMotionAt"] == room["since"]
    (sensor,) = room["sensors"]
    assert (sensor["sensorId"], sensor["enabled"], sensor["status"]) == (people.a.sensor.id, True, None)


def test_an_empty_room_in_a_house_that_is_away(people: People) -> None:
    """Nobody is here, and what would keep it silent is said for room and house."""
    core, home = people.house.core, people.a.household_id
    kitchen = core.sensors.add_room(home, "Kitchen")
    core.by_hand.switch(home, Mode.AWAY)
    now = state(people)
    empty = next(room for room in now["rooms"] if room["roomId"] == kitchen.id)
    assert (empty["occupied"], empty["since"], empty["endsAt"]) == (False, None, None)
    assert (empty["reason"], empty["fix"]) == ("away", "come_home")
    assert (now["household"]["mode"], now["household"]["reason"]) == ("away", "away")


def test_a_snoozed_room(people: People) -> None:
    """Until when, and no longer than that."""
    core, home = people.house.core, people.a.household_id
    kitchen = core.sensors.add_room(home, "Kitchen")
    until = core.by_hand.snooze(home, HOUR, kitchen.id)
    assert until is not None
    empty = next(room for room in state(people)["rooms"] if room["roomId"] == kitchen.id)
    assert (empty["reason"], empty["snoozedUntil"]) == ("snoozed", f"{until:%Y-%m-%dT%H:%M:%SZ}")
    core.sensors.change_room(kitchen.id, snoozed_until=people.house.clock.now() - HOUR)
    empty = next(room for room in state(people)["rooms"] if room["roomId"] == kitchen.id)
    assert (empty["reason"], empty["snoozedUntil"]) == (None, None)


def test_what_a_sensor_says_of_itself(people: People) -> None:
    """Its health and battery, as it last said."""
    now = people.house.clock.now()
    people.house.core.sensors.note_status(Status(people.a.sensor.id, "low_battery", now, 7))
    (sensor,) = state(people)["rooms"][0]["sensors"]
    assert (sensor["status"], sensor["battery"]) == ("low_battery", 7)


def test_nothing_has_changed(people: People) -> None:
    """304 with no body until somebody moves."""
    way_in = people.a.owner.cookie
    tag = people.ask("GET", "/state", way_in).headers["etag"]
    same = people.ask("GET", "/state", way_in, headers={"If-None-Match": tag})
    assert (same.status, same.body) == (304, b"")
    people.house.core.by_hand.switch(people.a.household_id, Mode.GUESTS)
    assert people.ask("GET", "/state", way_in, headers={"If-None-Match": tag}).status == 200
