"""Notices in a dict."""

import threading
from dataclasses import replace
from datetime import datetime

from spottypottysense.errors import NotFound
from spottypottysense.notices.model import Notice
from spottypottysense.reasons import Reason


class MemoryNotices:
    """A `NoticeStore` that forgets all when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notices: list[Notice] = []

    def add(self, notice: Notice) -> bool:
        """Keep the notice unless an unsettled one says the same of its subject; say whether it was kept."""
        with self._lock:
            waiting = {(kept.subject, kept.reason) for kept in self._notices if kept.settled_at is None}
            if (notice.subject, notice.reason) in waiting:
                return False
            self._notices.append(notice)
            return True

    def unsettled(self) -> tuple[Notice, ...]:
        """Return what is not settled yet, newest first."""
        with self._lock:
            waiting = [notice for notice in self._notices if notice.settled_at is None]
            return tuple(sorted(waiting, key=lambda notice: notice.at)[::-1])

    def undelivered(self) -> tuple[Notice, ...]:
        """Return what is neither settled nor delivered, oldest first."""
        return tuple(notice for notice in reversed(self.unsettled()) if notice.delivered_at is None)

    def delivered(self, notice_id: str, at: datetime) -> None:
        """Mark a notice as delivered."""
        with self._lock:
            self._notices = [replace(n, delivered_at=at) if n.id == notice_id else n for n in self._notices]

    def acknowledge(self, notice_id: str, at: datetime) -> None:
        """Mark an unsettled notice as known to its person; raises `NotFound`."""
        if notice_id not in {notice.id for notice in self.unsettled()}:
            raise NotFound("open notice", notice_id)
        with self._lock:
            self._notices = [
                replace(n, acknowledged_at=at) if n.id == notice_id else n for n in self._notices
            ]

    def settle(self, subject: str, reason: Reason, at: datetime) -> None:
        """Mark what was told of this subject for this reason as attended to."""
        with self._lock:
            self._notices = [
                replace(kept, settled_at=at)
                if (kept.subject, kept.reason, kept.settled_at) == (subject, reason, None)
                else kept
                for kept in self._notices
            ]
