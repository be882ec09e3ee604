"""Rooms and their sensors."""

from dataclasses import replace
from datetime import UTC, time, timedelta

import pytest

from memory.home import NOON, PretendProvisioner
from memory.house import MemoryAccounts, MemoryRooms, MemorySensors
from spottypottysense.accounts.model import User
from spottypottysense.accounts.use_cases import Accounts
from spottypottysense.clock import ManualClock
from spottypottysense.errors import Conflict, Invalid, NotFound
from spottypottysense.sensors.model import DayPart, Programme, Room, SensorKind, Speaker, Status
from spottypottysense.sensors.policy import checked_room, content_uri
from spottypottysense.sensors.use_cases import Sensors

BATH = Room("bath", "home", "Bath")
MORNING = Programme(DayPart.MORNING, time(6), "spotify:album:1", 0)
NIGHT = Programme(DayPart.NIGHT, time(22), ceiling=100)
LINK = "https://open.spotify.com/playlist/37i9dQ?si=abc"
URI = "spotify:playlist:37i9dQ"


@pytest.fixture
def provisioner() -> PretendProvisioner:
    """Certificates by number."""
    return PretendProvisioner()


@pytest.fixture
def sensors(provisioner: PretendProvisioner) -> Sensors:
    """An empty house, for Anna and Ben; Zoe lives elsewhere."""
    people = MemoryAccounts()
    for name, household in (("anna", "home"), ("ben", "home"), ("zoe", "away")):
        people.save_user(User(name, household, f"{name}@example.org"))
    clock = ManualClock(NOON)
    return Sensors(MemoryRooms(), MemorySensors(), Accounts(people, clock), provisioner, clock)


def test_sensor_makes_its_room(sensors: Sensors) -> None:
    """A new sensor gets a certificate and a room; the next one may share the room."""
    pir = sensors.add_sensor("home", "pir", "Bath")
    radar = sensors.add_sensor("home", "radar", "Bath", SensorKind.LEVEL)
    button = sensors.add_sensor("home", "button", "Bath", SensorKind.SWITCH)
    (room,) = sensors.rooms("home")
    assert (pir.room_id, radar.room_id, room.name) == (room.id, room.id, "Bath")
    assert button.room_id == room.id
    assert [s.kind for s in (pir, radar, button)] == [SensorKind.PULSE, SensorKind.LEVEL, SensorKind.SWITCH]
    assert [s.certificate_id for s in (pir, radar, button)] == [f"certificate-{n}" for n in (1, 2, 3)]
    assert sensors.sensors() == sensors.sensors("home") == (button, pir, radar)
    assert sensors.sensor("pir") == pir
    assert sensors.room(room.id) == room


@pytest.mark.parametrize(
    ("name", "error"), [("pir", Conflict), ("PIR", Invalid), ("", Invalid), ("by-hand", Invalid)]
)
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


def test_name_that_another_room_has(sensors: Sensors) -> None:
    """A room keeps its own name, and does not get another's of its household."""
    bath, _, _ = (sensors.add_room(h, n) for h, n in (("home", "Bath"), ("home", "Attic"), ("away", "Hut")))
    with pytest.raises(Conflict, match="room named 'Attic'"):
        sensors.change_room(bath.id, name="Attic")
    assert sensors.room(bath.id) == bath
    assert sensors.change_room(bath.id, name="Bath", volume=1).volume == 1
    assert sensors.change_room(bath.id, name="Hut") == sensors.room(bath.id)


def test_only_members_play(sensors: Sensors) -> None:
    """Who plays in a room, or stands in, is of its household; strangers are told by their field."""
    room = sensors.add_room("home", "Bath", account="anna", stand_ins=("ben",))
    for field, wishes in (("account", {"account": "zoe"}), ("standIns", {"stand_ins": ("ben", "zoe")})):
        with pytest.raises(Invalid, match="'zoe' is nobody of this household") as caught:
            sensors.change_room(room.id, **wishes)
        assert caught.value.field == field
        with pytest.raises(Invalid):
            sensors.add_room("home", "Attic", **wishes)
    assert sensors.rooms("home") == (room,)
    assert sensors.change_room(room.id, account=None).account is None


