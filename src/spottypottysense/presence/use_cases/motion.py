"""Motions in, visits out."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from spottypottysense import ids
from spottypottysense.accounts.policy import LONGEST_TIMEOUT
from spottypottysense.accounts.use_cases import Accounts
from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, Invalid, NotFound, Unavailable
from spottypottysense.presence.model import (
    Action,
    Decision,
    JournalEntry,
    Motion,
    MotionEvent,
    Music,
    RoomRules,
    Session,
)
from spottypottysense.presence.policy import CLOCK_TOLERANCE, after_deadline, on_motion, rules_for
from spottypottysense.presence.ports import Feed, Journal, SessionLog, SessionStore
from spottypottysense.presence.use_cases.music import RoomMusic
from spottypottysense.presence.wire import motion_from, sensor_id_from
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Sensor, SensorKind
from spottypottysense.sensors.use_cases import Sensors

_log = logging.getLogger("spotty.presence")

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
        accounts: Accounts,
        sensors: Sensors,
        music: RoomMusic,
        feed: Feed,
        clock: Clock,
        stale_after: timedelta,
        stuck_after: timedelta,
    ) -> None:
        self._store = store
        self._journal = journal
        self._history = log
        self._accounts = accounts
        self._sensors = sensors
        self._music = music
        self._feed = feed
        self._clock = clock
        self._stale_after = stale_after
        self._stuck_after = stuck_after

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
            return self._refuse(sender, error.reason, str(error))
        if retained:
            return self._refuse(sender, Reason.STALE, "A retained message says nothing of now.")
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
            return self._refuse(motion.sensor_id, Reason.UNKNOWN_SENSOR, "")
        rules = self._rules(sensor.room_id)
        for _ in range(ATTEMPTS):
            now = self._clock.now()
            latest = self._store.latest_in(sensor.room_id)
            decision = on_motion(motion, sensor, rules, latest, now, ids.new_id("session"))
            entry = self._entry(decision, now, motion.event, motion.sensor_id, motion.key, rules)
            try:
                decision = self._commit(decision, entry)
            except Conflict:
                if self._journal.knows(motion.key):
                    return self._duplicate(motion)
                continue
            return self._carry_on(decision, entry)
        message = f"The session of room {sensor.room_id} kept changing while a motion was written."
        raise Unavailable(message, reason=Reason.STORAGE_UNAVAILABLE)

    def end_overdue(self, limit: int = 500) -> int:
        """End the visits whose deadline has passed; return how many ended.

        Saved first, by conditional write; the music is ended only by whoever won.
        """
        ended = 0
        now = self._clock.now()
        for session in self._store.due(now, now + self._longest_span(), limit):
            rules = self._rules(session.room_id)
            decision = after_deadline(session, rules, now)
            entry = self._entry(decision, now, "deadline", session.sensor_id, ids.new_id("deadline"), rules)
            try:
                decision = self._commit(decision, entry)
            except Conflict:
                continue
            self._tell(decision, entry)
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
        return self._music.mend()

    def open_sessions(self) -> tuple[Session, ...]:
        """Return all open sessions, oldest first."""
        return self._store.open()

    def decisions(self, household_id: str | None, limit: int = 50) -> tuple[JournalEntry, ...]:
        """Return the latest decisions of a household, or of all, newest first."""
        return self._journal.recent(household_id, limit)

    def sessions(self, household_id: str, start: datetime, end: datetime, limit: int) -> tuple[Session, ...]:
        """Return the sessions that opened in [start, end), newest first."""
        return self._history.sessions(household_id, start, end, limit)

    def _sensor(self, motion: Motion) -> Sensor:
        """Return the sensor; the first `motion_cleared` shows that it is one of those that say so."""
        sensor = self._sensors.sensor(motion.sensor_id)
        if motion.event is MotionEvent.CLEARED and sensor.kind is SensorKind.PULSE:
            return self._sensors.change_sensor(sensor.id, kind=SensorKind.LEVEL)
        return sensor

    def _rules(self, room_id: str) -> RoomRules:
        room = self._sensors.room(room_id)
        household = self._accounts.household(room.household_id)
        return rules_for(room, household, self._stale_after, self._stuck_after)

    def _longest_span(self) -> timedelta:
        """Return how far ahead a deadline may lie; the slack is for motions that come in meanwhile."""
        return max(self._stuck_after, LONGEST_TIMEOUT) + CLOCK_TOLERANCE

    def _commit(self, decision: Decision, entry: JournalEntry) -> Decision:
        if decision.session is None:
            self._journal.record(entry)
            return decision
        return replace(decision, session=self._store.save(decision.session, entry))

    def _carry_on(self, decision: Decision, entry: JournalEntry) -> Decision:
        self._tell(decision, entry)
        session = decision.session
        starting = decision.action is Action.START or decision.reason is Reason.TRY_AGAIN
        if session is not None and starting and session.music is Music.PENDING:
            self._music.start(session, entry)
        return decision

    def _duplicate(self, motion: Motion) -> Decision:
        decision = Decision(Action.IGNORE, Reason.DUPLICATE)
        self._log_line(decision, motion.sensor_id, motion.event, None, "")
        return decision

    def _refuse(self, sender: str, reason: Reason, detail: str) -> Decision:
        """Journal a message that cannot be taken in; its household sees it if the sender is known."""
        known = self._known(sender)
        decision = Decision(Action.IGNORE, reason)
        entry = JournalEntry(
            id=ids.new_id("entry"),
            at=self._clock.now(),
            sensor_id=sender,
            event="message",
            action=decision.action,
            reason=reason,
            key=ids.new_id("message"),
            household_id=known.household_id if known else None,
            room_id=known.room_id if known else None,
            detail=detail,
        )
        self._journal.record(entry)
        self._tell(decision, entry)
        return decision

    def _known(self, sender: str) -> Sensor | None:
        try:
            return self._sensors.sensor(sender)
        except NotFound:
            return None

    def _entry(
        self, decision: Decision, now: datetime, event: str, sensor_id: str, key: str, rules: RoomRules
    ) -> JournalEntry:
        session = decision.session
        return JournalEntry(
            id=ids.new_id("entry"),
            at=now,
            sensor_id=sensor_id,
            event=str(event),
            action=decision.action,
            reason=decision.reason,
            key=key,
            household_id=rules.room.household_id,
            room_id=rules.room.id,
            session_id=session.id if session is not None else None,
            outcome=session.silent_reason if session is not None and session.ended_at is None else None,
        )

    def _tell(self, decision: Decision, entry: JournalEntry) -> None:
        self._log_line(decision, entry.sensor_id, entry.event, entry.room_id, entry.detail)
        self._feed.tell(entry)

    def _log_line(
        self, decision: Decision, sensor_id: str, event: str, room_id: str | None, detail: str
    ) -> None:
        session = decision.session
        _log.info(
            "motion",
            extra={
                "sensor": sensor_id,
                "room": room_id,
                "event": str(event),
                "action": str(decision.action),
                "reason": str(decision.reason),
                "silent": session and session.silent_reason and str(session.silent_reason),
                "session": session and session.id,
                "detail": detail,
            },
        )
