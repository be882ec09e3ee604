"""A whole house under whatever people, sensors, speakers, Spotify and power cuts do."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from machine.house import House
from machine.plan import ANNA, BOB, ROOMS, SENSORS, mix
from spottypottysense.accounts.model import Household, Mode
from spottypottysense.presence.model import MotionEvent
from spottypottysense.sensors.model import SensorKind

PEOPLE = st.sampled_from([ANNA, ANNA, BOB])
ROOM_IDS = st.sampled_from([room.id for room in ROOMS])
LEVEL = st.sampled_from([sensor.id for sensor in SENSORS if sensor.kind is SensorKind.LEVEL])
SENSOR_IDS = st.sampled_from([sensor.id for sensor in SENSORS])
SPANS = st.sampled_from([1, 5, 15, 25, 40, 70, 130, 200, 320, 700, 3600])
EVENTS = st.sampled_from(["pauses", "plays", "resumes", "moves", "arrives", "clears", "sleeps", "cut"])
MORNING = datetime(2026, 3, 2, 6, 55, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVENING = datetime(2026, 3, 2, 20, 55, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class HouseMachine(RuleBasedStateMachine):
    """One house; the witness judges every command and every tick, and must have nothing to say."""

    @initialize(
        began=st.sampled_from([MORNING, NOON, EVENING]), takes_over=st.booleans(), latest_wins=st.booleans()
    )
    def move_in(self, began: datetime, takes_over: bool, latest_wins: bool) -> None:
        """A house where nothing has happened yet."""
        household = Household("home", "Home", takes_over=takes_over, latest_wins=latest_wins)
        self.house = House(began, household)

    @rule(sensor_id=SENSOR_IDS)
    def arrives(self, sensor_id: str) -> None:
        """Somebody is seen."""
        self.house.sense(sensor_id)

    @rule(sensor_id=SENSOR_IDS, minutes=st.integers(1, 6), then=SPANS)
    def stays(self, sensor_id: str, minutes: int, then: int) -> None:
        """Somebody is seen every half minute, and then no more."""
        for _ in range(2 * minutes):
            self.house.sense(sensor_id)
            self.house.pass_time(30 * SECOND)
        self.house.sense(sensor_id, MotionEvent.CLEARED) if sensor_id in _LEVEL_IDS else None
        self.house.pass_time(then * SECOND)

    @rule(sensor_id=LEVEL)
    def leaves(self, sensor_id: str) -> None:
        """A sensor that can tell so sees nobody any more."""
        self.house.sense(sensor_id, MotionEvent.CLEARED)

    @rule(start=SENSOR_IDS, end=SENSOR_IDS, takes=st.integers(1, 60))
    def walks(self, start: str, end: str, takes: int) -> None:
        """Somebody goes from one room to another and stays there for a while."""
        self.house.sense(start)
        self.house.sense(start, MotionEvent.CLEARED) if start in _LEVEL_IDS else None
        self.house.pass_time(takes * SECOND)
        self.house.sense(end)
        self.house.pass_time(25 * SECOND)

    @rule(seconds=SPANS)
    def time_passes(self, seconds: int) -> None:
        """Nothing happens for a while."""
        self.house.pass_time(seconds * SECOND)

    @rule(person=PEOPLE, on_phone=st.booleans(), room_id=ROOM_IDS, content=st.sampled_from(["own", "room's"]))
    def plays(self, person: str, on_phone: bool, room_id: str, content: str) -> None:
        """Somebody plays music, on the phone or on a speaker; it may be what the room would play."""
        speaker = f"{person}-phone" if on_phone else room_id
        if speaker in _speakers(self.house, person):
            context = mix("own") if content == "own" else mix(room_id)
            self.house.person(person, do="play", speaker=speaker, context_uri=context)

    @rule(person=PEOPLE, do=st.sampled_from(["pause", "pause", "play", "skip"]))
    def presses(self, person: str, do: str) -> None:
        """Somebody pauses, goes on, or skips."""
        self.house.person(person, do=do)

    @rule(person=PEOPLE, room_id=ROOM_IDS, to_phone=st.booleans())
    def moves(self, person: str, room_id: str, to_phone: bool) -> None:
        """Somebody moves what plays to the phone or to another speaker."""
        speaker = f"{person}-phone" if to_phone else room_id
        if speaker in _speakers(self.house, person):
            self.house.person(person, do="transfer", speaker=speaker)

    @rule(room_id=ROOM_IDS, percent=st.sampled_from([0, 5, 25, 55, 100]))
    def turns_volume(self, room_id: str, percent: int) -> None:
        """Somebody turns the volume of a speaker."""
        person = BOB if room_id == "study" else ANNA
        self.house.person(person, do="volume", speaker=room_id, percent=percent)

    @rule(room_id=ROOM_IDS, do=st.sampled_from(["sleep", "reboot", "open"]))
    def speaker(self, room_id: str, do: str) -> None:
        """A speaker falls asleep, loses its power for a moment, or is woken."""
        self.house.speaker(room_id, do)

    @rule(down=st.booleans())
    def spotify(self, down: bool) -> None:
        """Spotify goes away or comes back."""
        self.house.spotify_is(down)

    @rule(
        fault=st.sampled_from(["server_error", "disconnect", "rate_limited", "no_effect", "restriction"]),
        after=st.booleans(),
        count=st.integers(1, 3),
    )
    def stumbles(self, fault: str, after: bool, count: int) -> None:
        """Spotify answers a few calls wrongly; what was asked may be done all the same."""
        can_hide = fault in ("server_error", "disconnect")
        self.house.witness.tell(f"Spotify will stumble: {fault} {after=} {count=}")
        path = "/v1/me/player/play" if fault == "no_effect" else ""  # a pause is believed
        self.house.app.faults.add(
            fault, path=path, count=count, settings={"after": after} if can_hide else {}
        )

    @rule()
    def power_returns(self) -> None:
        """The hub starts anew."""
        self.house.restart()

    @rule(what=EVENTS, person=PEOPLE, sensor_id=SENSOR_IDS, room_id=ROOM_IDS)
    def meanwhile(self, what: str, person: str, sensor_id: str, room_id: str) -> None:
        """When the house waits for something next, this happens."""
        house = self.house
        acts = {
            "pauses": lambda: house.person(person, do="pause"),
            "plays": lambda: house.person(
                person, do="play", speaker=f"{person}-phone", context_uri=mix("own")
            ),
            "resumes": lambda: house.person(person, do="play"),
            "moves": lambda: house.person(person, do="transfer", speaker=f"{person}-phone"),
            "arrives": lambda: house.sense(sensor_id),
            "clears": lambda: house.sense(sensor_id, MotionEvent.CLEARED),
            "sleeps": lambda: house.speaker(room_id, "sleep"),
            "cut": house.cut_power,
        }
        if what != "clears" or sensor_id in _LEVEL_IDS:
            house.meanwhile.append(acts[what])

    @rule(room_id=ROOM_IDS, takes_over=st.booleans())
    def plays_by_hand(self, room_id: str, takes_over: bool) -> None:
        """Somebody presses the room's button."""
        witness = self.house.witness
        before, witness.takes_over = witness.takes_over, witness.takes_over or takes_over
        self.house.by_hand(
            f"play in {room_id}", lambda: self.house.core.by_hand.play(room_id, takes_over), room_id
        )
        witness.takes_over = before

    @rule(room_id=ROOM_IDS)
    def stops_by_hand(self, room_id: str) -> None:
        """Somebody presses the room's other button."""
        self.house.by_hand(f"stop in {room_id}", lambda: self.house.core.by_hand.stop(room_id))

    @rule(minutes=st.sampled_from([None, 3, 40]), room_id=st.none() | ROOM_IDS)
    def snoozes(self, minutes: int | None, room_id: str | None) -> None:
        """Somebody wants no music for a while, or does want it again."""
        span = None if minutes is None else timedelta(minutes=minutes)
        self.house.by_hand(
            f"snooze {minutes} {room_id}", lambda: self.house.core.by_hand.snooze("home", span, room_id)
        )

    @rule()
    def everything_off(self) -> None:
        """Somebody wants silence at once."""
        span = timedelta(minutes=10)
        self.house.by_hand("everything off", lambda: self.house.core.by_hand.everything_off("home", span))

    @rule(mode=st.sampled_from([Mode.HOME, Mode.HOME, Mode.AWAY, Mode.GUESTS]))
    def switches(self, mode: Mode) -> None:
        """Somebody switches the house."""
        self.house.by_hand(f"switch to {mode}", lambda: self.house.core.by_hand.switch("home", mode))

    @invariant()
    def nothing_to_blame(self) -> None:
        """The witness saw nothing wrong."""
        self.house.judge()

    def teardown(self) -> None:
        """When all is well again and everybody is gone, nothing is open and nothing of ours plays."""
        if hasattr(self, "house") and not self.house.witness.faults:
            self.house.everybody_leaves()
            self.house.judge()


_LEVEL_IDS = frozenset(sensor.id for sensor in SENSORS if sensor.kind is SensorKind.LEVEL)


def _speakers(house: House, person: str) -> set[str]:
    return {speaker.key for speaker in house.app.world.accounts[person].speakers}


class DeepHouseMachine(HouseMachine):
    """The same house, for longer."""


_USUAL = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
TestHouse = HouseMachine.TestCase
TestHouse.settings = settings(_USUAL, max_examples=100, stateful_step_count=40)
TestHouseForLonger = pytest.mark.timeout(600)(pytest.mark.slow(DeepHouseMachine.TestCase))
TestHouseForLonger.settings = settings(_USUAL, max_examples=700, stateful_step_count=60)