def test_content_is_kept_as_a_uri(sensors: Sensors) -> None:
    """A link is kept as the URI it means, by itself and in a programme; a song is refused."""
    links = {"content": LINK, "day": (replace(MORNING, content=LINK), NIGHT)}
    room = sensors.add_room("home", "Bath", **links)
    assert (room.content, [now.content for now in room.day]) == (URI, [URI, None])
    assert sensors.room(room.id) == room
    assert sensors.change_room(room.id, **links) == room
    for wishes in ({"content": "spotify:track:1"}, {"day": (replace(NIGHT, content="jazz"),)}):
        with pytest.raises(Invalid) as caught:
            sensors.change_room(room.id, **wishes)
        assert caught.value.field == "content"
    assert sensors.room(room.id) == room


def test_content_from_before_it_was_checked() -> None:
    """What a room played before forbids no change of something else, and is refused where it is new."""
    before = replace(BATH, content="liked songs")
    assert checked_room(replace(before, volume=1), before).content == "liked songs"
    with pytest.raises(Invalid):
        checked_room(before)


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


def test_a_sensor_with_wishes_for_its_room(sensors: Sensors) -> None:
    """They hold in the room that is made, and in one that is joined."""
    pir = sensors.add_sensor("home", "pir", "Bath", name="Door", wishes={"volume": 1})
    sensors.add_sensor("home", "radar", "Bath", wishes={"volume": 2})
    assert (pir.name, pir.created_at, pir.updated_at) == ("Door", NOON, NOON)
    assert sensors.room(pir.room_id).volume == 2
    with pytest.raises(Invalid):
        sensors.change_sensor("pir", name="x" * 101)


def test_settling_a_sensor(sensors: Sensors) -> None:
    """Alone in its room it names it; it joins a room; it leaves a shared one for a new one."""
    pir = sensors.add_sensor("home", "pir", "Bath")
    assert sensors.settle_sensor("pir", "Bad", {"volume": 1}).room_id == pir.room_id
    assert (sensors.room(pir.room_id).name, sensors.room(pir.room_id).volume) == ("Bad", 1)
    assert sensors.settle_sensor("pir", "Bad", {}, enabled=False).enabled is False
    hall = sensors.add_sensor("home", "radar", "Hall")
    assert sensors.settle_sensor("pir", "Hall", {"volume": 3}).room_id == hall.room_id
    attic = sensors.settle_sensor("pir", "Attic", {"volume": 4}).room_id
    assert attic not in (hall.room_id, pir.room_id)
    assert [(room.name, room.volume) for room in sensors.rooms("home")] == [
        ("Attic", 4),
        ("Bad", 1),
        ("Hall", 3),
    ]
    for refused in ({"room_name": " ", "wishes": {}}, {"room_name": "Bad", "wishes": {"volume": 101}}):
        with pytest.raises(Invalid):
            sensors.settle_sensor("pir", **refused)  # type: ignore[arg-type]
    assert sensors.sensor("pir").room_id == attic


def test_retiring_a_sensor(sensors: Sensors, provisioner: PretendProvisioner) -> None:
    """It is switched off and its certificate shut out, even if that was half done before."""
    sensors.add_sensor("home", "pir", "Bath")
    provisioner.revoked.append("certificate-1")
    retired = sensors.retire_sensor("pir")
    assert (retired.enabled, retired.certificate_id) == (False, None)
    assert sensors.retire_sensor("pir") == sensors.sensor("pir")
    sensors.add_sensor("home", "radar", "Bath")
    sensors.retire_sensor("radar")
    assert provisioner.revoked == ["certificate-1", "certificate-2"]


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
        (replace(BATH, content="jazz"), "content"),
        (replace(BATH, snoozed_until=NOON.replace(tzinfo=None)), "snoozedUntil"),
        (replace(BATH, stand_ins=("ben", "ben")), "standIns"),
        (replace(BATH, account="anna", stand_ins=("ben", "anna")), "standIns"),
        (replace(BATH, day=(NIGHT, replace(NIGHT, part=DayPart.MORNING))), "day"),
        (replace(BATH, day=(NIGHT, replace(NIGHT, starts=time(21)))), "day"),
        (replace(BATH, day=(replace(NIGHT, starts=time(22, tzinfo=UTC)),)), "day"),
        (replace(BATH, day=(replace(NIGHT, ceiling=101),)), "day"),
        (replace(BATH, day=(MORNING, replace(NIGHT, ceiling=-1))), "day"),
        (replace(BATH, day=(replace(NIGHT, content="jazz"),)), "content"),
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
    full = replace(
        BATH, account="anna", stand_ins=("ben",), day=(MORNING, NIGHT), content=URI, snoozed_until=NOON
    )
    assert checked_room(full) == full


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
