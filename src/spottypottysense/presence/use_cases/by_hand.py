"""What people command: by the command line, a page, or a switch on the wall."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from spottypottysense import ids
from spottypottysense.accounts.model import Mode
from spottypottysense.accounts.use_cases import Accounts
from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, Invalid, NotFound, Unavailable
from spottypottysense.playback.model import Outcome
from spottypottysense.presence.model import (
    Action,
    Attempt,
    Decision,
    JournalEntry,
    Order,
    Session,
    Switch,
    SwitchPress,
)
from spottypottysense.presence.policy.by_hand import on_play, on_stop
from spottypottysense.presence.policy.motion import refusal_of
from spottypottysense.presence.ports import SessionStore
from spottypottysense.presence.use_cases.music import TEST_PATIENCE, RoomMusic
from spottypottysense.presence.use_cases.records import Records
from spottypottysense.presence.use_cases.rulebook import Rulebook
from spottypottysense.presence.wire import sensor_id_from, switch_from
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Room, Sensor, SensorKind, Speaker
from spottypottysense.sensors.use_cases import Sensors

ATTEMPTS = 10
"""How often a command is decided anew when a sensor, the ticker or playback wrote the session first."""

LONGEST_SNOOZE = timedelta(days=7)
"""For longer, a house is switched to away."""

SNOOZE = timedelta(hours=1)
"""For how long a switch silences the house if it does not say."""


class ByHand:
    """Commands of people; each is journaled, and none asks whether motion might do the same."""

    def __init__(
        self,
        store: SessionStore,
        accounts: Accounts,
        sensors: Sensors,
        rulebook: Rulebook,
        records: Records,
        music: RoomMusic,
        clock: Clock,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._sensors = sensors
        self._rulebook = rulebook
        self._records = records
        self._music = music
        self._clock = clock

    def play(self, room_id: str, takes_over: bool = False) -> Decision:
        """Ask for a room's music, whatever keeps motion from it; the visit ends by the usual timeout.

        `takes_over` replaces somebody's own music. Raises `NotFound` or `Unavailable`.
        """
        return self._play(room_id, self._order("play"), takes_over)

    def stop(self, room_id: str) -> Decision:
        """Pause what is ours in a room; an open visit there is silent until it ends.

        Raises `NotFound` or `Unavailable`.
        """
        return self._stop(self._sensors.room(room_id), self._order("stop"))[0]

    def test(
        self, account: str, speaker: Speaker, content: str, patience: timedelta = TEST_PATIENCE
    ) -> Outcome:
        """Play some quiet seconds on a speaker and wait for them; `playing` says that they were heard.

        Raises `Conflict` while another test is under way, `Unavailable` if it takes too long.
        """
        return self._music.test(account, speaker, content, patience)

    def snooze(
        self, household_id: str, span: timedelta | None, room_id: str | None = None
    ) -> datetime | None:
        """Let motion start no music for `span`, at most 7 days, in a room or the whole house.

        Returns until when. `None` ends it; for the whole house that ends the rooms' own snoozes too. What
        plays goes on.
        Raises `NotFound` or `Invalid`.
        """
        order = self._order("wake" if span is None else "snooze")
        until = self._snooze(household_id, span, room_id)
        self._journal(household_id, room_id, order)
        return until

    def everything_off(self, household_id: str, span: timedelta) -> int:
        """Stop the music of every room and snooze the house for `span`; return how many rooms had music.

        Raises `NotFound` or `Invalid`.
        """
        return self._everything_off(household_id, span, self._order("everything_off"))

    def switch(self, household_id: str, mode: Mode) -> None:
        """Switch the house to home, away or guests; away also stops the music of every room.

        Raises `NotFound`.
        """
        self._switch(household_id, mode, self._order(str(mode)))

    def take_in(self, topic: str, payload: bytes, received_at: datetime, retained: bool = False) -> Decision:
        """Take in the message of a switch as it came from the broker.

        Whatever it is, it ends as a decision with a reason in the journal; only a storage that cannot
        be written raises (`Unavailable`), and then the message must be delivered again.
        """
        sender = topic[:200]
        try:
            sender = sensor_id_from(topic, "switch")
            press = switch_from(sender, payload, received_at)
            if retained:
                return self._records.refuse(sender, Reason.STALE, "A retained message says nothing of now.")
            if self._records.knows(press.key):
                return self._records.duplicate(sender, press.switch)
            sensor = self._known(sender)
            if sensor is None:
                return self._records.refuse(sender, Reason.UNKNOWN_SENSOR)
            if refusal := self._refusal(press, sensor):
                return self._records.refuse(sender, refusal)
            return self._obey(press, sensor)
        except Invalid as error:
            return self._records.refuse(sender, error.reason, str(error))

    def _obey(self, press: SwitchPress, sensor: Sensor) -> Decision:
        order = Order(str(press.switch), press.received_at, press.key, sensor.id, Reason.SWITCHED)
        room = self._room_of(press, sensor)
        home, span = sensor.household_id, press.span or SNOOZE
        match press.switch:
            case Switch.PLAY:
                return self._play(room.id, order, takes_over=False)
            case Switch.STOP:
                return self._stop(room, order)[0]
            case Switch.SNOOZE:
                self._snooze(home, span, room.id)
                self._journal(home, room.id, order)
            case Switch.WAKE:
                where = room.id if press.room is not None else None
                self._snooze(home, None, where)
                self._journal(home, where, order)
            case Switch.EVERYTHING_OFF:
                self._everything_off(home, span, order)
            case _:
                self._switch(home, Mode(press.switch.value), order)
        return Decision(Action.COMMAND, order.reason)

    def _known(self, sender: str) -> Sensor | None:
        try:
            return self._sensors.sensor(sender)
        except NotFound:
            return None

    def _refusal(self, press: SwitchPress, sensor: Sensor) -> Reason | None:
        if sensor.kind is not SensorKind.SWITCH:
            return Reason.NOT_A_SWITCH
        now = self._clock.now()
        late = Reason.STALE if now - press.at > self._rulebook.stale_after else None
        return refusal_of(sensor, press.at, now) or late

    def _room_of(self, press: SwitchPress, sensor: Sensor) -> Room:
        """Return the room that a switch means: the one it names, else its own."""
        if press.room is None:
            return self._sensors.room(sensor.room_id)
        named = (room for room in self._sensors.rooms(sensor.household_id) if room.name == press.room)
        room = next(named, None)
        if room is None:
            message = f"There is no room {press.room!r}: name one of this household, or none for its own."
            raise Invalid(message, field="room")
        return room

    def _order(self, event: str) -> Order:
        return Order(event, self._clock.now(), ids.new_id(event))

    def _play(self, room_id: str, order: Order, takes_over: bool) -> Decision:
        rules = self._rulebook.of(room_id)

        def decide(latest: Session | None) -> Decision:
            return on_play(order, rules, latest, self._clock.now(), ids.new_id("session"))

        decision, entry, _ = self._decide(rules.room, order, decide)
        if decision.session is not None:
            self._music.start(decision.session, entry, Attempt(by_hand=True, takes_over=takes_over))
        return decision

    def _stop(self, room: Room, order: Order) -> tuple[Decision, bool]:
        """Stop a room's music; say also whether there was any."""

        def decide(latest: Session | None) -> Decision:
            return on_stop(order, latest, self._clock.now())

        decision, entry, before = self._decide(room, order, decide)
        visit = before if decision.session is not None else None
        return decision, self._music.stop(room.id, visit, entry)

    def _stop_all(self, household_id: str, order: Order) -> int:
        """Stop wherever somebody is or music plays; return how many rooms had music."""
        rooms = [room for room in self._sensors.rooms(household_id) if self._is_alive(room)]
        orders = (replace(order, key=ids.new_id(order.event)) for _ in rooms)
        return sum(self._stop(room, its)[1] for room, its in zip(rooms, orders, strict=True))

    def _is_alive(self, room: Room) -> bool:
        latest = self._store.latest_in(room.id)
        return (latest is not None and latest.ended_at is None) or self._music.plays_in(room.id)

    def _snooze(self, household_id: str, span: timedelta | None, room_id: str | None) -> datetime | None:
        if span is not None and not timedelta(0) < span <= LONGEST_SNOOZE:
            raise Invalid("A snooze lasts at most 7 days: for longer, switch to away.", field="minutes")
        until = None if span is None else self._clock.now() + span
        if room_id is not None:
            if self._sensors.room(room_id).household_id != household_id:
                raise NotFound("room", room_id)
            self._sensors.change_room(room_id, snoozed_until=until)
        else:
            self._accounts.change_household(household_id, snoozed_until=until)
        if room_id is None and until is None:
            for room in self._sensors.rooms(household_id):
                self._sensors.change_room(room.id, snoozed_until=None)
        return until

    def _everything_off(self, household_id: str, span: timedelta, order: Order) -> int:
        """Snooze first, or whoever moves meanwhile starts the music anew."""
        self._snooze(household_id, span, None)
        rooms = self._stop_all(household_id, order)
        self._journal(household_id, None, order)
        return rooms

    def _switch(self, household_id: str, mode: Mode, order: Order) -> None:
        self._accounts.change_household(household_id, mode=mode)
        if mode is Mode.AWAY:
            self._stop_all(household_id, order)
        self._journal(household_id, None, order)

    def _journal(self, household_id: str, room_id: str | None, order: Order) -> None:
        decision = Decision(Action.COMMAND, order.reason)
        entry = self._records.entry(decision, order.event, order.sensor_id, household_id, room_id, order.key)
        self._records.tell(self._records.commit(decision, entry), entry)

    def _decide(
        self, room: Room, order: Order, decide: Callable[[Session | None], Decision]
    ) -> tuple[Decision, JournalEntry, Session | None]:
        """Decide about the room's latest session and write that down; whoever loses a race decides again."""
        for _ in range(ATTEMPTS):
            latest = self._store.latest_in(room.id)
            decision = decide(latest)
            entry = self._records.entry(
                decision, order.event, order.sensor_id, room.household_id, room.id, order.key
            )
            try:
                decision = self._records.commit(decision, entry)
            except Conflict:
                continue
            self._records.tell(decision, entry)
            return decision, entry, latest
        message = f"The session of room {room.name!r} kept changing: try again."
        raise Unavailable(message, reason=Reason.STORAGE_UNAVAILABLE)
