"""Work that costs little more for many items than for one."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Together(Generic[Item]):
    """Calls `work` with all that has come while it was at work before.

    Whoever comes first works, and goes on until nothing is left; the others leave their item and are free.
    """

    def __init__(self, work: Callable[[list[Item]], None]) -> None:
        self._work = work
        self._guard = threading.Lock()
        self._waiting: list[Item] = []
        self._somebody_works = False

    def put(self, item: Item) -> None:
        """Hand in an item; on return somebody works on it, or has done so."""
        with self._guard:
            self._waiting.append(item)
            if self._somebody_works:
                return
            self._somebody_works = True
        try:
            while items := self._take():
                self._work(items)
        except BaseException:
            with self._guard:
                self._somebody_works = False
            raise

    def _take(self) -> list[Item]:
        with self._guard:
            items, self._waiting = self._waiting, []
            self._somebody_works = bool(items)
            return items
