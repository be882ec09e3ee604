"""Notices in a dict."""

import threading
from dataclasses import replace
from datetime import datetime

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
        """Return what still waits for a person, newest first."""
        with self._lock:
            waiting = [notice for notice in self._notices if notice.settled_at is None]
            return tuple(sorted(waiting, key=lambda notice: notice.at)[::-1])

    def settle(self, subject: str, reason: Reason, at: datetime) -> None:
        """Mark what was told of this subject for this reason as attended to."""
        with self._lock:
            self._notices = [
                replace(kept, settled_at=at)
                if (kept.subject, kept.reason, kept.settled_at) == (subject, reason, None)
                else kept
                for kept in self._notices
            ]
