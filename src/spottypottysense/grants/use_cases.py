"""What is done with grants: connect, hand out an access token, refresh ahead of time."""

import threading
from dataclasses import replace
from datetime import timedelta

from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, NeedsPerson, NotFound, SpottyError
from spottypottysense.grants.model import ClientApp, Grant, GrantState, RefreshReport, Secret
from spottypottysense.grants.policy import SCOPES, after_refresh, after_refusal, margin, needs_refresh
from spottypottysense.grants.ports import GrantStore, GrantWatch, TokenEndpoint
from spottypottysense.reasons import Reason


class Grants:
    """The grants of all users of one client app; `period` is how often `refresh_due` is called."""

    def __init__(
        self,
        store: GrantStore,
        endpoint: TokenEndpoint,
        app: ClientApp,
        clock: Clock,
        watch: GrantWatch,
        period: timedelta = timedelta(minutes=1),
    ) -> None:
        self._store = store
        self._endpoint = endpoint
        self._app = app
        self._clock = clock
        self._watch = watch
        self._margin = margin(period)
        self._locks: dict[str, threading.Lock] = {}
        self._locks_guard = threading.Lock()

    def connect(self, user_id: str, code: str, redirect_uri: str, verifier: str | None = None) -> Grant:
        """Trade an authorisation code for a grant and keep it.

        Raises `NeedsPerson(SCOPE_MISSING)` if the user did not allow playback.
        """
        reply = self._endpoint.exchange(self._app, code, redirect_uri, verifier)
        if not reply.scope >= SCOPES or reply.refresh_token is None:
            raise NeedsPerson(Reason.SCOPE_MISSING)
        now = self._clock.now()
        grant = Grant(
            user_id=user_id,
            client_id=self._app.client_id,
            access_token=reply.access_token,
            refresh_token=reply.refresh_token,
            expires_at=now + reply.expires_in,
            consented_at=now,
            scope=reply.scope,
        )
        with self._lock(user_id):
            grant = self._store.save(replace(grant, version=self._stored_version(user_id)))
        self._watch.grant_works(user_id)
        return grant

    def access_token_for(self, user_id: str, refused: Secret | None = None) -> Secret:
        """Return a token that is good for the next call, refreshed first if it is not.

        `refused` is a token that Spotify just answered with 401: it is never handed out again. Raises
        `NeedsPerson` if only the user or the operator can help, `Unavailable` if time heals.
        """
        grant = self._usable(user_id)
        if grant.access_token != refused and not self._is_due(grant):
            return grant.access_token
        with self._lock(user_id):
            grant = self._usable(user_id)
            if grant.access_token != refused and not self._is_due(grant):
                return grant.access_token
            return self._refresh_or_keep(grant, refused).access_token

    def refresh_due(self, limit: int = 10_000) -> RefreshReport:
        """Refresh every grant that would expire before the next run can be relied on.

        One user's failure never stops the others.
        """
        users = self._store.due(self._clock.now() + self._margin, limit)
        refreshed, errors = 0, []
        for user_id in users:
            try:
                with self._lock(user_id):
                    grant = self._usable(user_id)
                    if self._is_due(grant):
                        self._refresh(grant)
                        refreshed += 1
            except SpottyError as error:
                errors.append((user_id, type(error).__name__, str(error)))
        skipped = len(users) - refreshed - len(errors)
        return RefreshReport(len(users), refreshed, skipped, tuple(errors))

    def state_of(self, user_id: str) -> GrantState | None:
        """Return the state of a user's grant, or None if there is none."""
        try:
            return self._store.grant(user_id).state
        except NotFound:
            return None
        except NeedsPerson:
            return GrantState.DEAD

    def _is_due(self, grant: Grant) -> bool:
        return needs_refresh(grant, self._clock.now(), self._margin)

    def _usable(self, user_id: str) -> Grant:
        try:
            grant = self._store.grant(user_id)
        except NotFound:
            raise NeedsPerson(Reason.NOT_CONNECTED) from None
        if grant.state is GrantState.DEAD:
            raise NeedsPerson(Reason.RECONNECT)
        return grant

    def _refresh_or_keep(self, grant: Grant, refused: Secret | None) -> Grant:
        """Refresh; if Spotify is out of reach, a token that is not expired yet still serves."""
        try:
            return self._refresh(grant)
        except NeedsPerson:
            raise
        except SpottyError:
            if grant.access_token == refused or grant.expires_at <= self._clock.now():
                raise
            return grant

    def _refresh(self, grant: Grant) -> Grant:
        """Ask for a fresh token and store it before anybody uses it."""
        try:
            reply = self._endpoint.refresh(self._app, grant)
        except NeedsPerson as error:
            if error.reason is not Reason.RECONNECT:
                raise
            return self._set_aside(grant, error)
        try:
            return self._store.save(after_refresh(grant, reply, self._clock.now()))
        except Conflict:
            return self._usable(grant.user_id)

    def _set_aside(self, grant: Grant, refusal: NeedsPerson) -> Grant:
        """Mark the grant as dead, unless somebody else wrote meanwhile: then theirs is the one to use."""
        try:
            self._store.save(after_refusal(grant))
        except Conflict:
            return self._usable(grant.user_id)
        self._watch.grant_died(grant.user_id, refusal.reason)
        raise refusal

    def _stored_version(self, user_id: str) -> int:
        try:
            return self._store.grant(user_id).version
        except NotFound:
            return 0
        except NeedsPerson:
            self._store.delete(user_id)  # sealed with a key that is lost: a new grant takes its place
            return 0

    def _lock(self, user_id: str) -> threading.Lock:
        with self._locks_guard:
            return self._locks.setdefault(user_id, threading.Lock())
