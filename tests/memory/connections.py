"""Pending consents and client apps in dicts."""

import threading

from spottypottysense.accounts.ports import AccountStore
from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, NeedsPerson, NotFound
from spottypottysense.grants.model import ClientApp, PendingConsent
from spottypottysense.reasons import Reason


class MemoryPendingConsents:
    """A `PendingConsents` that forgets all when the process ends."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pending: dict[str, PendingConsent] = {}

    def add(self, pending: PendingConsent) -> None:
        """Keep it until it is taken, and forget those that have expired."""
        now = self._clock.now()
        with self._lock:
            if pending.state in self._pending:
                raise Conflict("This state is taken.")
            self._pending = {state: kept for state, kept in self._pending.items() if now < kept.expires_at}
            self._pending[pending.state] = pending

    def take(self, state: str) -> PendingConsent:
        """Return it and forget it; raises `NotFound`."""
        with self._lock:
            if state not in self._pending:
                raise NotFound("pending consent with the state", state)
            return self._pending.pop(state)


class MemoryApps:
    """An `Apps` that forgets all when the process ends; `accounts` tells whose household is whose."""

    def __init__(self, accounts: AccountStore, installation: ClientApp | None) -> None:
        self._accounts = accounts
        self._installation = installation
        self._lock = threading.Lock()
        self._apps: dict[str, ClientApp] = {}

    def forget_installation(self) -> None:
        """Let the installation have no app any more."""
        self._installation = None

    def app_for(self, user_id: str) -> ClientApp:
        """Return the app of the user's household, else the installation's; raises `NeedsPerson(NO_APP)`."""
        with self._lock:
            apps = dict(self._apps)
        for household_id, app in apps.items():
            if user_id in {user.id for user in self._accounts.users(household_id)}:
                return app
        if self._installation is None:
            raise NeedsPerson(Reason.NO_APP)
        return self._installation

    def app(self, client_id: str) -> ClientApp:
        """Return an app by its id; raises `NeedsPerson(APP_MISCONFIGURED)` if it is no longer known."""
        with self._lock:
            known = [*filter(None, [self._installation]), *self._apps.values()]
        for app in known:
            if app.client_id == client_id:
                return app
        raise NeedsPerson(Reason.APP_MISCONFIGURED)

    def set_app(self, household_id: str, app: ClientApp | None) -> None:
        """Give a household an app of its own, or (None) take it away; raises `Conflict`."""
        if app is not None and household_id not in {known.id for known in self._accounts.households()}:
            raise Conflict("There is no such household.")
        with self._lock:
            kept = {key: value for key, value in self._apps.items() if key != household_id}
            taken = [*filter(None, [self._installation]), *kept.values()]
            if app is not None and app.client_id in {other.client_id for other in taken}:
                raise Conflict("This app is somebody else's.")
            self._apps = kept if app is None else {**kept, household_id: app}
