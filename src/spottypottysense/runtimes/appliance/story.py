"""What happens in the demo: a house, two people, and the first minute of what they do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from spottypottysense.runtimes.appliance.stage import RoomPlan
from spottypottysense.sensors.model import Ending
from spottypottysense.simulator.demo_world import OWNER, PARTNER, playlist_uri
from spottypottysense.simulator.home import OUTSIDE, Step, wander

PLANS = (
    RoomPlan("Bathroom", OWNER, "Bathroom speaker", playlist_uri("morning"), ("bathroom-pir",)),
    RoomPlan("Kitchen", OWNER, "Kitchen speaker", playlist_uri("kitchen"), ("kitchen-pir",)),
    RoomPlan(
        "Living room",
        PARTNER,
        "Living room speaker",
        playlist_uri("focus"),
        ("living-room-pir",),
        ending=Ending.FADE,
    ),
    RoomPlan(
        "Bedroom",
        PARTNER,
        "Bedroom speaker",
        playlist_uri("sleep"),
        ("bedroom-pir",),
        ending=Ending.FINISH_SONG,
    ),
)


@dataclass(frozen=True)
class Walk:
    """Somebody's way: first these stays, by room and seconds, then wherever the dice say."""

    rooms: tuple[str, ...]
    first: tuple[tuple[str, float], ...]
    dice: int

    def steps(self) -> Iterator[Step]:
        """Yield the stays, without end."""
        script = (Step(room, dwell, _motions(dwell) if room else ()) for room, dwell in self.first)
        return chain(script, map(_unseen_outside, wander((*self.rooms, OUTSIDE), self.dice)))


@dataclass(frozen=True)
class Act:
    """What somebody does after so many seconds more: `fields` are posted to `thing` at the simulator."""

    wait: float
    text: str
    thing: str
    fields: Mapping[str, object]


ALEX = Walk(
    ("Bathroom", "Kitchen"),
    (
        ("Bathroom", 70),
        (OUTSIDE, 110),  # the music stops, and goes on when Alex is back
        ("Bathroom", 80),
        ("Kitchen", 110),  # it comes along; then Alex pauses it
        ("Bathroom", 60),  # silent: what Alex paused stays paused
        (OUTSIDE, 110),
        ("Bathroom", 80),  # silent: Alex listens to music of his own
        (OUTSIDE, 100),
    ),
    dice=209,
)
SAM = Walk(
    ("Living room", "Bedroom"),
    (
        (OUTSIDE, 25),
        ("Living room", 85),
        ("Bedroom", 130),  # the music comes along
        (OUTSIDE, 300),  # the song plays to its end
        ("Bedroom", 75),  # the speaker sleeps by now
        (OUTSIDE, 60),
        ("Living room", 80),
    ),
    dice=276,
)
WALKS = (ALEX, SAM)

_OWN = {"do": "play", "speaker": "iphone", "context_uri": playlist_uri("evening")}
_FIRST = (
    Act(320, "Alex pauses the music on his iPhone.", f"accounts/{OWNER}/act", {"do": "pause"}),
    Act(195, "The bedroom speaker falls asleep.", "speakers/bedroom", {"do": "sleep"}),
    Act(15, "Alex starts music of his own on the iPhone.", f"accounts/{OWNER}/act", _OWN),
    Act(95, "Alex pauses his own music.", f"accounts/{OWNER}/act", {"do": "pause"}),
    Act(15, "Sam switches the bedroom speaker on.", "speakers/bedroom", {"do": "open"}),
)
_LATER = (
    Act(480, "Alex starts music of his own on the iPhone.", f"accounts/{OWNER}/act", _OWN),
    Act(140, "Alex pauses it again.", f"accounts/{OWNER}/act", {"do": "pause"}),
)


def acts() -> Iterator[Act]:
    """Yield what the two do besides walking, without end."""
    yield from _FIRST
    while True:
        yield from _LATER


def _motions(dwell: float) -> tuple[float, ...]:
    """Return when somebody is seen who moves every 25 seconds."""
    return tuple(float(moment) for moment in range(0, int(dwell), 25))


def _unseen_outside(step: Step) -> Step:
    return Step(OUTSIDE, step.dwell, ()) if step.room == OUTSIDE else step
