"""A pretend player, its receipts, and playback over both."""

from dataclasses import replace

from memory.home import BATH_BOX, BATH_MIX, KITCHEN_BOX, KITCHEN_MIX, NOON
from memory.player import PretendPlayer
from memory.receipts import MemoryReceipts
from spottypottysense.clock import ManualClock
from spottypottysense.playback.model import Outcome, Visit
from spottypottysense.playback.use_cases import Playback
from spottypottysense.sensors.model import Speaker

BATH = Visit("s1", "bath", "anna", Speaker("Bath"), BATH_MIX, 30, shuffle=True)
KITCHEN = Visit("s2", "kitchen", "anna", Speaker("Kitchen"), KITCHEN_MIX, None, shuffle=False)


class Stage:
    """Where music plays: `player`, `receipts` and `playback`."""

    def __init__(self) -> None:
        self.player = PretendPlayer(BATH_BOX, KITCHEN_BOX)
        self.receipts = MemoryReceipts()
        self.playback = Playback(self.player, self.player, self.receipts, ManualClock(NOON))

    def arrive(self, visit: Visit = BATH, session_id: str = "") -> Outcome:
        """Somebody comes in."""
        return self.playback.arrive(replace(visit, session_id=session_id or visit.session_id))

    def depart(self, session_id: str = "s1") -> Outcome:
        """The room is empty."""
        return self.playback.depart("anna", session_id)
