"""Grants with a clock to turn and an endpoint to trouble."""

from datetime import timedelta

from memory.grants import MemoryGrants
from memory.home import NOON, PretendTokens
from spottypottysense.clock import ManualClock
from spottypottysense.grants.model import ClientApp, Grant
from spottypottysense.grants.use_cases import Grants
from spottypottysense.reasons import Reason


class Desk:
    """`grants` over `store`, `endpoint` and `clock`; `died` and `connected` are what the watch was told."""

    def __init__(self) -> None:
        self.store = MemoryGrants()
        self.endpoint = PretendTokens()
        self.clock = ManualClock(NOON)
        self.died: list[tuple[str, Reason]] = []
        self.connected: list[str] = []
        self.grants = self.another()

    def another(self) -> Grants:
        """Return grants of another process over the same store."""
        return Grants(self.store, self.endpoint, ClientApp("client"), self.clock, self)

    def grant_died(self, user_id: str, reason: Reason) -> None:
        """Take note of a dead grant."""
        self.died.append((user_id, reason))

    def grant_works(self, user_id: str) -> None:
        """Take note of a new grant."""
        self.connected.append(user_id)

    def connect(self, user_id: str = "anna") -> Grant:
        """Connect a user; the token lasts an hour."""
        return self.grants.connect(user_id, f"code of {user_id}", "http://127.0.0.1/back")

    def later(self, minutes: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(minutes=minutes))

    def token(self, user_id: str = "anna") -> str:
        """Return the access token that is handed out now."""
        return self.grants.access_token_for(user_id).reveal()
