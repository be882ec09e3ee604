"""A whole house in virtual time: the real core on stores in memory, and the simulator's Spotify."""

import json
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from machine.plan import ANNA, BOB, ROOMS, SENSORS, STUCK_AFTER, TICK, Needs, furnish
from machine.witness import Witness
from memory.access import PretendHasher
from memory.home import Hands, Listener, PretendProvisioner, PretendTokens
from memory.spotify import InProcessPlayer
from memory.stores import memory_stores
from spottypottysense import ids
from spottypottysense.accounts.model import Household, User
from spottypottysense.clock import ManualClock
from spottypottysense.core import Core, Rules, Stores, assemble
from spottypottysense.core import World as Outside
from spottypottysense.grants.model import ClientApp
from spottypottysense.playback.ports import Player
from spottypottysense.presence.model import Motion, MotionEvent
from spottypottysense.sensors.model import SensorKind
from spottypottysense.simulator import people
from spottypottysense.simulator.app import App
from spottypottysense.simulator.control_fields import Fields
from spottypottysense.simulator.world import World

MEND_EVERY = timedelta(seconds=30)
IDLE = timedelta(minutes=1)
BOOTING = timedelta(seconds=5)
A_MOMENT = timedelta(seconds=1)
DAY = timedelta(days=1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class PowerCut(BaseException):
    """The hub loses its power in the midst of something."""


class OneAfterTheOther:
    """Lanes that run inline; what is submitted from within waits for its turn."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._running = False

    def submit(self, _lane: str, work: Callable[[], None]) -> None:
        """Do the work now, or after what is being done."""
        self._waiting.append(work)
        if self._running:
            return
        self._running = True
        try:
            while self._waiting:
                self._waiting.popleft()()
        finally:
            self._running = False


class House:
    """The house of `plan`; `wrap` and `change` let a test put something wrong between it and the world.

    `meanwhile` holds what happens while the house waits for something: one of them each time that it does.
    """

    def __init__(
        self,
        began: datetime,
        household: Household | None = None,
        wrap: Callable[[Player], Player] = lambda player: player,
        change: Callable[[Stores], Stores] = lambda stores: stores,
    ) -> None:
        self.clock = ManualClock(began)
        self.app = App(furnish(World(self.clock.now)))
        self.spotify = InProcessPlayer(self.app, self.clock, self.clock.advance)
        self.meanwhile: deque[Callable[[], None]] = deque()
        self.needs = Needs(began)
        self.stores = memory_stores(self.clock, ClientApp("client"))
        self._changed = change(self.stores)
        self.witness = Witness(self.app.world, self.stores, self.needs)
        self.witness.takes_over = household is not None and household.takes_over
        self.spotify.client.watchers.append(self.witness)
        self._wrapped = wrap(self.spotify)
        self._ticks = 0
        self._working = False
        self._furnish(household or Household("home", "Home"))
        self.restart()

    def restart(self) -> None:
        """Give the hub power again."""
        self.witness.tell("the hub starts")
        nobody = Listener()
        self.core: Core = assemble(
            self._changed,
            Outside(
                token_endpoint=PretendTokens(),
                player=lambda _grants: self._wrapped,
                crew=Hands(),
                hasher=PretendHasher(),
                provisioner=PretendProvisioner(),
                messenger=nobody,
                lanes=OneAfterTheOther(),
                feed=nobody,
                clock=self.clock,
                house_clock=self.clock,
                pause=self._wait,
            ),
            Rules(stuck_after=STUCK_AFTER),
        )
        self.do(self.core.presence.mend)

    def do(self, act: Callable[[], object]) -> None:
        """Let the hub do something; if its power is cut meanwhile, it starts anew."""
        if self._working:
            act()
            return
        self._working = True
        try:
            act()
        except PowerCut:
            self._working = False
            self.clock.advance(BOOTING)
            self.restart()
        finally:
            self._working = False

    def sense(self, sensor_id: str, event: MotionEvent = MotionEvent.DETECTED) -> None:
        """Let a sensor say something."""
        self._a_moment()
        now = self.clock.now()
        sensor = next(sensor for sensor in SENSORS if sensor.id == sensor_id)
        self.witness.tell(f"{sensor_id}: {event}")
        self.needs.hear(sensor, event, now)
        key = ids.new_id("motion")
        self.do(lambda: self.core.presence.note_motion(Motion(sensor_id, event, now, now, key)))

    def pass_time(self, span: timedelta) -> None:
        """Let time pass: the hub's jobs run, and the witness looks around after each tick."""
        until = self.clock.now() + span
        while self.clock.now() < until:
            self.clock.advance(min(TICK if self._is_busy() else IDLE, until - self.clock.now()))
            self._ticks += 1
            self.do(self.core.presence.tick)
            if self._ticks % (MEND_EVERY // TICK) == 0 or not self._is_busy():
                self.do(self.core.presence.mend)
            self.witness.looks_around()

    def person(self, account: str, **act: object) -> None:
        """Let a person do something in Spotify's app: `do` and what belongs to it."""
        self._a_moment()
        was_ours = self.witness.plays_ours(account)
        self.witness.tell(f"{account}: {act}")
        others = self._sounding()
        speakers = self.app.world.accounts[account].speakers
        volumes = {speaker.key: speaker.volume for speaker in speakers}
        people.act(self.app.world, self.app.world.accounts[account], _fields(act))
        self.witness.person_acts(account, was_ours)
        for other in others - self._sounding() - {account}:
            self.witness.ousted(other)
        for speaker in speakers:
            if speaker.volume != volumes[speaker.key]:
                self.witness.volume_turned(speaker)

    def speaker(self, key: str, do: str) -> None:
        """Let something befall a speaker."""
        self.witness.tell(f"speaker {key}: {do}")
        speaker = self.app.world.speakers[key]
        people.handle(self.app.world, speaker, _fields({"do": do}))
        self.witness.speaker_acts(speaker)

    def spotify_is(self, down: bool) -> None:
        """Let Spotify go away or come back."""
        self.witness.tell("Spotify is down" if down else "Spotify is up")
        self.app.faults.clear()
        if down:
            self.app.faults.add("server_error")
        elif self.witness.down:
            self.witness.blind_until(self.clock.now())
        self.witness.down = down

    def by_hand(self, what: str, act: Callable[[], object], room_id: str = "") -> None:
        """Let a person use the house's own buttons; `room_id` is where music may play by that."""
        self._a_moment()
        self.witness.tell(f"by hand: {what}")
        self.witness.by_hand = True
        if room_id:
            self.needs.hold(room_id, self.clock.now())
        try:
            self.do(act)
        finally:
            self.witness.by_hand = False

    def cut_power(self) -> None:
        """Cut the hub's power in the midst of what it does."""
        self.witness.tell("the power is cut")
        raise PowerCut

    def everybody_leaves(self) -> None:
        """Let all be well, and everybody be gone for long."""
        self.meanwhile.clear()
        self.spotify_is(down=False)
        for sensor in SENSORS:
            if sensor.kind is SensorKind.LEVEL:
                self.sense(sensor.id, MotionEvent.CLEARED)
        self.pass_time(timedelta(minutes=20))
        for account in (ANNA, BOB):
            receipt = self.stores.receipts.receipt(account)
            if receipt is not None or self.witness.plays_ours(account):
                self.witness.blame(f"(6) when all is quiet, there is {receipt or 'music of ours'}")
        if self.stores.sessions.open():
            self.witness.blame("(6) when all is quiet, a visit is open")

    def judge(self) -> None:
        """Raise `AssertionError` with the story, if something is wrong or the witness saw it."""
        visits = self.stores.session_log.sessions("home", LONG_AGO, self.clock.now() + DAY, 100_000)
        rooms = Counter(session.room_id for session in visits if session.ended_at is None)
        accounts = Counter(receipt.account for receipt in self.stores.receipts.receipts())
        for name, count in (rooms | accounts).items():
            if count > 1:
                self.witness.blame(f"(5) {count} open visits or receipts of {name}")
        if self.witness.faults:
            raise AssertionError("\n".join([*self.witness.faults, "", *self.witness.story[-120:]]))

    def _wait(self, span: timedelta) -> None:
        self.clock.advance(span)
        if self.meanwhile:
            self.meanwhile.popleft()()

    def _a_moment(self) -> None:
        """Let no two things happen at once, unless the hub is at work."""
        if not self._working:
            self.pass_time(A_MOMENT)

    def _is_busy(self) -> bool:
        return bool(self.stores.sessions.open() or self.stores.receipts.receipts())

    def _sounding(self) -> set[str]:
        return {name for name, account in self.app.world.accounts.items() if account.playback.playing}

    def _furnish(self, household: Household) -> None:
        self.stores.accounts.save_household(household)
        for person in (ANNA, BOB):
            self.stores.accounts.save_user(User(person, household.id, f"{person}@example.org"))
        for room in ROOMS:
            self.stores.rooms.save_room(room)
        for sensor in SENSORS:
            self.stores.sensors.save_sensor(sensor)


def _fields(values: dict[str, object]) -> Fields:
    return Fields(json.dumps(values).encode())
