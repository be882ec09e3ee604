"""The house that the machine lives in, and for how long music may play in its rooms."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from spottypottysense.playback.policy.starting import programme_at
from spottypottysense.presence.model import MotionEvent
from spottypottysense.sensors.model import (
    Beginning,
    DayPart,
    Ending,
    Programme,
    Room,
    Sensor,
    SensorKind,
    Speaker,
)
from spottypottysense.simulator import speakers as simulated
from spottypottysense.simulator.catalogue import Playlist, spotify_id
from spottypottysense.simulator.speakers import Quirks
from spottypottysense.simulator.world import World

ANNA, BOB = "anna", "bob"
TICK = timedelta(seconds=2)
LEEWAY = timedelta(seconds=30)
"""A tick, a fade, and the work of other accounts, which shares one lane here."""
LONGEST_SONG = timedelta(seconds=210)
CEILING_GRACE = timedelta(seconds=30)
STUCK_AFTER = timedelta(hours=4)
MINUTE = timedelta(minutes=1)


def mix(name: str) -> str:
    """Return the context that a room plays."""
    return f"spotify:playlist:{spotify_id(name)}"


BATH = Room(
    "bath",
    "home",
    "Bath",
    ANNA,
    Speaker("Bath"),
    mix("bath"),
    volume=30,
    timeout=2 * MINUTE,
    day=(
        Programme(DayPart.DAY, time(7), ceiling=40),
        Programme(DayPart.NIGHT, time(21), mix("night"), ceiling=15),
    ),
    ending=Ending.FADE,
    fades_in=True,
)
KITCHEN = Room(
    "kitchen",
    "home",
    "Kitchen",
    ANNA,
    Speaker("Kitchen", "Speaker"),
    mix("kitchen"),
    timeout=3 * MINUTE,
    motion_gap=timedelta(0),
    beginning=Beginning.RESUME,
    ending=Ending.FINISH_SONG,
)
BEDROOM = Room(
    "bedroom",
    "home",
    "Bedroom",
    ANNA,
    Speaker("Bedroom"),
    mix("bedroom"),
    timeout=MINUTE,
    day=(Programme(DayPart.DAY, time(0), ceiling=60),),
    beginning=Beginning.TOP,
    follows=False,
    stand_ins=(BOB,),
)
STUDY = Room("study", "home", "Study", BOB, Speaker("Study"), mix("study"), volume=50, shuffle=False)
ROOMS = (BATH, KITCHEN, BEDROOM, STUDY)
SENSORS = (
    Sensor("bath-pir", "home", "bath", SensorKind.PULSE),
    Sensor("bath-radar", "home", "bath", SensorKind.LEVEL),
    Sensor("kitchen-eye", "home", "kitchen", SensorKind.LEVEL),
    Sensor("bedroom-pir", "home", "bedroom", SensorKind.PULSE),
    Sensor("study-radar", "home", "study", SensorKind.LEVEL),
)
HOUSEHOLD_TIMEOUT = 5 * MINUTE
_BY_ID = {room.id: room for room in ROOMS}


def furnish(world: World) -> World:
    """Put people, speakers and phones into the pretend Spotify; each speaker's key is its room's id."""
    now = world.now()
    for person in (ANNA, BOB):
        world.add_account(person)
    habits = {
        "bath": Quirks(unstable_id=True, sleeps_after=600, wakes_on_transfer=2, wake_volume=80),
        "kitchen": Quirks(first_play_404=True),
        "bedroom": Quirks(sleeps_after=1800),
        "study": Quirks(unstable_id=True),
    }
    for room in ROOMS:
        owners = {ANNA, BOB} if room.stand_ins else {str(room.account)}
        box = simulated.Speaker(room.id, room.name, "Speaker", 50, now, owners, quirks=habits[room.id])
        world.add_speaker(box)
    for person in (ANNA, BOB):
        phone = simulated.Speaker(f"{person}-phone", f"{person}'s phone", "Smartphone", 60, now, {person})
        phone.supports_volume, phone.quirks = False, Quirks(unstable_id=True)
        world.add_speaker(phone)
    for owner, name in ((ANNA, "bath"), (BOB, "kitchen"), (BOB, "study")):
        world.add_playlist(Playlist(spotify_id(name), name, owner))
    return world


def room_of(room_id: str) -> Room:
    """Return the room."""
    return _BY_ID[room_id]


def room_of_speaker(key: str) -> Room:
    """Return the room where the speaker stands; the house knows no other speakers."""
    return _BY_ID[key]


def ceiling_of(room: Room, moment: datetime) -> int:
    """Return the volume that music must not exceed at this time of day; the house lives in UTC."""
    programme = programme_at(room.day, moment.time())
    return 100 if programme is None or programme.ceiling is None else programme.ceiling


@dataclass
class Needs:
    """Until when each room may hold music, told from what its sensors said, without the house's own rules."""

    began: datetime
    _until: dict[str, datetime] = field(default_factory=dict)
    _on: dict[str, datetime] = field(default_factory=dict)

    def hear(self, sensor: Sensor, event: MotionEvent, now: datetime) -> None:
        """Take note of what a sensor says."""
        if event is MotionEvent.DETECTED and sensor.kind is SensorKind.LEVEL:
            self._on[sensor.id] = now
        else:
            self._on.pop(sensor.id, None)
        self.hold(sensor.room_id, now)

    def hold(self, room_id: str, now: datetime) -> None:
        """Take note that somebody is in the room now."""
        self._until[room_id] = now + (room_of(room_id).timeout or HOUSEHOLD_TIMEOUT)

    def until(self, room_id: str) -> datetime:
        """Return until when music may play in the room."""
        stuck = [
            self._on[sensor.id] + STUCK_AFTER
            for sensor in SENSORS
            if sensor.room_id == room_id and sensor.id in self._on
        ]
        return max([self._until.get(room_id, self.began), *stuck])
