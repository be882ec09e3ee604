"""What every `RoomStore` and `SensorStore` keeps its word on."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from spottypottysense.core import Stores
from spottypottysense.errors import Conflict, NotFound
from spottypottysense.sensors.model import (
    Beginning,
    DayPart,
    Ending,
    Programme,
    Room,
    Sensor,
    SensorKind,
    Speaker,
    Status,
)

NOW = datetime(2026, 3, 1, 12, 0, 0, 7, tzinfo=UTC)
FULL = Room(
    id="bath",
    household_id="home",
    name="Bad 🛁",
    account="anna",
    speaker=Speaker("Küche", "Speaker", "5fbb3ba6aa454b5534c4ba43a8c7e8e45a63ad0e"),
    content="spotify:playlist:37i9dQZF1DX4WYpdgoIcn6",
    volume=0,
    shuffle=False,
    timeout=timedelta(minutes=3),
    motion_gap=timedelta(0),
    quiet_hours=(time(22), time(6, 30)),
    stand_ins=("ben", "Äöü"),
    day=(
        Programme(DayPart.MORNING, time(6, 30, 0, 1), "spotify:album:1", 0),
        Programme(DayPart.DAY, time(9), "spotify:artist:2"),
        Programme(DayPart.EVENING, time(18), ceiling=100),
        Programme(DayPart.NIGHT, time(0)),
    ),
    beginning=Beginning.RESUME,
    ending=Ending.FINISH_SONG,
    fades_in=True,
    follows=False,
    snoozed_until=NOW,
)


@pytest.mark.parametrize(
    "room",
    [
        FULL,
        replace(FULL, speaker=Speaker("Küche"), volume=100, shuffle=True),
        replace(FULL, beginning=Beginning.TOP, ending=Ending.FADE, stand_ins=("ben",), day=FULL.day[:1]),
        Room("bath", "home", "Bath"),
    ],
)
def test_room_comes_back_whole(house: Stores, room: Room) -> None:
    """Every field of a room survives storage, and saving again replaces it."""
    house.rooms.save_room(room)
    assert house.rooms.room("bath") == room


def test_unknown_room(stores: Stores) -> None:
    """A room that was never saved is not found."""
    with pytest.raises(NotFound, match="room 'cellar'"):
        stores.rooms.room("cellar")


def test_rooms_by_name(house: Stores) -> None:
    """The rooms of one household are listed by name, and nobody else's."""
    house.rooms.save_room(Room("r1", "home", "Attic"))
    house.rooms.save_room(Room("r2", "away", "Hut"))
    assert [room.name for room in house.rooms.rooms("home")] == ["Attic", "Bath", "Kitchen"]
    assert house.rooms.rooms("nowhere") == ()


@pytest.mark.parametrize(
    "sensor",
    [
        Sensor("pir", "home", "bath", SensorKind.LEVEL, enabled=False, certificate_id="c0ffee"),
        Sensor("pir", "home", "kitchen"),
        Sensor("pir", "home", "bath", SensorKind.SWITCH),
        Sensor("pir", "home", "bath", name="Über der Tür", created_at=NOW, updated_at=NOW),
    ],
)
def test_sensor_comes_back_whole(house: Stores, sensor: Sensor) -> None:
    """Every field of a sensor survives storage, and saving again replaces it."""
    house.sensors.save_sensor(Sensor("pir", "home", "bath"))
    house.sensors.save_sensor(sensor)
    assert house.sensors.sensor("pir") == sensor


def test_unknown_sensor(stores: Stores) -> None:
    """A sensor that was never saved is not found."""
    with pytest.raises(NotFound, match="sensor 'ghost'"):
        stores.sensors.sensor("ghost")


def test_sensors_by_id(house: Stores) -> None:
    """Sensors are listed by id, of one household or of all."""
    house.rooms.save_room(Room("hut", "away", "Hut"))
    for sensor in (Sensor("z", "home", "bath"), Sensor("a", "home", "bath"), Sensor("m", "away", "hut")):
        house.sensors.save_sensor(sensor)
    assert [sensor.id for sensor in house.sensors.sensors("home")] == ["a", "z"]
    assert [sensor.id for sensor in house.sensors.sensors()] == ["a", "m", "z"]


def test_last_status_counts(house: Stores) -> None:
    """The last word of each sensor of the household is kept, with all its fields."""
    for name in ("b", "a", "silent"):
        house.sensors.save_sensor(Sensor(name, "home", "bath"))
    house.sensors.note_status(Status("b", "online", NOW, 90))
    house.sensors.note_status(Status("b", "low_battery", NOW, 9))
    house.sensors.note_status(Status("a", "offline", NOW))
    assert house.sensors.statuses("home") == (
        Status("a", "offline", NOW),
        Status("b", "low_battery", NOW, 9),
    )
    assert house.sensors.statuses("away") == ()


def test_status_outlives_a_change_of_the_sensor(house: Stores) -> None:
    """Saving a sensor again keeps what it said."""
    house.sensors.save_sensor(Sensor("pir", "home", "bath"))
    house.sensors.note_status(Status("pir", "online", NOW))
    house.sensors.save_sensor(Sensor("pir", "home", "bath", enabled=False))
    assert house.sensors.statuses("home") == (Status("pir", "online", NOW),)


def test_status_of_a_stranger_is_refused(house: Stores) -> None:
    """What an unregistered sensor says of itself is not kept."""
    with pytest.raises(Conflict):
        house.sensors.note_status(Status("ghost", "online", NOW))
