"""Users connect Spotify, and disconnect it."""

import secrets
from collections.abc import Callable, Set
from dataclasses import dataclass
from dataclasses import replace as with_changes
from datetime import datetime, timedelta
from typing import NoReturn

from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, Invalid, NeedsPerson, NotFound
from spottypottysense.grants.model import ClientApp, Grant, GrantState, PendingConsent, Schedule, Secret
from spottypottysense.grants.policy import (
    checked_redirect,
    checked_reply,
    consent_ends,
    first_due_at,
    lacks_scope,
    reminder,
)
from spottypottysense.grants.ports import (
    Apps,
    GrantCensus,
    GrantStore,
    GrantWatch,
    PendingConsents,
    TokenEndpoint,
)
from spottypottysense.grants.use_cases.app_health import tell
from spottypottysense.reasons import Reason, sentence

PATIENCE = timedelta(minutes=10)
"""How long a user may take to consent."""


@dataclass(frozen=True)
class Connection:
    """How a user stands with Spotify: `reason` says what there is to do or know, None that all is well."""

    reason: Reason | None
    consent_ends: datetime | None = None
    client_id: str = ""


class Connections:
    """Who has connected Spotify, and how one does.

    `seats` is how many users one app may have at Spotify (0: no limit); `dice` returns 0 to 1.
    """

    def __init__(
        self,
        store: GrantStore,
        census: GrantCensus,
        pending: PendingConsents,
        apps: Apps,
        endpoint: TokenEndpoint,
        watch: GrantWatch,
        clock: Clock,
        schedule: Schedule,
        seats: int,
        dice: Callable[[], float],
    ) -> None:
        self._store = store
        self._census = census
        self._pending = pending
        self._apps = apps
        self._endpoint = endpoint
        self._watch = watch
        self._clock = clock
        self._schedule = schedule
        self._seats = seats
        self._dice = dice

    def begin(self, user_id: str, redirect_uri: str) -> PendingConsent:
        """Prepare a consent and remember its `state`.

        Raises `NeedsPerson` if there is no app or no seat left in it, `Invalid` for a redirect that Spotify
        would refuse.
        """
        app = self._apps.app_for(user_id)
        self._refuse_if_full(app, user_id)
        pending = PendingConsent(
            state=secrets.token_urlsafe(24),
            user_id=user_id,
            client_id=app.client_id,
            redirect_uri=checked_redirect(redirect_uri),
            verifier=Secret(secrets.token_urlsafe(64)),
            expires_at=self._clock.now() + PATIENCE,
        )
        self._pending.add(pending)
        return pending

    def consent_url(self, pending: PendingConsent, *, choose_account: bool = False) -> str:
        """Return the page at Spotify where the user consents."""
        app = self._apps.app(pending.client_id)
        return self._endpoint.consent_url(app, pending, choose_account=choose_account)

    def finish(
        self,
        user_id: str,
        state: str,
        code: str,
        *,
        replace: bool = False,
        others: frozenset[str] = frozenset(),
    ) -> Grant:
        """Trade the code that came back with `state` for a grant, and keep it.

        `others` are users for whom this one may bring the answer. Raises `Invalid` if the state is none of
        theirs, `NeedsPerson` if playback was not allowed or another account is connected already (`replace`
        accepts the new one).
        """
        pending = self._claimed(state, {user_id, *others})
        user_id = pending.user_id
        app = self._apps.app(pending.client_id)
        self._refuse_if_full(app, user_id)
        now = self._clock.now()
        verifier = pending.verifier.reveal() if app.client_secret is None else None
        reply = self._endpoint.exchange(app, code, pending.redirect_uri, verifier)
        refresh_token = checked_reply(reply)
        account_id = self._endpoint.account_of(app, reply.access_token)
        grant = Grant(
            user_id=user_id,
            client_id=app.client_id,
            access_token=reply.access_token,
            refresh_token=refresh_token,
            expires_at=now + reply.expires_in,
            due_at=first_due_at(now, reply.expires_in, self._schedule, self._dice()),
            consented_at=now,
            account_id=account_id,
            scope=reply.scope,
        )
        saved = self._put_in_place(grant, replace=replace)
        tell(lambda: self._watch.grant_works(user_id))
        return saved

    def denied(
        self, user_id: str, state: str, error: str, *, others: frozenset[str] = frozenset()
    ) -> NoReturn:
        """Note that the user came back without consent; always raises `NeedsPerson` or `Invalid`."""
        self._claimed(state, {user_id, *others})
        raise NeedsPerson(
            Reason.CONSENT_DENIED, f"{sentence(Reason.CONSENT_DENIED)} (Spotify said: {error[:80]})"
        )

    def disconnect(self, user_id: str) -> None:
        """Delete the user's tokens; raises `NotFound` if there are none."""
        if user_id not in self._census.user_ids():
            raise NotFound("connection to Spotify of user", user_id)
        self._store.delete(user_id)
        tell(lambda: self._watch.grant_works(user_id))

    def remind(self) -> int:
        """Tell users whose consent ends within 30, 7 or 1 days, each once; return how many are near."""
        now, near = self._clock.now(), 0
        for user_id, consented_at in self._census.consented_before(now - timedelta(days=150)):
            reason = reminder(consented_at, now)
            if reason is not None:
                near += 1
                self._watch.consent_ends(user_id, reason)
        return near

    def connection(self, user_id: str) -> Connection:
        """Return how a user stands with Spotify."""
        try:
            grant = self._store.grant(user_id)
        except NotFound:
            return Connection(Reason.NOT_CONNECTED)
        except NeedsPerson as error:
            return Connection(error.reason)
        ends = consent_ends(grant.consented_at)
        if grant.state is GrantState.DEAD:
            return Connection(grant.dead_reason or Reason.RECONNECT, ends, grant.client_id)
        if lacks_scope(grant):
            return Connection(Reason.SCOPE_MISSING, ends, grant.client_id)
        try:
            self._apps.app(grant.client_id)
        except NeedsPerson as error:
            return Connection(error.reason, ends, grant.client_id)
        return Connection(reminder(grant.consented_at, self._clock.now()), ends, grant.client_id)

    def app_of(self, user_id: str) -> str | None:
        """Return the id of the app through which a user connects, or None if there is none."""
        try:
            return self._apps.app_for(user_id).client_id
        except NeedsPerson:
            return None

    def reseal(self, progress: Callable[[int, int], None]) -> int:
        """Write every grant anew, so that the vault seals it with its newest key; return how many."""
        users = self._census.user_ids()
        for number, user_id in enumerate(users, start=1):
            self._rewrite(user_id)
            progress(number, len(users))
        return len(users)

    def _rewrite(self, user_id: str) -> None:
        while True:
            try:
                self._store.save(self._store.grant(user_id))
            except Conflict:
                continue
            except (NotFound, NeedsPerson):
                pass
            return

    def _claimed(self, state: str, user_ids: Set[str]) -> PendingConsent:
        try:
            pending = self._pending.take(state)
        except NotFound:
            pending = None
        if pending is None or pending.user_id not in user_ids or self._clock.now() >= pending.expires_at:
            message = "This answer of Spotify belongs to no sign-in that was begun here: begin anew."
            raise Invalid(message, field="state")
        return pending

    def _refuse_if_full(self, app: ClientApp, user_id: str) -> None:
        taken = set(self._census.seats(app.client_id)) - {user_id}
        if self._seats and len(taken) >= self._seats:
            message = (
                f"{len(taken)} users are connected through this Spotify app, and Spotify allows "
                f"{self._seats}: give the household an app of its own, or disconnect somebody."
            )
            raise NeedsPerson(Reason.SEATS_TAKEN, message)

    def _put_in_place(self, grant: Grant, *, replace: bool) -> Grant:
        """Write the new grant over whatever is there; a refresh that is under way loses."""
        while True:
            stored = self._stored(grant.user_id)
            if stored is not None and not replace and stored.account_id not in ("", grant.account_id):
                raise NeedsPerson(Reason.OTHER_ACCOUNT)
            version = stored.version if stored is not None else 0
            try:
                return self._store.save(with_changes(grant, version=version))
            except Conflict:
                continue

    def _stored(self, user_id: str) -> Grant | None:
        try:
            return self._store.grant(user_id)
        except NotFound:
            return None
        except NeedsPerson:
            self._store.delete(user_id)  # sealed with a key that is lost: the new grant takes its place
            return None
