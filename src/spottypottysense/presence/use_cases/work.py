"""The work that waits in the lanes: whose it is, and whether somebody's start is behind it."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from spottypottysense.presence.ports import Lanes

Done = TypeVar("Done")


class LaneWork:
    """Hands work to the lanes, one thing at a time per Spotify account, and knows what is under way."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._sessions: Counter[str] = Counter()
        self._starts: Counter[str] = Counter()
        self._guard = threading.Lock()

    def submit(self, lane: str, session_id: str, work: Callable[[], None], *, is_start: bool = False) -> None:
        """Queue `work` about a session; returns at once."""
        with self._guard:
            self._sessions[session_id] += 1
            self._starts[lane] += is_start

        def run() -> None:
            with self._guard:
                self._starts[lane] -= is_start
            try:
                work()
            finally:
                with self._guard:
                    self._sessions[session_id] -= 1
                    self._sessions += Counter()
                    self._starts += Counter()

        self._lanes.submit(lane, run)

    def result(
        self, lane: str, session_id: str, work: Callable[[], Done], patience: timedelta
    ) -> Done | None:
        """Do `work` when its lane is free and return what came of it, or None if that takes too long.

        Work that nobody waits for any more is not begun.
        """
        done, given_up = threading.Event(), threading.Event()
        found: list[Done] = []

        def run() -> None:
            try:
                if not given_up.is_set():
                    found.append(work())
            finally:
                done.set()

        self.submit(lane, session_id, run)
        if not done.wait(patience.total_seconds()):
            given_up.set()
        return found[0] if found else None

    def is_under_way(self, session_id: str) -> bool:
        """Say whether anything is being done about the session's music."""
        with self._guard:
            return self._sessions[session_id] > 0

    def start_waits(self, lane: str) -> bool:
        """Say whether music is to start in this lane as soon as what runs there is done."""
        with self._guard:
            return self._starts[lane] > 0
