"""The music of a visit: asked for in the account's lane, and its outcome noted in session and journal."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from spottypottysense import ids
from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, NotFound, SpottyError
from spottypottysense.playback.model import Outcome, Visit
from spottypottysense.playback.use_cases import Playback
from spottypottysense.presence.model import Action, JournalEntry, Music, Session
from spottypottysense.presence.policy import after_playback
from spottypottysense.presence.ports import Feed, Journal, Lanes, SessionStore
from spottypottysense.reasons import Reason
from spottypottysense.sensors.use_cases import Sensors

_log = logging.getLogger("spotty.presence")

_NEWS = frozenset({Reason.STARTED, Reason.PAUSED})
"""What is worth a row in the journal when `mend` brought it about; trying again in vain is not."""


class RoomMusic:
    """Starts and ends the music of sessions, one thing at a time per Spotify account."""

    def __init__(
        self,
        store: SessionStore,
        journal: Journal,
        playback: Playback,
        sensors: Sensors,
        lanes: Lanes,
        feed: Feed,
        clock: Clock,
        stale_after: timedelta,
    ) -> None:
        self._store = store
        self._journal = journal
        self._playback = playback
        self._sensors = sensors
        self._lanes = lanes
        self._feed = feed
        self._clock = clock
        self._stale_after = stale_after
        self._under_way: set[str] = set()
        self._guard = threading.Lock()

    def start(self, session: Session, entry: JournalEntry | None = None) -> None:
        """Ask for the music of a session whose music is pending; returns at once."""
        lane = session.account or session.id
        self._submit(lane, session, lambda: self._arrive(session.id), entry)

    def end(self, session: Session, entry: JournalEntry | None = None) -> None:
        """End the music of a session that is over; returns at once."""
        account = session.account
        if account is not None:
            self._submit(account, session, lambda: self._playback.depart(account, session.id), entry)

    def mend(self) -> int:
        """Take up what a crash or an outage left lying; return how much that was.

        Music of a visit that is over is paused. A start that nobody is working on is taken up while it is
        fresh, else given up: whoever is still there moves again and starts it anew.
        """
        mended = 0
        for receipt in self._playback.receipts():
            session = self._session(receipt.session_id)
            if session is not None and session.ended_at is not None and not self._is_under_way(session):
                self.end(replace(session, account=receipt.account))  # the room's account may have changed
                mended += 1
        for session in self._store.open():
            if session.music is Music.PENDING and not self._is_under_way(session):
                self._take_up(session)
                mended += 1
        return mended

    def _take_up(self, session: Session) -> None:
        if self._clock.now() - session.last_motion_at <= self._stale_after:
            self.start(session)
        else:
            self._note(session.id, Outcome(playing=False, reason=Reason.RESTARTED))

    def _submit(
        self, lane: str, session: Session, act: Callable[[], Outcome], entry: JournalEntry | None
    ) -> None:
        with self._guard:
            self._under_way.add(session.id)
        self._lanes.submit(lane, lambda: self._carry_out(session, act, entry))

    def _carry_out(self, session: Session, act: Callable[[], Outcome], entry: JournalEntry | None) -> None:
        try:
            outcome = act()
            self._note(session.id, outcome)
            self._report(session, outcome, entry)
        except SpottyError as error:
            _log.error("playback", extra={"room": session.room_id, "error": str(error)})
        finally:
            with self._guard:
                self._under_way.discard(session.id)

    def _arrive(self, session_id: str) -> Outcome:
        session = self._store.session(session_id)
        if session.ended_at is not None:
            return Outcome(playing=False, reason=Reason.VISIT_OVER)
        room = self._sensors.room(session.room_id)
        return self._playback.arrive(
            Visit(
                session_id=session.id,
                room_id=room.id,
                account=session.account,
                speaker=room.speaker,
                content=room.content,
                volume=room.volume,
                shuffle=room.shuffle,
            )
        )

    def _note(self, session_id: str, outcome: Outcome) -> None:
        """Write the outcome into the session; motions write it too, so look again until it fits."""
        while True:
            session = self._store.session(session_id)
            noted = after_playback(session, outcome.playing, outcome.reason, self._clock.now())
            if session.ended_at is not None or noted == session:
                return
            try:
                self._store.save(noted)
            except Conflict:
                continue
            return

    def _report(self, session: Session, outcome: Outcome, entry: JournalEntry | None) -> None:
        _log.info(
            "playback",
            extra={
                "room": session.room_id,
                "session": session.id,
                "outcome": outcome.reason,
                "playing": outcome.playing,
                "detail": outcome.detail,
            },
        )
        if entry is not None:
            self._journal.settle(entry.id, outcome.reason, outcome.detail)
            self._feed.tell(replace(entry, outcome=outcome.reason, detail=outcome.detail))
        elif outcome.reason in _NEWS:
            mended = self._mended(session, outcome)
            self._journal.record(mended)
            self._feed.tell(mended)

    def _mended(self, session: Session, outcome: Outcome) -> JournalEntry:
        """Return a row of its own for what no motion and no deadline brought about."""
        over = session.ended_at is not None
        return JournalEntry(
            id=ids.new_id("entry"),
            at=self._clock.now(),
            sensor_id=session.sensor_id,
            event="mended",
            action=Action.END if over else Action.START,
            reason=session.end_reason or Reason.RESTARTED,
            key=ids.new_id("mended"),
            household_id=session.household_id,
            room_id=session.room_id,
            session_id=session.id,
            outcome=outcome.reason,
            detail=outcome.detail,
        )

    def _session(self, session_id: str) -> Session | None:
        try:
            return self._store.session(session_id)
        except NotFound:
            return None

    def _is_under_way(self, session: Session) -> bool:
        with self._guard:
            return session.id in self._under_way
