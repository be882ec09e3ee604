"""What presence needs: sessions, a journal, and lanes for the slow work."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from spottypottysense.presence.model import JournalEntry, Session
from spottypottysense.reasons import Reason


class SessionStore(Protocol):
    """Sessions; at most one per room is open."""

    def latest_in(self, room_id: str) -> Session | None:
        """Return the open session of the room, else the one that ended last."""
        ...

    def save(self, session: Session, entry: JournalEntry | None = None) -> Session:
        """Write the session, and the entry with it, if the stored version is `session.version`.

        Version 0 is a new session. Both are durable on return, or neither is. Raises `Conflict` if
        somebody else wrote meanwhile, if the room has another open session, or if the journal knows
        `entry.key` already. Returns the session with its new version.
        """
        ...

    def session(self, session_id: str) -> Session:
        """Return one session; raises `NotFound`."""
        ...

    def due(self, now: datetime, horizon: datetime, limit: int) -> tuple[Session, ...]:
        """Return open sessions whose deadline is not after `now`, or lies after `horizon`; oldest first."""
        ...

    def open(self) -> tuple[Session, ...]:
        """Return all open sessions, oldest first."""
        ...


class SessionLog(Protocol):
    """Sessions as people look at them."""

    def sessions(self, household_id: str, start: datetime, end: datetime, limit: int) -> tuple[Session, ...]:
        """Return the sessions that opened in [start, end), newest first."""
        ...

    def active_sensors(self, household_id: str) -> frozenset[str]:
        """Return the sensors of the household that were heard in visits that go on, by id."""
        ...

    def last_motions(self, household_id: str) -> Mapping[str, datetime]:
        """Return when each sensor of the household moved last, by its id; one that never did is left out."""
        ...

    def forget_before(self, moment: datetime) -> int:
        """Delete sessions that ended, and journal entries that were written, before it; return how many."""
        ...


class Journal(Protocol):
    """Every decision with its reason."""

    def record(self, entry: JournalEntry) -> None:
        """Write an entry; raises `Conflict` if its key is known already."""
        ...

    def knows(self, key: str) -> bool:
        """Say whether an entry with this key was written (and not forgotten yet)."""
        ...

    def release_keys(self, before: datetime) -> None:
        """Forget the keys of older entries: what comes with such a key again is a new message."""
        ...

    def settle(self, entry_id: str, outcome: Reason, detail: str = "") -> None:
        """Add what became of the music to an entry."""
        ...

    def recent(
        self, household_id: str | None, limit: int, room_id: str | None = None, before: str | None = None
    ) -> tuple[JournalEntry, ...]:
        """Return the latest entries of a household (or of all, also of unknown senders), newest first.

        `room_id` narrows them to a room; `before` is the id of an entry: only older ones are returned, and
        none if it was forgotten.
        """
        ...


class Lanes(Protocol):
    """Runs work in the order it came, one piece at a time per lane, away from the caller."""

    def submit(self, lane: str, work: Callable[[], None]) -> None:
        """Queue `work`; it must not raise."""
        ...


class Feed(Protocol):
    """Is told of every decision, and again when its outcome is known: figures, live views."""

    def tell(self, entry: JournalEntry) -> None:
        """Take note of an entry; it must not raise and not take long."""
        ...
