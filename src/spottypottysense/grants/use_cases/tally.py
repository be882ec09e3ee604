"""What a pass has come to so far."""

import logging
from collections.abc import Callable

from spottypottysense.errors import Conflict, SpottyError
from spottypottysense.grants.model import RefreshReport

_log = logging.getLogger("spotty.grants")


class Tally:
    """Counts users, `queried` in all, from many threads; `progress` is told how many of how many are done."""

    def __init__(self, queried: int, progress: Callable[[int, int], None]) -> None:
        self._queried = queried
        self._progress = progress
        self._done = iter(range(1, queried + 1))
        self._refreshed: list[str] = []
        self._errors: list[tuple[str, str, str]] = []

    def refresh(self, user_id: str) -> None:
        """Count a user whose fresh token is written down."""
        self._refreshed.append(user_id)
        self.skip()

    def skip(self) -> None:
        """Count a user about whom there was nothing to ask."""
        self._progress(next(self._done), self._queried)

    def fail(self, user_id: str, error: Exception) -> None:
        """Count an error; that somebody else was faster is none."""
        if not isinstance(error, Conflict):
            self._errors.append((user_id, type(error).__name__, str(error)))
        if not isinstance(error, SpottyError):
            _log.error("refresh", exc_info=error, extra={"user": user_id})
        self.skip()

    def report(self) -> RefreshReport:
        """Return the figures; who was not reached counts as skipped."""
        refreshed, errors = len(self._refreshed), tuple(self._errors)
        return RefreshReport(self._queried, refreshed, self._queried - refreshed - len(errors), errors)
