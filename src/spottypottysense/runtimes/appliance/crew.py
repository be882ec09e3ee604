"""Many hands that ask Spotify side by side; fewer once it asks us to slow down."""

import logging
import os
import random
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Generic

from spottypottysense.grants.policy import next_width
from spottypottysense.grants.ports import Item

_log = logging.getLogger("spotty.crew")

_FIRST_WIDTH = 16


class ThreadCrew:
    """Works with up to `most` threads at once; how many Spotify bears is remembered between calls."""

    def __init__(self, most: int = 200) -> None:
        self.most = most
        self._width = min(_FIRST_WIDTH, most)
        self._guard = threading.Lock()
        self._shifts: set[_Shift[Any]] = set()
        self._closed = False

    @property
    def width(self) -> int:
        """How many threads may work at the moment."""
        return self._width

    def each(self, items: Iterable[Item], work: Callable[[Item], bool]) -> None:
        """Call `work` once for each item and return when all are done, or when the crew is closed.

        Several hands may draw from `items` at once. `work` returns False when Spotify asked us to slow
        down; what it raises is logged and counts as done.
        """
        shift = _Shift(self, iter(items), work)
        with self._guard:
            if self._closed:
                return
            self._shifts.add(shift)
        try:
            shift.run()
        finally:
            with self._guard:
                self._shifts.discard(shift)

    def note(self, went_well: bool) -> int:
        """Take note of how an item went and return how many threads may work from here on."""
        with self._guard:
            self._width = next_width(self._width, went_well, self.most)
            return self._width

    def close(self) -> None:
        """Begin no more items; what is under way finishes, and what was left is due the next time."""
        with self._guard:
            self._closed = True
            shifts = tuple(self._shifts)
        for shift in shifts:
            shift.stop()


class _Shift(Generic[Item]):
    """One call of `each`: hands are hired while the width allows it, and leave when it shrinks."""

    def __init__(self, crew: ThreadCrew, items: Iterator[Item], work: Callable[[Item], bool]) -> None:
        self._crew = crew
        self._items = items
        self._work = work
        self._guard = threading.Lock()
        self._hands = 0
        self._over = False
        self._finished = threading.Event()
        self._core = _some_core()

    def run(self) -> None:
        """Work until nothing is left; an interruption lets what is under way finish."""
        try:
            self._hire(self._crew.width)
            self._finished.wait()
        finally:
            self.stop()

    def stop(self) -> None:
        """Hand out no more items."""
        with self._guard:
            self._over = True
            if not self._hands:
                self._finished.set()

    def _hire(self, width: int) -> None:
        """Start hands until there are as many as may work; each takes its first item along."""
        while self._joins(width):
            item = self._draw()
            if item is None:
                self._leave()
                return
            try:
                threading.Thread(target=self._lend_a_hand, args=(item,), name="crew").start()
            except RuntimeError:  # this machine grants us no more threads
                self._lend_a_hand(item)

    def _lend_a_hand(self, item: Item | None) -> None:
        _stay_on(self._core)
        while item is not None:
            width = self._crew.note(self._goes_well(item))
            self._hire(width)
            if self._leaves(width):
                return
            item = self._draw()
        self._leave()

    def _draw(self) -> Item | None:
        """Return the next item, or None if there is none or the shift is over.

        Without a lock, for `items` may take its time over one: whoever finds another one goes on.
        """
        item = None
        if not self._over:
            try:
                item = next(self._items, None)
            except Exception:
                _log.exception("no more items can be drawn")
        if item is None:
            self._over = True
        return item

    def _joins(self, width: int) -> bool:
        """Count one more hand, unless enough are at work."""
        with self._guard:
            is_wanted = self._hands < width and not self._over
            self._hands += is_wanted
            return is_wanted

    def _leaves(self, width: int) -> bool:
        """Count one hand less, if that leaves enough."""
        with self._guard:
            is_spare = self._hands > width
            self._hands -= is_spare
            return is_spare

    def _leave(self) -> None:
        """Count one hand less, as there is nothing left to do."""
        with self._guard:
            self._hands -= 1
            if not self._hands:
                self._finished.set()

    def _goes_well(self, item: Item) -> bool:
        try:
            return self._work(item)
        except Exception:
            _log.exception("item", extra={"item": str(item)})
            return True


def _some_core() -> int | None:
    """Return a core that this process may use, or None where threads cannot be told to stay on one."""
    return random.choice(list(os.sched_getaffinity(0))) if sys.platform == "linux" else None  # noqa: S311


def _stay_on(core: int | None) -> None:
    """Keep the calling thread on one core.

    One hand runs at a time anyway, for they share the interpreter's lock; passing it from core to core costs
    more than half of the CPU that refreshing takes.
    """
    if sys.platform == "linux" and core is not None:
        with suppress(OSError):
            os.sched_setaffinity(0, {core})
