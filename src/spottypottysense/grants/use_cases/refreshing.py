"""Tokens are refreshed ahead of time, and handed out."""

import threading
from collections.abc import Callable
from datetime import timedelta

from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.grants.model import Grant, GrantState, RefreshReport, Schedule, Secret
from spottypottysense.grants.policy import is_good, is_held, is_resting, lacks_scope, serves
from spottypottysense.grants.ports import Apps, Crew, GrantStore, GrantWatch, TokenEndpoint
from spottypottysense.grants.use_cases.app_health import AppWatch
from spottypottysense.grants.use_cases.asking import Asking
from spottypottysense.grants.use_cases.keeping import Keeping
from spottypottysense.grants.use_cases.one_pass import Pass
from spottypottysense.reasons import Reason, sentence

POLL = timedelta(milliseconds=20)
"""How often we look whether another process has refreshed the grant that we wait for."""

DUE_AT_ONCE = 100_000


class Grants:
    """Keeps grants fresh. For one grant, one caller at a time asks Spotify, across threads and processes.

    `owner` names this process in attempts; `dice` returns 0 to 1; `pause` waits in real time.
    """

    def __init__(
        self,
        store: GrantStore,
        endpoint: TokenEndpoint,
        apps: Apps,
        crew: Crew,
        watch: GrantWatch,
        clock: Clock,
        schedule: Schedule,
        owner: str,
        dice: Callable[[], float],
        pause: Callable[[timedelta], None],
    ) -> None:
        self._store = store
        self._crew = crew
        self._clock = clock
        self._pause = pause
        self._health = AppWatch(watch)
        self._keeping = Keeping(store, watch)
        self._asking = Asking(
            store, self._keeping, endpoint, apps, watch, self._health, clock, schedule, owner, dice
        )
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def access_token_for(self, user_id: str, refused: Secret | None = None) -> Secret:
        """Return a token that is good for the next call, refreshed first if it is not.

        `refused` is a token that Spotify just answered with 401: it is never handed out again. While Spotify
        or the app fails, a token that has not expired still serves. Raises `NeedsPerson` if only the user or
        the operator can help, `Unavailable` if time heals.
        """
        grant, now, lock = self._usable(user_id), self._clock.now(), self._lock(user_id)
        under_way = lock.locked() and serves(grant, refused, now)
        if under_way or is_good(grant, refused, now):
            return grant.access_token
        with lock:
            return self._fresh(user_id, refused, grant.failures).access_token

    def refresh_due(self, progress: Callable[[int, int], None] = lambda _done, _all: None) -> RefreshReport:
        """Refresh every grant that is due; one user's failure never stops or delays the others.

        `progress` is told how many of how many are done.
        """
        self._health.begin_pass()
        users = self._store.due(self._clock.now(), DUE_AT_ONCE)
        one = Pass(users, self._keeping, self._asking, self._health, self._clock, progress)
        return one.run(self._crew)

    def client_of(self, user_id: str) -> str:
        """Return the id of the app through which a user is connected; raises `NeedsPerson`."""
        return self._usable(user_id).client_id

    def state_of(self, user_id: str) -> Grant | None:
        """Return a user's grant for showing its state, or None if there is none that can be opened."""
        return self._keeping.stored(user_id)

    def _fresh(self, user_id: str, refused: Secret | None, failures: int) -> Grant:
        """Return the grant with a token that serves.

        Whoever waited looks again first, and if the others asked in vain (`failures` were known before the
        wait) does not ask right after them.
        """
        while True:
            grant, now = self._usable(user_id), self._clock.now()
            if is_good(grant, refused, now):
                return grant
            held = is_held(grant, now)
            if (held or is_resting(grant, now)) and serves(grant, refused, now):
                return grant
            if held:
                self._pause(POLL)
                continue
            self._refuse_if_in_vain(grant, failures)
            try:
                return self._renewed(grant, refused)
            except Conflict:
                continue
            except SpottyError as error:
                reason = error.reason if isinstance(error, NeedsPerson) else None
                if reason is Reason.RECONNECT:
                    continue  # dead or only doubted: what was written says which
                if reason is Reason.SCOPE_MISSING or not serves(grant, refused, self._clock.now()):
                    raise
                return grant

    def _refuse_if_in_vain(self, grant: Grant, failures: int) -> None:
        now = self._clock.now()
        if is_resting(grant, now):
            raise Unavailable(sentence(Reason.DOUBTED), grant.due_at - now, Reason.DOUBTED)
        if grant.failures > failures and now < grant.due_at:
            self._health.admit(grant.client_id, now)
            raise Unavailable(sentence(Reason.SPOTIFY_UNAVAILABLE), grant.due_at - now)

    def _renewed(self, grant: Grant, refused: Secret | None) -> Grant:
        fresh = self._asking.refresh(grant)
        if fresh.access_token == refused:
            raise Unavailable("Spotify gave us the very token that it refuses. It should pass by itself.")
        if lacks_scope(fresh):
            raise NeedsPerson(Reason.SCOPE_MISSING)
        return fresh

    def _usable(self, user_id: str) -> Grant:
        try:
            grant = self._keeping.grant(user_id)
        except NotFound:
            raise NeedsPerson(Reason.NOT_CONNECTED) from None
        if grant.state is GrantState.DEAD:
            raise NeedsPerson(grant.dead_reason or Reason.RECONNECT)
        if lacks_scope(grant):
            raise NeedsPerson(Reason.SCOPE_MISSING)
        return grant

    def _lock(self, user_id: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(user_id, threading.Lock())
