"""Real threads that all do the same thing at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from spottypottysense.errors import Conflict

RACERS = 8


def winners(attempt: Callable[[int], object]) -> int:
    """Call `attempt(0)` to `attempt(7)` at once; return how many did not end in `Conflict`."""
    start = threading.Barrier(RACERS)

    def race(number: int) -> bool:
        start.wait(timeout=10)
        try:
            attempt(number)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(RACERS) as pool:
        return sum(pool.map(race, range(RACERS)))
