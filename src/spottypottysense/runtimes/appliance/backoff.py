"""How long to wait before the next attempt."""

import random


class Backoff:
    """Waits that double from `first` to `most` seconds, each with up to half taken off at random."""

    def __init__(self, first: float = 0.2, most: float = 30.0) -> None:
        self._first = first
        self._most = most
        self._next = first

    def next(self) -> float:
        """Return how long to wait now, in seconds."""
        wait, self._next = self._next, min(self._next * 2, self._most)
        return wait * random.uniform(0.5, 1.0)  # noqa: S311  spreads load, guards nothing

    def reset(self) -> None:
        """Begin with `first` again."""
        self._next = self._first
