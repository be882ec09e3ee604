"""The gate that Spotify's rate limits close for everybody at once."""

import threading
from collections.abc import Callable
from datetime import timedelta

from spottypottysense.reasons import Reason
from spottypottysense.spotify.refusals import slow_down


class RateGate:
    """Closed from a 429 until the wait that Spotify asked for is over; one per client id and host.

    Limits are counted per app, and calling on during a penalty lengthens it, so all accounts and
    threads share the gate. `monotonic` is real time in seconds, whatever the house's clock shows.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._closed_until = 0.0
        self._reason = Reason.RATE_LIMITED

    def check(self) -> None:
        """Pass if the gate is open; raises `Unavailable` with what is left of the wait otherwise."""
        with self._lock:
            left, reason = self._closed_until - self._monotonic(), self._reason
        if left > 0:
            raise slow_down(reason, timedelta(seconds=left))

    def close(self, wait: timedelta, reason: Reason) -> None:
        """Keep everybody out for `wait`; a longer wait that still runs stays as it is."""
        until = self._monotonic() + wait.total_seconds()
        with self._lock:
            if until > self._closed_until:
                self._closed_until, self._reason = until, reason
