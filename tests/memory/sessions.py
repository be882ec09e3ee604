"""Sessions and the journal in dicts."""

import threading
from dataclasses import replace
from datetime import datetime

from memory.versions import put_version
from spottypottysense.errors import Conflict, NotFound
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

    def recent(self, household_id: str | None, limit: int) -> tuple[JournalEntry, ...]:
        """Return the latest entries of a household (or of all, also of unknown senders), newest first."""
        with self.lock:
            wanted = [e for e in self._entries.values() if household_id in (None, e.household_id)]
            return tuple(sorted(wanted, key=lambda entry: entry.at)[::-1][:limit])

    def forget_before(self, moment: datetime) -> int:
        """Delete entries that were written before it; return how many."""
        with self.lock:
            old = [entry for entry in self._entries.values() if entry.at < moment]
            for entry in old:
                del self._entries[entry.id]
                self._keys.pop(entry.key, None)
            return len(old)


class MemorySessions:
    """A `SessionStore` and `SessionLog` that forgets all when the process ends; `journal` shares its lock."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._journal = journal
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

    def forget_before(self, moment: datetime) -> int:
        """Delete sessions that ended, and journal entries that were written, before it; return how many."""
        with self._journal.lock:
            old = [s for s in self._sessions.values() if s.ended_at is not None and s.ended_at < moment]
            for session in old:
                del self._sessions[session.id]
                if self._ended_last.get(session.room_id) == session.id:
                    del self._ended_last[session.room_id]
            return len(old) + self._journal.forget_before(moment)

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
