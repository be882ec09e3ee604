"""One queue per Spotify account: slow work, away from whoever asked for it, in the order it came."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

_log = logging.getLogger("spotty.lanes")


class ThreadLanes:
    """Runs the lanes on a pool of threads; a lane holds a thread only while it has work."""

    def __init__(self, threads: int = 64) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="lane")
        self._waiting: dict[str, deque[Callable[[], None]]] = {}
        self._guard = threading.Lock()
        self._idle = threading.Condition(self._guard)
        self._closed = False

    def submit(self, lane: str, work: Callable[[], None]) -> None:
        """Queue `work` behind what its lane has; returns at once. After `close` nothing is taken."""
        with self._guard:
            if self._closed:
                return
            queue = self._waiting.get(lane)
            if queue is not None:
                queue.append(work)
                return
            self._waiting[lane] = deque([work])
            self._pool.submit(self._drain, lane)

    def finish(self, timeout: timedelta) -> bool:
        """Wait until all that was queued is done, also what it queues itself; say whether it is."""
        with self._idle:
            self._idle.wait_for(lambda: self._closed or not self._waiting, timeout.total_seconds())
            return not self._waiting

    def close(self) -> None:
        """Finish what runs, drop what waits; the next start takes that up again."""
        with self._guard:
            self._closed = True
            self._idle.notify_all()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _drain(self, lane: str) -> None:
        while True:
            with self._guard:
                queue = self._waiting[lane]
                if self._closed or not queue:
                    del self._waiting[lane]
                    self._idle.notify_all()
                    return
                work = queue.popleft()
            try:
                work()
            except Exception:
                _log.exception("lane", extra={"lane": lane})
