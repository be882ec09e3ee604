"""Tells whoever listens of every decision as it is made."""

import logging
import threading
from collections.abc import Callable

from spottypottysense.presence.model import JournalEntry

_log = logging.getLogger("spotty.feed")


class LiveFeed:
    """Passes entries on to listeners; one that fails does not disturb the others."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[JournalEntry], None]] = []
        self._guard = threading.Lock()

    def listen(self, listener: Callable[[JournalEntry], None]) -> Callable[[], None]:
        """Call `listener`, which must be quick, with every entry; what is returned ends that."""
        with self._guard:
            self._listeners = [*self._listeners, listener]

        def stop() -> None:
            with self._guard:
                self._listeners = [other for other in self._listeners if other is not listener]

        return stop

    def tell(self, entry: JournalEntry) -> None:
        """Pass one entry on."""
        for listener in self._listeners:
            try:
                listener(entry)
            except Exception:
                _log.exception("listener")
