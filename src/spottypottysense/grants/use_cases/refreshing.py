"""Tokens are refreshed ahead of time, and handed out."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.grants.model import (
    ClientApp,
    Grant,
    GrantState,
    RefreshReport,
    Schedule,
    Secret,
    TokenReply,
)
from spottypottysense.grants.policy import (
    after_failure,
    after_refusal,
    after_reply,
    beginning,
    consent_ends,
    is_good,
    is_held,
    is_resting,
    serves,
)
from spottypottysense.grants.ports import Apps, Crew, GrantStore, GrantWatch, TokenEndpoint
from spottypottysense.grants.use_cases.app_health import AppWatch
from spottypottysense.reasons import Reason, sentence

_log = logging.getLogger("spotty.grants")

POLL = timedelta(milliseconds=20)
"""How often we look whether another process has refreshed the grant that we wait for."""

DUE_AT_ONCE = 100_000
_PUSHED_BACK = frozenset({Reason.RATE_LIMITED, Reason.QUOTA_EXCEEDED})


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
        self._endpoint = endpoint
        self._apps = apps
        self._crew = crew
        self._watch = watch
        self._clock = clock
        self._schedule = schedule
        self._owner = owner
        self._dice = dice
        self._pause = pause
        self._health = AppWatch(watch)
        self._unsaved: dict[str, Grant] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def access_token_for(self, user_id: str, refused: Secret | None = None) -> Secret:
        """Return a token that is good for the next call, refreshed first if it is not.

        `refused` is a token that Spotify just answered with 401: it is never handed out again. While Spotify
        or the app fails, a token that has not expired still serves. Raises `NeedsPerson` if only the user or
        the operator can help, `Unavailable` if time heals.
        """
        grant = self._usable(user_id)
        if is_good(grant, refused, self._clock.now()):
            return grant.access_token
        with self._lock(user_id):
            return self._fresh(user_id, refused).access_token

    def refresh_due(self, progress: Callable[[int, int], None] = lambda _done, _all: None) -> RefreshReport:
        """Refresh every grant that is due; one user's failure never stops or delays the others.

        `progress` is told how many of how many are done.
        """
        users = self._store.due(self._clock.now(), DUE_AT_ONCE)
        refreshed: list[str] = []
        errors: list[tuple[str, str, str]] = []
        done = iter(range(1, len(users) + 1))

        def work(user_id: str) -> bool:
            try:
                if self._refresh_if_due(user_id):
                    refreshed.append(user_id)
            except Exception as error:
                errors.append((user_id, type(error).__name__, str(error)))
                if not isinstance(error, SpottyError):
                    _log.exception("refresh", extra={"user": user_id})
                return not _is_push_back(error)
            finally:
                progress(next(done), len(users))
            return True

        self._health.begin_pass()
        self._crew.each(users, work)
        return RefreshReport(
            len(users), len(refreshed), len(users) - len(refreshed) - len(errors), tuple(errors)
        )

    def client_of(self, user_id: str) -> str:
        """Return the id of the app through which a user is connected; raises `NeedsPerson`."""
        return self._usable(user_id).client_id

    def state_of(self, user_id: str) -> Grant | None:
        """Return a user's grant for showing its state, or None if there is none that can be opened."""
        try:
            return self._store.grant(user_id)
        except (NotFound, NeedsPerson):
            return None

    def _refresh_if_due(self, user_id: str) -> bool:
        with self._lock(user_id):
            grant, now = self._read(user_id), self._clock.now()
            dead = grant.state is GrantState.DEAD
            if dead or now < grant.due_at or is_held(grant, now):
                return False
            if not self._health.take_turn(grant.client_id):
                return False
            try:
                self._refresh(grant)
            except Conflict:
                return False
            return True

    def _fresh(self, user_id: str, refused: Secret | None) -> Grant:
        """Return the grant with a token that serves; whoever waited looks again first."""
        while True:
            grant, now = self._usable(user_id), self._clock.now()
            if is_good(grant, refused, now):
                return grant
            if is_held(grant, now):
                if serves(grant, refused, now):
                    return grant
                self._pause(POLL)
                continue
            if is_resting(grant, now):
                if serves(grant, refused, now):
                    return grant
                raise Unavailable(sentence(Reason.DOUBTED), grant.due_at - now, Reason.DOUBTED)
            try:
                return self._refresh(grant)
            except Conflict:
                continue
            except SpottyError as error:
                gone = isinstance(error, NeedsPerson) and error.reason is not Reason.APP_MISCONFIGURED
                if gone or not serves(grant, refused, self._clock.now()):
                    raise
                return grant

    def _refresh(self, grant: Grant) -> Grant:
        """Ask Spotify for a fresh token.

        1. Write the attempt: one caller wins, and a crash leaves a trace.
        2. Ask.
        3. Write the answer before anybody uses it.

        Raises `Conflict` if another caller was faster.
        """
        crashed = grant.attempt is not None
        app = self._apps.app(grant.client_id)
        self._health.admit(app.client_id, self._clock.now())
        held = self._store.save(beginning(grant, self._owner, self._clock.now()))
        try:
            reply = self._ask(app, held)
        except Exception as error:
            self._settle_failure(held, error, crashed=crashed)
            raise
        now = self._clock.now()
        self._health.answered(app.client_id, now, refused=False)
        return self._keep(after_reply(held, reply, now, self._schedule, self._dice()))

    def _ask(self, app: ClientApp, grant: Grant) -> TokenReply:
        """Ask with the current refresh token, and with the one before it if a rotation went wrong."""
        try:
            return self._endpoint.refresh(app, grant.refresh_token)
        except NeedsPerson as error:
            previous, until = grant.previous, grant.previous_until
            in_grace = previous is not None and until is not None and self._clock.now() < until
            if error.reason is not Reason.RECONNECT or previous is None or not in_grace:
                raise
            return self._endpoint.refresh(app, previous)

    def _settle_failure(self, held: Grant, error: Exception, *, crashed: bool) -> None:
        """Write down what the failure means for the grant, and for its app."""
        now, client_id = self._clock.now(), held.client_id
        match error:
            case NeedsPerson(reason=Reason.RECONNECT):
                is_over = now >= consent_ends(held.consented_at)
                braked = not is_over and self._health.answered(client_id, now, refused=True)
                settled = after_refusal(held, now, braked=braked, crashed=crashed)
                self._keep(settled)
                if settled.dead_reason is not None:
                    self._watch.grant_died(held.user_id, settled.dead_reason)
                return
            case NeedsPerson(reason=Reason.APP_MISCONFIGURED):
                self._health.app_refused(client_id, now)
            case Unavailable(reason=reason, retry_after=wait) if reason in _PUSHED_BACK and wait:
                self._health.pushed_back(client_id, now, wait, reason)
        wait = error.retry_after if isinstance(error, Unavailable) else None
        self._keep(after_failure(held, now, wait, self._dice()))

    def _keep(self, settled: Grant) -> Grant:
        """Write the outcome of an attempt; if the disk fails, hold it until it can be written."""
        try:
            return self._store.save(settled)
        except Unavailable:
            with self._guard:
                self._unsaved[settled.user_id] = settled
            raise

    def _usable(self, user_id: str) -> Grant:
        try:
            grant = self._read(user_id)
        except NotFound:
            raise NeedsPerson(Reason.NOT_CONNECTED) from None
        if grant.state is GrantState.DEAD:
            raise NeedsPerson(grant.dead_reason or Reason.RECONNECT)
        return grant

    def _read(self, user_id: str) -> Grant:
        """Return the stored grant, after writing what the disk would not take before."""
        with self._guard:
            unsaved = self._unsaved.get(user_id)
        if unsaved is not None:
            try:
                self._store.save(unsaved)
            except Conflict:
                _log.warning("somebody else wrote the grant meanwhile", extra={"user": user_id})
            with self._guard:
                self._unsaved.pop(user_id, None)
        return self._store.grant(user_id)

    def _lock(self, user_id: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(user_id, threading.Lock())


def _is_push_back(error: Exception) -> bool:
    return isinstance(error, Unavailable) and error.reason in _PUSHED_BACK
