"""Decisions made durable, and told where people look: journal, log and feed."""

import logging
from dataclasses import replace

from spottypottysense import ids
from spottypottysense.clock import Clock
from spottypottysense.errors import NotFound
from spottypottysense.playback.model import Outcome
from spottypottysense.presence.model import Action, Decision, JournalEntry, Session
from spottypottysense.presence.ports import Feed, Journal, SessionStore
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Sensor
from spottypottysense.sensors.use_cases import Sensors

_log = logging.getLogger("spotty.presence")


class Records:
    """Writes down what was decided, and what became of it."""

    def __init__(
        self, store: SessionStore, journal: Journal, sensors: Sensors, feed: Feed, clock: Clock
    ) -> None:
        self._store = store
        self._journal = journal
        self._sensors = sensors
        self._feed = feed
        self._clock = clock

    def entry(
        self,
        decision: Decision,
        event: str,
        sensor_id: str,
        household_id: str,
        room_id: str | None,
        key: str = "",
    ) -> JournalEntry:
        """Return the row for a decision; what no message brought about gets a key of its own."""
        session = decision.session
        return JournalEntry(
            id=ids.new_id("entry"),
            at=self._clock.now(),
            sensor_id=sensor_id,
            event=str(event),
            action=decision.action,
            reason=decision.reason,
            key=key or ids.new_id(event),
            household_id=household_id,
            room_id=room_id,
            session_id=session.id if session is not None else None,
            outcome=session.silent_reason if session is not None and session.ended_at is None else None,
        )

    def about(self, decision: Decision, event: str, session: Session) -> JournalEntry:
        """Return the row for a decision that comes from no sensor, but from what became of a session."""
        return self.entry(decision, event, session.sensor_id, session.household_id, session.room_id)

    def commit(self, decision: Decision, entry: JournalEntry) -> Decision:
        """Write session and row together; raises `Conflict` if somebody else was faster.

        Returns the decision with the session as it is stored.
        """
        if decision.session is None:
            self._journal.record(entry)
            return replace(decision, entry_id=entry.id)
        return replace(decision, session=self._store.save(decision.session, entry), entry_id=entry.id)

    def knows(self, key: str) -> bool:
        """Say whether a message with this key was taken in before."""
        return self._journal.knows(key)

    def tell(self, decision: Decision, entry: JournalEntry) -> None:
        """Say in log and feed what was decided."""
        self._log_line(decision, entry.sensor_id, entry.event, entry.room_id, entry.detail)
        self._feed.tell(entry)

    def settle(self, entry: JournalEntry, outcome: Outcome) -> None:
        """Add to its row what became of the music."""
        self._journal.settle(entry.id, outcome.reason, outcome.detail)
        self._feed.tell(replace(entry, outcome=outcome.reason, detail=outcome.detail))

    def add(self, entry: JournalEntry, outcome: Outcome) -> None:
        """Write a row whose outcome is known already."""
        settled = replace(entry, outcome=outcome.reason, detail=outcome.detail)
        self._journal.record(settled)
        self._feed.tell(settled)

    def duplicate(self, sensor_id: str, event: str) -> Decision:
        """Say that a message was taken in before; it has its row."""
        decision = Decision(Action.IGNORE, Reason.DUPLICATE)
        self._log_line(decision, sensor_id, event, None, "")
        return decision

    def refuse(self, sender: str, reason: Reason, detail: str = "") -> Decision:
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
        self.tell(decision, entry)
        return decision

    def _known(self, sender: str) -> Sensor | None:
        try:
            return self._sensors.sensor(sender)
        except NotFound:
            return None

    def _log_line(
        self, decision: Decision, sensor_id: str, event: str, room_id: str | None, detail: str
    ) -> None:
        session = decision.session
        _log.info(
            "motion" if decision.action is not Action.COMMAND else "command",
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
