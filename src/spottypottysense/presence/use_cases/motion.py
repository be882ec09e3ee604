"""Motions in, visits out."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from spottypottysense import ids
from spottypottysense.accounts.policy import LONGEST_TIMEOUT
from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, Invalid, NotFound, Unavailable
from spottypottysense.presence.model import (
    Action,
    Decision,
    JournalEntry,
    Motion,
    MotionEvent,
    Music,
    Session,
)
from spottypottysense.presence.policy.motion import CLOCK_TOLERANCE, on_motion
from spottypottysense.presence.policy.visits import after_deadline
from spottypottysense.presence.ports import Journal, SessionLog, SessionStore
from spottypottysense.presence.use_cases.music import RoomMusic
from spottypottysense.presence.use_cases.records import Records
from spottypottysense.presence.use_cases.rulebook import Rulebook
from spottypottysense.presence.use_cases.upkeep import Upkeep
from spottypottysense.presence.wire import motion_from, sensor_id_from
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Sensor, SensorKind
from spottypottysense.sensors.use_cases import Sensors

KEY_LIFE = timedelta(hours=24)
"""For how long a copy of a message is recognised."""

ATTEMPTS = 10
"""How often a motion is decided anew when ticker, playback or another sensor wrote the session first."""


class Presence:
    """Who is in which room; `music` is asked whenever that changes."""

    def __init__(
        self,
        store: SessionStore,
        journal: Journal,
        log: SessionLog,
        sensors: Sensors,
        rulebook: Rulebook,
        records: Records,
        music: RoomMusic,
        upkeep: Upkeep,
        clock: Clock,
    ) -> None:
        self._store = store
        self._journal = journal
        self._history = log
        self._sensors = sensors
        self._rulebook = rulebook
        self._records = records
        self._music = music
        self._upkeep = upkeep
        self._clock = clock

    def take_in(self, topic: str, payload: bytes, received_at: datetime, retained: bool = False) -> Decision:
        """Take in a message as it came from the broker.

        Whatever it is, it ends as a decision with a reason in the journal; only a storage that cannot
        be written raises (`Unavailable`), and then the message must be delivered again.
        """
        sender = topic[:200]
        try:
            sender = sensor_id_from(topic)
            motion = motion_from(sender, payload, received_at)
        except Invalid as error:
            return self._records.refuse(sender, error.reason, str(error))
        if retained:
            return self._records.refuse(sender, Reason.STALE, "A retained message says nothing of now.")
        return self.note_motion(motion)

    def note_motion(self, motion: Motion) -> Decision:
        """Decide what a motion means, make it durable, and set the music going.

        1. Read the sensor, its room and the room's latest session.
        2. Decide.
        3. Save session and journal entry together; whoever loses a race reads and decides again.
        4. On START, ask for the music in the account's lane.
        """
        try:
            sensor = self._sensor(motion)
        except NotFound:
            return self._records.refuse(motion.sensor_id, Reason.UNKNOWN_SENSOR)
        if sensor.kind is SensorKind.SWITCH:
            return self._records.refuse(sensor.id, Reason.INVALID, "A switch sees nobody.")
        rules = self._rulebook.of(sensor.room_id)
        for _ in range(ATTEMPTS):
            now = self._clock.now()
            latest = self._store.latest_in(sensor.room_id)
            decision = on_motion(motion, sensor, rules, latest, now, ids.new_id("session"))
            home, room = rules.room.household_id, rules.room.id
            entry = self._records.entry(decision, motion.event, motion.sensor_id, home, room, motion.key)
            try:
                decision = self._records.commit(decision, entry)
            except Conflict:
                if self._records.knows(motion.key):
                    return self._records.duplicate(motion.sensor_id, motion.event)
                continue
            return self._carry_on(decision, entry)
        message = f"The session of room {sensor.room_id} kept changing while a motion was written."
        raise Unavailable(message, reason=Reason.STORAGE_UNAVAILABLE)

    def tick(self) -> int:
        """Do what is due: visits end, music comes along, songs finish; return how much that was."""
        return self.end_overdue() + self._upkeep.follow() + self._upkeep.finish_songs()

    def end_overdue(self, limit: int = 500) -> int:
        """End the visits whose deadline has passed; return how many ended.

        Saved first, by conditional write; the music is ended only by whoever won.
        """
        ended = 0
        now = self._clock.now()
        for session in self._store.due(now, now + self._longest_span(), limit):
            rules = self._rulebook.of(session.room_id)
            decision = after_deadline(session, rules, now)
            entry = self._records.about(decision, "deadline", session)
            try:
                decision = self._records.commit(decision, entry)
            except Conflict:
                continue
            self._records.tell(decision, entry)
            if decision.action is Action.END:
                ended += 1
                if session.music is not Music.SILENT:
                    self._music.end(session, entry)
        return ended

    def forget(self, retention: timedelta) -> int:
        """Delete what is older than `retention`; return how many rows that were."""
        now = self._clock.now()
        self._journal.release_keys(now - KEY_LIFE)
        return self._history.forget_before(now - retention)

    def mend(self) -> int:
        """Take up what a crash or an outage left lying; return how much that was."""
        return self._upkeep.mend()

    def open_sessions(self) -> tuple[Session, ...]:
        """Return all open sessions, oldest first."""
        return self._store.open()

    def decisions(
        self,
        household_id: str | None,
        limit: int = 50,
        room_id: str | None = None,
        before: str | None = None,
    ) -> tuple[JournalEntry, ...]:
        """Return the latest decisions of a household, or of all, newest first.

        `room_id` narrows them to a room, `before` (a decision's id) to older ones.
        """
        return self._journal.recent(household_id, limit, room_id, before)

    def sessions(self, household_id: str, start: datetime, end: datetime, limit: int) -> tuple[Session, ...]:
        """Return the sessions that opened in [start, end), newest first."""
        return self._history.sessions(household_id, start, end, limit)

    def active_sensors(self, household_id: str) -> frozenset[str]:
        """Return the sensors of the household that were heard in visits that go on, by id."""
        return self._history.active_sensors(household_id)

    def last_motions(self, household_id: str) -> Mapping[str, datetime]:
        """Return when each sensor of the household moved last, by its id; one that never did is left out."""
        return self._history.last_motions(household_id)

    def _sensor(self, motion: Motion) -> Sensor:
        """Return the sensor; the first `motion_cleared` shows that it is one of those that say so."""
        sensor = self._sensors.sensor(motion.sensor_id)
        if motion.event is MotionEvent.CLEARED and sensor.kind is SensorKind.PULSE:
            return self._sensors.change_sensor(sensor.id, kind=SensorKind.LEVEL)
        return sensor

    def _longest_span(self) -> timedelta:
        """Return how far ahead a deadline may lie; the slack is for motions that come in meanwhile."""
        return max(self._rulebook.stuck_after, LONGEST_TIMEOUT) + CLOCK_TOLERANCE

    def _carry_on(self, decision: Decision, entry: JournalEntry) -> Decision:
        self._records.tell(decision, entry)
        session = decision.session
        starting = decision.action is Action.START or decision.reason is Reason.TRY_AGAIN
        if session is not None and starting and session.music is Music.PENDING:
            self._music.start(session, entry)
        return decision
