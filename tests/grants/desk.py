"""Grants with a clock to turn and a provider to trouble."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from grants.provider import Provider
from memory.connections import MemoryApps, MemoryPendingConsents
from memory.grants import MemoryGrants
from memory.home import NOON, Hands
from memory.house import MemoryAccounts
from spottypottysense.clock import ManualClock
from spottypottysense.errors import NeedsPerson, SpottyError, Unavailable
from spottypottysense.grants.model import ClientApp, Grant, Schedule, Secret
from spottypottysense.grants.ports import Crew, GrantStore
from spottypottysense.grants.use_cases import Connections, Grants
from spottypottysense.reasons import Reason

BACK = "http://127.0.0.1:8765/callback"
REFUSED = NeedsPerson(Reason.RECONNECT)
APP_BROKEN = NeedsPerson(Reason.APP_MISCONFIGURED)
AWAY = Unavailable("Spotify did not answer.")
SLOW_DOWN = Unavailable("Slow down.", timedelta(seconds=90), Reason.RATE_LIMITED)


class Listener:
    """A `GrantWatch` that remembers what it was told; `step` hears of each thing first."""

    def __init__(self) -> None:
        self.died: list[tuple[str, Reason]] = []
        self.works: list[str] = []
        self.ends: list[tuple[str, Reason]] = []
        self.apps: list[tuple[str, Reason | None]] = []
        self.step: Callable[[str], None] = lambda _: None

    def grant_died(self, user_id: str, reason: Reason) -> None:
        """Take note of a death."""
        self.step("tell")
        self.died.append((user_id, reason))

    def grant_works(self, user_id: str) -> None:
        """Take note of a new grant."""
        self.step("tell")
        self.works.append(user_id)

    def consent_ends(self, user_id: str, reason: Reason) -> None:
        """Take note of an end that comes near."""
        self.ends.append((user_id, reason))

    def app_fails(self, client_id: str, reason: Reason) -> None:
        """Take note of an app that is refused."""
        self.step("tell")
        self.apps.append((client_id, reason))

    def app_works(self, client_id: str) -> None:
        """Take note of an app that is accepted."""
        self.step("tell")
        self.apps.append((client_id, None))


class Desk:
    """`grants` and `connections` over `store`, `provider` and `clock`; `watch` is what people are told."""

    def __init__(self, store: GrantStore | None = None, seats: int = 0) -> None:
        self.census = MemoryGrants()
        self.store: GrantStore = store or self.census
        self.clock = ManualClock(NOON)
        self.provider = Provider(self.clock)
        self.watch = Listener()
        self.schedule = Schedule()
        self.roll = 0.0
        self.crew: Crew = Hands()
        self.apps = MemoryApps(MemoryAccounts(), ClientApp("client"))
        self.pending = MemoryPendingConsents(self.clock)
        self.grants = self.another()
        self.connections = Connections(
            self.store,
            self.census,
            self.pending,
            self.apps,
            self.provider,
            self.watch,
            self.clock,
            self.schedule,
            seats,
            dice=lambda: self.roll,
        )

    def another(self, owner: str = "process") -> Grants:
        """Return grants of another process over the same store."""
        return Grants(
            self.store,
            self.provider,
            self.apps,
            self.crew,
            self.watch,
            self.clock,
            self.schedule,
            owner,
            dice=lambda: self.roll,
            pause=lambda wait: self.later(seconds=wait.total_seconds()),
        )

    def connect(self, user_id: str = "anna", *, replace: bool = False) -> Grant:
        """Connect a user; the token lasts an hour."""
        state = self.connections.begin(user_id, BACK).state
        return self.connections.finish(user_id, state, f"code of {user_id}", replace=replace)

    def later(self, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(minutes=minutes, seconds=seconds))

    def tick(self, minutes: int) -> None:
        """Let minutes pass, with a pass over the due grants after each."""
        for _ in range(minutes):
            self.later(1)
            self.grants.refresh_due()

    def token(self, user_id: str = "anna", refused: Secret | None = None) -> str:
        """Return the access token that is handed out now; it opens doors."""
        token = self.grants.access_token_for(user_id, refused)
        assert self.provider.opens(token)
        assert token != refused
        return token.reveal()

    def refuses(self, reason: Reason, user_id: str = "anna") -> None:
        """Assert that no token is handed out, for this reason."""
        with pytest.raises((NeedsPerson, Unavailable)) as caught:
            self.token(user_id)
        assert isinstance(caught.value, NeedsPerson | Unavailable)
        assert caught.value.reason is reason

    def meanwhile(self, event: Callable[[], object], step: str = "arrived") -> None:
        """Let something happen once while Spotify thinks, or when it has carried out what it was asked."""

        def happen(name: str) -> None:
            if name == step:
                self.provider.step = lambda _: None
                event()

        self.provider.step = happen

    def storm(self, error: SpottyError | None, *users: str) -> None:
        """Answer so from now on, to these users or to all; None is fair weather."""

        def weather(user_id: str) -> None:
            if error is not None and (not users or user_id in users):
                raise error

        self.provider.weather = weather
