"""One queue per Spotify account: slow work, away from whoever asked for it, in the order it came."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_log = logging.getLogger("spotty.lanes")


class ThreadLanes:
    """Runs the lanes on a pool of threads; a lane holds a thread only while it has work."""

    def __init__(self, threads: int = 64) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="lane")
        self._waiting: dict[str, deque[Callable[[], None]]] = {}
        self._guard = threading.Lock()

    def submit(self, lane: str, work: Callable[[], None]) -> None:
        """Queue `work` behind what its lane has; returns at once. After `close` nothing is taken."""
        with self._guard:
            queue = self._waiting.get(lane)
            if queue is not None:
                queue.append(work)
                return
            self._waiting[lane] = deque([work])
        try:
            self._pool.submit(self._drain, lane)
        except RuntimeError:  # the pool is closed: what is pending is taken up at the next start
            with self._guard:
                self._waiting.pop(lane, None)

    def close(self) -> None:
        """Finish what runs, drop what waits; the next start takes that up again."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _drain(self, lane: str) -> None:
        while True:
            with self._guard:
                queue = self._waiting[lane]
                if not queue:
                    del self._waiting[lane]
                    return
                work = queue.popleft()
            try:
                work()
            except Exception:
                _log.exception("lane", extra={"lane": lane})
