"""Sessions and the journal in dicts."""

import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from memory.versions import put_version
from spottypottysense.errors import Conflict, NotFound
from spottypottysense.history.model import Tally
from spottypottysense.history.policy import added, tally_of
from spottypottysense.presence.model import JournalEntry, Session
from spottypottysense.reasons import Reason

LONGEST_NAME = 200
"""How many characters are kept of what a sender calls itself."""


class MemoryJournal:
    """A `Journal` that forgets all when the process ends."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._entries: dict[str, JournalEntry] = {}
        self._keys: dict[str, str] = {}

    def record(self, entry: JournalEntry) -> None:
        """Write an entry; raises `Conflict` if its key is known already."""
        with self.lock:
            if entry.key in self._keys or entry.id in self._entries:
                raise Conflict("The journal knows this message already.")
            self._keys[entry.key] = entry.id
            self._entries[entry.id] = replace(entry, sensor_id=entry.sensor_id[:LONGEST_NAME])

    def knows(self, key: str) -> bool:
        """Say whether an entry with this key was written (and not forgotten yet)."""
        with self.lock:
            return key in self._keys

    def release_keys(self, before: datetime) -> None:
        """Forget the keys of older entries: what comes with such a key again is a new message."""
        with self.lock:
            old = [entry for entry in self._entries.values() if entry.at < before]
            for entry in old:
                self._keys.pop(entry.key, None)
                self._entries[entry.id] = replace(entry, key="")

    def settle(self, entry_id: str, outcome: Reason, detail: str = "") -> None:
        """Add what became of the music to an entry; one that was forgotten meanwhile stays forgotten."""
        with self.lock:
            if entry_id in self._entries:
                self._entries[entry_id] = replace(self._entries[entry_id], outcome=outcome, detail=detail)

    def recent(
        self, household_id: str | None, limit: int, room_id: str | None = None, before: str | None = None
    ) -> tuple[JournalEntry, ...]:
        """Return the latest entries of a household (or of all, also of unknown senders), newest first.

        `room_id` narrows them to a room; `before` is the id of an entry: only older ones are returned, and
        none if it was forgotten.
        """
        with self.lock:
            newest = sorted(self._entries.values(), key=lambda entry: entry.at)[::-1]
        if before is not None:
            ids = [entry.id for entry in newest]
            newest = newest[ids.index(before) + 1 :] if before in ids else []
        wanted = (
            e for e in newest if household_id in (None, e.household_id) and room_id in (None, e.room_id)
        )
        return tuple(wanted)[:limit]

    def forget_before(self, moment: datetime) -> int:
        """Delete entries that were written before it; return how many."""
        with self.lock:
            old = [entry for entry in self._entries.values() if entry.at < moment]
            for entry in old:
                del self._entries[entry.id]
                self._keys.pop(entry.key, None)
            return len(old)


class MemorySessions:
    """A `SessionStore` and `SessionLog` that forgets all when the process ends; `journal` shares its lock.

    `zone_of` returns the time zone of a household, by whose clock ended visits are counted.
    """

    def __init__(self, journal: MemoryJournal, zone_of: Callable[[str], str] = lambda _: "UTC") -> None:
        self._journal = journal
        self._zone_of = zone_of
        self.tallies: dict[tuple[str, date, str, str, str], Tally] = {}
        self._counted: dict[str, tuple[Session, str]] = {}
        self._sessions: dict[str, Session] = {}
        self._open: dict[str, str] = {}
        self._ended_last: dict[str, str] = {}

    def latest_in(self, room_id: str) -> Session | None:
        """Return the open session of the room, else the one that ended last."""
        with self._journal.lock:
            found = self._open.get(room_id) or self._ended_last.get(room_id)
            return self._sessions[found] if found else None

    def save(self, session: Session, entry: JournalEntry | None = None) -> Session:
        """Write the session, and the entry with it, if the stored version is `session.version`.

        Raises `Conflict` for a stale version, a second open session in the room, or a known `entry.key`.
        """
        with self._journal.lock:
            if session.ended_at is None and self._open.get(session.room_id, session.id) != session.id:
                raise Conflict("The room has an open session already.")
            stored = self._sessions.get(session.id)
            saved = put_version(self._sessions, session.id, session)
            try:
                if entry is not None:
                    self._journal.record(entry)
            except Conflict:
                self._put_back(session.id, stored)
                raise
            self._index(saved)
            self._count(saved)
            return saved

    def session(self, session_id: str) -> Session:
        """Return one session; raises `NotFound`."""
        with self._journal.lock:
            if session_id not in self._sessions:
                raise NotFound("session", session_id)
            return self._sessions[session_id]

    def due(self, now: datetime, horizon: datetime, limit: int) -> tuple[Session, ...]:
        """Return open sessions whose deadline is not after `now`, or after `horizon`; oldest first."""
        due = [session for session in self.open() if not now < session.deadline_at <= horizon]
        return tuple(sorted(due, key=lambda session: session.deadline_at)[:limit])

    def open(self) -> tuple[Session, ...]:
        """Return all open sessions, oldest first."""
        with self._journal.lock:
            sessions = [self._sessions[session_id] for session_id in self._open.values()]
            return tuple(sorted(sessions, key=lambda session: session.opened_at))

    def sessions(self, household_id: str, start: datetime, end: datetime, limit: int) -> tuple[Session, ...]:
        """Return the sessions that opened in [start, end), newest first."""
        with self._journal.lock:
            wanted = [
                session
                for session in self._sessions.values()
                if session.household_id == household_id and start <= session.opened_at < end
            ]
            return tuple(sorted(wanted, key=lambda session: session.opened_at)[::-1][:limit])

    def active_sensors(self, household_id: str) -> frozenset[str]:
        """Return the sensors of the household that were heard in visits that go on, by id."""
        here = [session for session in self.open() if session.household_id == household_id]
        return frozenset(heard.sensor_id for session in here for heard in session.heard)

    def last_motions(self, household_id: str) -> dict[str, datetime]:
        """Return when each sensor of the household moved last, by its id; one that never did is left out."""
        entries = reversed(self._journal.recent(household_id, sys.maxsize))
        return {e.sensor_id: e.at for e in entries if e.event == "motion_detected" and e.room_id is not None}

    def forget_before(self, moment: datetime) -> int:
        """Delete sessions that ended, and journal entries that were written, before it; return how many."""
        with self._journal.lock:
            old = [s for s in self._sessions.values() if s.ended_at is not None and s.ended_at < moment]
            for session in old:
                del self._sessions[session.id]
                if self._ended_last.get(session.room_id) == session.id:
                    del self._ended_last[session.room_id]
            return len(old) + self._journal.forget_before(moment)

    def page(self, household_id: str) -> tuple[Session, ...]:
        """Return all sessions of a household by (opened at, id), the greatest first."""
        with self._journal.lock:
            found = (session for session in self._sessions.values() if session.household_id == household_id)
            return tuple(sorted(found, key=lambda session: (session.opened_at, session.id))[::-1])

    def _count(self, session: Session) -> None:
        """Count a visit that has ended, in place of how it was counted before."""
        before, zone = self._counted.pop(session.id, (None, None))
        zone = zone or self._zone_of(session.household_id)
        for visit, times in ((before, -1), (session, 1)):
            if visit is not None and visit.ended_at is not None:
                tally = tally_of(visit, zone)
                key = (visit.household_id, tally.day, tally.room_id, tally.sensor_id, zone)
                empty = Tally(tally.day, zone, tally.room_id, tally.sensor_id)
                self.tallies[key] = added(self.tallies.get(key, empty), tally, times)
        if session.ended_at is not None:
            self._counted[session.id] = (session, zone)

    def _put_back(self, session_id: str, stored: Session | None) -> None:
        if stored is None:
            del self._sessions[session_id]
        else:
            self._sessions[session_id] = stored

    def _index(self, session: Session) -> None:
        """Keep in mind which session of the room is open and which one ended last."""
        room = session.room_id
        if session.ended_at is None:
            self._open[room] = session.id
            return
        if self._open.get(room) == session.id:
            del self._open[room]
        last = self._sessions.get(self._ended_last.get(room, ""))
        if last is None or last.ended_at is None or last.ended_at <= session.ended_at:
            self._ended_last[room] = session.id
