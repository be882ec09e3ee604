"""A pretend player, its receipts, and playback over both."""

from collections.abc import Callable
from datetime import timedelta

from memory.playback_memory import MemoryBookmarks, MemoryContentLengths, MemoryKnownSpeakers
from memory.player import PretendPlayer
from memory.receipts import MemoryReceipts
from playback.scene import BATH, BATH_BOX, KITCHEN_BOX, NOON
from spottypottysense.clock import ManualClock
from spottypottysense.playback.model import Outcome, Receipt, Visit
from spottypottysense.playback.use_cases import Memory, Playback


class Stage:
    """Where music plays: `player`, `receipts`, `memory` and `playback`; whoever waits turns the clock."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOON)
        self.player = PretendPlayer(BATH_BOX, KITCHEN_BOX, clock=self.clock)
        self.receipts = MemoryReceipts()
        self.memory = Memory(MemoryBookmarks(), MemoryKnownSpeakers(), MemoryContentLengths())
        self.roll = 0.5
        self.waits: list[timedelta] = []
        self.playback = Playback(
            self.player,
            self.player,
            self.receipts,
            self.memory,
            self.clock,
            dice=lambda: self.roll,
            pause=self._pause,
        )

    def arrive(self, visit: Visit = BATH) -> Outcome:
        """Somebody comes in."""
        return self.playback.arrive(visit)

    def depart(self, session_id: str = "s1") -> Outcome:
        """The room is empty."""
        return self.playback.depart("anna", session_id)

    def calls(self) -> list[str]:
        """Return the calls since the last time, and forget them."""
        calls, self.player.calls = self.player.calls, []
        return calls

    def receipt(self) -> Receipt:
        """Return Anna's receipt, which there is."""
        receipt = self.receipts.receipt("anna")
        assert receipt is not None
        return receipt

    def _pause(self, wait: timedelta) -> None:
        self.waits.append(wait)
        self.clock.advance(wait)


def failing(step: str, error: Exception) -> Callable[[str], None]:
    """Return a hook that raises at one step."""

    def fail(name: str) -> None:
        if name == step:
            raise error

    return fail
