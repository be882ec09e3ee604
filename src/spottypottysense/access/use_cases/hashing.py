"""Slow hashes, few at a time: each takes a core and tens of megabytes for a while."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from spottypottysense.access.model import Password
from spottypottysense.access.ports import Hasher
from spottypottysense.errors import Unavailable
from spottypottysense.reasons import Reason
from spottypottysense.secret import Secret

_RETRY_AFTER = timedelta(seconds=2)


class Hashing:
    """Lets `at_once` callers hash and a few more wait for up to `patience`; the rest is sent away at once.

    Whoever is sent away does not keep a thread busy that others need to look at their rooms. All methods
    that hash raise `Unavailable(TOO_MANY_TRIES)` then.
    """

    def __init__(
        self, hasher: Hasher, at_once: int = 2, waiting: int = 8, patience: timedelta = timedelta(seconds=1)
    ) -> None:
        self._hasher = hasher
        self._present = threading.BoundedSemaphore(at_once + waiting)
        self._at_work = threading.BoundedSemaphore(at_once)
        self._patience = patience

    def hashed(self, password: Secret) -> str:
        """Return the text to keep of a password."""
        with self._turn():
            return self._hasher.hashed(password)

    def matches(self, kept: Password | None, shown: Secret) -> bool:
        """Say whether `shown` is the password; takes as long where there is none."""
        with self._turn():
            fits = self._hasher.matches(kept.hashed if kept else self._hasher.decoy(), shown)
        return kept is not None and fits

    def is_outdated(self, kept: Password) -> bool:
        """Say whether it was hashed with other costs than those of today."""
        return self._hasher.is_outdated(kept.hashed)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._present.acquire(blocking=False):
            raise _busy()
        try:
            if not self._at_work.acquire(timeout=self._patience.total_seconds()):
                raise _busy()
            try:
                yield
            finally:
                self._at_work.release()
        finally:
            self._present.release()


def _busy() -> Unavailable:
    message = "Many people sign in just now: try again in a few seconds."
    return Unavailable(message, _RETRY_AFTER, Reason.TOO_MANY_TRIES)
