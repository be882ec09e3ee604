"""Sensors, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from api.people import People
from spottypottysense.access.model import Act
from spottypottysense.playback.model import KnownSpeaker
from spottypottysense.runtimes.appliance.sqlite.playback import SqliteKnownSpeakers
from spottypottysense.sensors.model import Speaker, Status

MOTION = b'{"event": "motion_detected"}'


def sensor_of(people: People, sensor_id: str = "pir-a") -> dict[str, Any]:
    """Return a sensor as a member of household `a` sees it."""
    found: dict[str, Any] = people.ask("GET", f"/sensors/{sensor_id}", people.a.member.cookie).json()[
        "sensor"
    ]
    return found


def changed(people: People, sensor_id: str = "pir-a", **change: Any) -> dict[str, Any]:
    """Change a sensor as its owner, and return it."""
    reply = people.ask("PUT", f"/sensors/{sensor_id}", people.a.owner.cookie, change)
    assert reply.status == 200, reply
    found: dict[str, Any] = reply.json()["sensor"]
    return found


def test_a_sensor_as_the_reference_has_it(people: People) -> None:
    """With the values of its room; null leaves one to the household."""
    sensor = sensor_of(people)
    assert sensor.pop("createdAt") == sensor.pop("updatedAt")
    assert sensor.pop("lastMotionTime").endswith("Z")
    assert sensor == {
        "sensorId": "pir-a",
        "userId": people.a.owner.user.id,
        "roomId": people.a.room.id,
        "location": "Bath a",
        "name": "",
        "kind": "pulse",
        "spotifyDeviceId": None,
        "playlistUri": None,
        "enabled": True,
        "status": "active",
        "preferences": {
            "timeoutMinutes": None,
            "motionGapMinutes": None,
            "quietHoursStart": None,
            "quietHoursEnd": None,
        },
        "metadata": {"deviceType": "motion_sensor"},
        "thingName": "pir-a",
        "certificateId": people.a.sensor.certificate_id,
    }


def test_a_new_sensor(people: People) -> None:
    """201; its room is made with what was said, and nobody has heard of it yet."""
    owner = people.a.owner
    body = {
        "sensorId": "hall_1",
        "location": "Hall",
        "name": "By the door",
        "kind": "level",
        "userId": owner.user.id,
        "playlistUri": "https://open.spotify.com/album/1",
        "preferences": {"timeoutMinutes": 9, "quietHoursStart": "22:00", "quietHoursEnd": "06:30"},
    }
    reply = people.ask("POST", "/sensors", owner.cookie, body)
    sensor = reply.json()["sensor"]
    assert (reply.status, sensor["status"], sensor["lastMotionTime"]) == (201, "registered", None)
    assert "hall_1 is registered" in reply.json()["message"]
    assert {name: sensor[name] for name in body if name not in ("playlistUri", "preferences")} == {
        name: value for name, value in body.items() if name not in ("playlistUri", "preferences")
    }
    assert sensor["playlistUri"] == "spotify:album:1"
    assert sensor["preferences"] == {**body["preferences"], "motionGapMinutes": None}  # type: ignore[dict-item]
    assert sensor["certificateId"]
    assert sensor == sensor_of(people, "hall_1")
    assert people.ask("POST", "/sensors", owner.cookie, body).status == 409
    entry = people.house.core.access.audit.entries(people.a.household_id, limit=1)[0]
    assert (entry.act, entry.subject) == (Act.ADDED, "sensor hall_1")


def test_a_new_sensor_joins_a_room(people: People) -> None:
    """The room has two sensors then; what else is said changes it; it may begin switched off."""
    body = {"sensorId": "s2", "location": "Bath a", "enabled": False, "preferences": {"timeoutMinutes": 1}}
    sensor = people.ask("POST", "/sensors", people.a.owner.cookie, body).json()["sensor"]
    assert (sensor["roomId"], sensor["enabled"]) == (people.a.room.id, False)
    assert sensor_of(people)["preferences"]["timeoutMinutes"] == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"sensorId": "Bath!"}, "sensorId"),
        ({"sensorId": ""}, "sensorId"),
        ({"sensorId": "x" * 65}, "sensorId"),
        ({"sensorId": "a/b"}, "sensorId"),
        ({"location": ""}, "location"),
        ({"location": " "}, "location"),
        ({"location": "x" * 101}, "location"),
        ({"name": "x" * 101}, "name"),
        ({"kind": "laser"}, "kind"),
        ({"userId": "user-nobody"}, "userId"),
        ({"spotifyDeviceId": "nobody-knows"}, "spotifyDeviceId"),
        ({"playlistUri": "spotify:track:1"}, "playlistUri"),
        ({"preferences": {"timeoutMinutes": 0}}, "preferences.timeoutMinutes"),
        ({"preferences": {"motionGapMinutes": 61}}, "preferences.motionGapMinutes"),
        ({"preferences": {"quietHoursStart": "22:00"}}, "preferences.quietHoursStart"),
        ({"preferences": {"quietHoursEnd": "24:00"}}, "preferences.quietHoursEnd"),
        ({"status": "active"}, "status"),
    ],
)
def test_what_cannot_be(people: People, wrong: dict[str, Any], field: str) -> None:
    """422 names the field as the caller wrote it; no room and no certificate is left behind."""
    body = {"sensorId": "s2", "location": "Hall"} | wrong
    before = people.ask("GET", "/rooms", people.a.owner.cookie).body
    reply = people.ask("POST", "/sensors", people.a.owner.cookie, body)
    assert (reply.status, reply.json()["fields"][0]["field"]) == (422, field)
    assert people.ask("GET", "/rooms", people.a.owner.cookie).body == before
    if "sensorId" not in wrong:
        unchanged = sensor_of(people)
        reply = people.ask("PUT", "/sensors/pir-a", people.a.owner.cookie, wrong)
        assert (reply.status, reply.json()["fields"][0]["field"]) == (422, field)
        assert sensor_of(people) == unchanged


def test_values_of_the_room(people: People) -> None:
    """What is named reaches the room; what is not stays; null leaves it to the household."""
    owner = people.a.owner.user.id
    speakers = SqliteKnownSpeakers(people.house.database)
    speakers.keep(KnownSpeaker(owner, "Bath", "Speaker", "abc", people.house.clock.now()))
    assert changed(people, spotifyDeviceId="abc")["spotifyDeviceId"] == "abc"
    changed(people, preferences={"timeoutMinutes": 3, "quietHoursStart": "22:00", "quietHoursEnd": "06:00"})
    changed(people, preferences={"quietHoursEnd": "07:00"}, name="Door", enabled=False)
    sensor = sensor_of(people)
    assert sensor["preferences"] == {
        "timeoutMinutes": 3,
        "motionGapMinutes": None,
        "quietHoursStart": "22:00",
        "quietHoursEnd": "07:00",
    }
    assert (sensor["name"], sensor["enabled"], sensor["spotifyDeviceId"]) == ("Door", False, "abc")
    room = people.house.core.sensors.room(people.a.room.id)
    assert (room.timeout, room.speaker) == (timedelta(minutes=3), Speaker("Bath", "Speaker", "abc"))
    assert changed(people, spotifyDeviceId="abc")["spotifyDeviceId"] == "abc"
    gone = {"timeoutMinutes": None, "quietHoursStart": None, "quietHoursEnd": None}
    sensor = changed(people, preferences=gone, spotifyDeviceId=None, userId=None)
    assert (set(sensor["preferences"].values()), sensor["spotifyDeviceId"], sensor["userId"]) == (
        {None},
        None,
        None,
    )


def test_a_sensor_moves(people: People) -> None:
    """Alone, it names its room; it joins a room of that name; from a shared room it goes to a new one."""
    assert changed(people, location="Bad")["roomId"] == people.a.room.id
    hall = people.house.core.sensors.add_room(people.a.household_id, "Hall")
    moved = changed(people, location="Hall", preferences={"timeoutMinutes": 2})
    assert (moved["roomId"], moved["preferences"]["timeoutMinutes"]) == (hall.id, 2)
    people.house.core.sensors.add_sensor(people.a.household_id, "s2", "Hall")
    alone = changed(people, location="Attic", userId=people.a.member.user.id)
    assert alone["roomId"] not in (hall.id, people.a.room.id)
    assert (alone["location"], alone["userId"]) == ("Attic", people.a.member.user.id)
    assert sensor_of(people, "s2")["location"] == "Hall"
    assert people.house.core.sensors.room(hall.id).account is None


def test_what_a_sensor_is_up_to(people: People) -> None:
    """It is active while it keeps its room occupied, in error when it says so, until it moves again."""
    core, clock = people.house.core, people.house.clock
    core.sensors.add_sensor(people.a.household_id, "s2", "Hall")
    states = [sensor_of(people, "s2")["status"]]
    for said in ("online", "offline", "error", "low_battery", "error"):
        core.sensors.note_status(Status("s2", said, clock.now(), 40))
        states.append(sensor_of(people, "s2")["status"])
    core.presence.take_in("sensors/s2/motion", MOTION, clock.now())
    states.append(sensor_of(people, "s2")["status"])
    assert states == ["registered", "idle", "error", "error", "idle", "error", "active"]
    metadata = sensor_of(people, "s2")["metadata"]
    assert metadata.pop("lastStatusTime").endswith("Z")
    assert metadata == {
        "deviceType": "motion_sensor",
        "batteryPowered": True,
        "batteryLevel": 40,
        "lastStatus": "error",
    }


def test_an_etag_outlives_motion_but_no_change(people: People) -> None:
    """Whoever edits while somebody walks by loses nothing; whoever edits what was changed is told."""
    owner, path = people.a.owner.cookie, "/sensors/pir-a"
    known = people.ask("GET", path, owner).headers["etag"]
    assert people.ask("GET", path, owner, headers={"If-None-Match": known}).status == 304
    people.house.core.sensors.note_status(Status("pir-a", "online", people.house.clock.now()))
    assert people.ask("GET", path, owner, headers={"If-None-Match": known}).status == 200
    first = people.ask("PUT", path, owner, {"name": "One"}, {"If-Match": known})
    assert first.status == 200
    assert people.ask("PUT", path, owner, {"name": "Two"}, {"If-Match": known}).status == 412
    assert people.ask("PUT", path, owner, {"name": "Two"}, {"If-Match": first.headers["etag"]}).status == 200
    assert people.ask("PUT", path, owner, {"name": "Three"}, {"If-Match": "*"}).status == 200


def test_a_sensor_is_removed_softly(people: People) -> None:
    """It stays in the list, switched off, and its certificate is shut out; twice is as good as once."""
    broker = people.house.broker
    assert broker is not None
    admitted = people.house.settings.data / "pki" / "admitted" / f"{people.a.sensor.certificate_id}.pem"
    assert admitted.exists()
    assert people.ask("DELETE", "/sensors/pir-a", people.a.member.cookie).status == 403
    assert people.ask("DELETE", "/sensors/pir-a", people.b.owner.cookie).status == 404
    for _ in range(2):
        reply = people.ask("DELETE", "/sensors/pir-a", people.a.owner.cookie)
        assert (reply.status, reply.json()["sensor"]["enabled"]) == (200, False)
        assert reply.json()["sensor"]["certificateId"] is None
    assert not admitted.exists()
    listed = people.ask("GET", "/sensors", people.a.owner.cookie).json()["sensors"]
    assert [sensor["sensorId"] for sensor in listed] == ["pir-a"]


def test_sensors_in_pages(people: People) -> None:
    """Each sensor once, by id; what is added or removed meanwhile shifts nothing."""
    for number in range(4):
        people.house.core.sensors.add_sensor(people.a.household_id, f"s{number}", "Hall")
    first = people.ask("GET", "/sensors?limit=2", people.a.owner.cookie).json()
    assert [sensor["sensorId"] for sensor in first["sensors"]] == ["pir-a", "s0"]
    people.house.core.sensors.add_sensor(people.a.household_id, "a0", "Hall")
    rest = people.ask("GET", f"/sensors?nextToken={first['nextToken']}", people.a.owner.cookie).json()
    assert [sensor["sensorId"] for sensor in rest["sensors"]] == ["s1", "s2", "s3"]
    assert (first["count"], rest["count"]) == (2, 3)
    forged = first["nextToken"][:-2] + "AA"
    assert people.ask("GET", f"/sensors?nextToken={forged}", people.a.owner.cookie).status == 422
