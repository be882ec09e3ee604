"""Rooms and their sensors."""

from dataclasses import replace
from datetime import timedelta

import pytest

from memory.home import NOON, PretendProvisioner
from memory.house import MemoryRooms, MemorySensors
from spottypottysense.errors import Conflict, Invalid, NotFound
from spottypottysense.sensors.model import Room, SensorKind, Speaker, Status
from spottypottysense.sensors.policy import checked_room, content_uri
from spottypottysense.sensors.use_cases import Sensors

BATH = Room("bath", "home", "Bath")


@pytest.fixture
def provisioner() -> PretendProvisioner:
    """Certificates by number."""
    return PretendProvisioner()


@pytest.fixture
def sensors(provisioner: PretendProvisioner) -> Sensors:
    """An empty house."""
    return Sensors(MemoryRooms(), MemorySensors(), provisioner)


def test_sensor_makes_its_room(sensors: Sensors) -> None:
    """A new sensor gets a certificate and a room; the next one may share the room."""
    pir = sensors.add_sensor("home", "pir", "Bath")
    radar = sensors.add_sensor("home", "radar", "Bath", SensorKind.LEVEL)
    (room,) = sensors.rooms("home")
    assert (pir.room_id, radar.room_id, room.name) == (room.id, room.id, "Bath")
    assert (pir.kind, radar.kind) == (SensorKind.PULSE, SensorKind.LEVEL)
    assert (pir.certificate_id, radar.certificate_id) == ("certificate-1", "certificate-2")
    assert sensors.sensors() == sensors.sensors("home") == (pir, radar)
    assert sensors.sensor("pir") == pir
    assert sensors.room(room.id) == room


@pytest.mark.parametrize(("name", "error"), [("pir", Conflict), ("PIR", Invalid), ("", Invalid)])
def test_sensor_that_cannot_be_added(
    sensors: Sensors, provisioner: PretendProvisioner, name: str, error: type[Exception]
) -> None:
    """A name that is taken or impossible gets neither room nor certificate."""
    sensors.add_sensor("home", "pir", "Bath")
    with pytest.raises(error):
        sensors.add_sensor("away", name, "Attic")
    assert provisioner.admitted == ["pir"]
    assert sensors.rooms("away") == ()


def test_rooms_have_names_of_their_own(sensors: Sensors) -> None:
    """A name is taken once in a household, and free in another."""
    bath = sensors.add_room("home", "Bath", volume=30)
    assert bath.volume == 30
    with pytest.raises(Conflict):
        sensors.add_room("home", "Bath")
    sensors.add_room("away", "Bath")


def test_changing_room_and_sensor(sensors: Sensors) -> None:
    """What is changed is kept; what cannot be is refused and not kept."""
    pir = sensors.add_sensor("home", "pir", "Bath")
    room = sensors.change_room(pir.room_id, speaker=Speaker("Bath"))
    assert sensors.room(pir.room_id) == room
    with pytest.raises(Invalid):
        sensors.change_room(pir.room_id, volume=101)
    assert sensors.room(pir.room_id) == room
    assert sensors.change_sensor("pir", enabled=False) == sensors.sensor("pir") == replace(pir, enabled=False)
    with pytest.raises(NotFound):
        sensors.change_room("nowhere", volume=1)
    with pytest.raises(NotFound):
        sensors.change_sensor("ghost", enabled=True)


def test_status_of_a_sensor(sensors: Sensors) -> None:
    """What a registered sensor last said of itself is kept; a stranger's word is not."""
    sensors.add_sensor("home", "pir", "Bath")
    sensors.note_status(Status("pir", "offline", NOON))
    sensors.note_status(Status("pir", "online", NOON, 80))
    assert sensors.statuses("home") == (Status("pir", "online", NOON, 80),)
    with pytest.raises(NotFound):
        sensors.note_status(Status("ghost", "online", NOON))


@pytest.mark.parametrize(
    ("room", "field"),
    [
        (replace(BATH, name=" "), "name"),
        (replace(BATH, name="x" * 101), "name"),
        (replace(BATH, volume=-1), "volume"),
        (replace(BATH, timeout=timedelta(0)), "timeout"),
        (replace(BATH, timeout=timedelta(hours=5)), "timeout"),
        (replace(BATH, motion_gap=timedelta(seconds=-1)), "motionGap"),
        (replace(BATH, speaker=Speaker(" ")), "speaker"),
    ],
)
def test_room_that_cannot_be(room: Room, field: str) -> None:
    """Each wrong value is told by its field."""
    with pytest.raises(Invalid) as caught:
        checked_room(room)
    assert caught.value.field == field


def test_room_that_can_be() -> None:
    """The edges of every range are inside."""
    for volume, timeout, gap in (
        (0, timedelta(seconds=1), timedelta(0)),
        (100, timedelta(hours=4), timedelta(hours=1)),
    ):
        room = replace(BATH, volume=volume, timeout=timeout, motion_gap=gap, speaker=Speaker("Bath"))
        assert checked_room(room) == room


@pytest.mark.parametrize(
    "text",
    [
        "spotify:playlist:37i9dQ",
        "https://open.spotify.com/playlist/37i9dQ",
        "https://open.spotify.com/playlist/37i9dQ?si=abc",
        "https://open.spotify.com/intl-de/playlist/37i9dQ",
    ],
)
def test_content(text: str) -> None:
    """A link and a URI name the same thing."""
    assert content_uri(text) == "spotify:playlist:37i9dQ"


@pytest.mark.parametrize(
    "text",
    ["", "37i9dQ", "spotify:track:1", "spotify:playlist:", "spotify:playlist:a-b", "http://open.spotify.com/album/1",
     "https://evil.example/playlist/1", "spotify:album:1\n"],
)  # fmt: skip
def test_content_that_cannot_be_played(text: str) -> None:
    """A track, a bare id and a foreign link are refused."""
    with pytest.raises(Invalid) as caught:
        content_uri(text)
    assert caught.value.field == "content"
