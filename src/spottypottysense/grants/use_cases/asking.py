"""Asking Spotify for a fresh token, so that no crash, no full disk and no rival costs one."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, NeedsPerson, SpottyError, Unavailable
from spottypottysense.grants.model import (
    Attempt,
    ClientApp,
    Grant,
    GrantState,
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
    lacks_scope,
    leaves_time,
)
from spottypottysense.grants.ports import Apps, GrantStore, GrantWatch, TokenEndpoint
from spottypottysense.grants.use_cases.app_health import AppWatch, tell
from spottypottysense.grants.use_cases.keeping import Keeping, Outcome
from spottypottysense.reasons import Reason

PUSHED_BACK = frozenset({Reason.RATE_LIMITED, Reason.QUOTA_EXCEEDED})


@dataclass(frozen=True)
class Claim:
    """The right to ask for the grant `held`, in the name of `app`; `before` is the attempt that it had."""

    app: ClientApp
    held: Grant
    before: Attempt | None

    @property
    def crashed(self) -> bool:
        """Whether whoever had it before may have lost an answer."""
        return self.before is not None


class Asking:
    """Makes attempts: claims a grant, asks for it, and writes down what came of it."""

    def __init__(
        self,
        store: GrantStore,
        keeping: Keeping,
        endpoint: TokenEndpoint,
        apps: Apps,
        watch: GrantWatch,
        health: AppWatch,
        clock: Clock,
        schedule: Schedule,
        owner: str,
        dice: Callable[[], float],
    ) -> None:
        self._store = store
        self._keeping = keeping
        self._endpoint = endpoint
        self._apps = apps
        self._watch = watch
        self._health = health
        self._clock = clock
        self._schedule = schedule
        self._owner = owner
        self._dice = dice

    def refresh(self, grant: Grant) -> Grant:
        """Ask Spotify for a fresh token.

        1. Write the attempt: one caller wins, and a crash leaves a trace.
        2. Ask.
        3. Write the answer before anybody uses it, and before anything else can fail.

        Raises `Conflict` if another caller was faster.
        """
        claims = self.claim(grant.client_id, [grant])
        if not claims:
            raise Conflict("Somebody else refreshes the grant.")
        answer = self.ask(claims[0])
        fresh = self._keeping.keep(answer)
        self.note(answer, fresh)
        return fresh

    def claim(self, client_id: str, grants: Sequence[Grant]) -> list[Claim]:
        """Write attempts for grants of one app; those that somebody else wrote meanwhile are left out."""
        app, now = self._apps.app(client_id), self._clock.now()
        self._health.admit(client_id, now)
        held = self._store.hold([beginning(grant, self._owner, now) for grant in grants])
        before = {grant.user_id: grant.attempt for grant in grants}
        return [Claim(app, grant, before[grant.user_id]) for grant in held]

    def release(self, claims: Sequence[Claim]) -> None:
        """Undo claims that were not used; where that fails, their time will end."""
        if claims:
            with suppress(SpottyError):
                self._store.hold([replace(claim.held, attempt=claim.before) for claim in claims])

    def ask(self, claim: Claim) -> Outcome:
        """Ask about a claimed grant, and return the answer, which has to be written down.

        A failure is written down already when it is raised.
        """
        asked_at = self._clock.now()
        try:
            self._health.admit(claim.app.client_id, asked_at)
        except SpottyError:
            self.release([claim])
            raise
        held = claim.held if leaves_time(claim.held, asked_at) else self._claimed_anew(claim.held)
        try:
            reply, used = self._ask(claim.app, held)
        except Exception as error:
            self._settle_failure(held, error, crashed=claim.crashed)
            raise
        roll = self._dice()

        def settle(stored: Grant) -> Grant:
            if stored.refresh_token != used:
                stored = replace(stored, refresh_token=used)
            return after_reply(stored, reply, asked_at, self._schedule, roll)

        return Outcome(held, settle, is_reply=True)

    def note(self, answer: Outcome, fresh: Grant) -> None:
        """Take note of an answer that was written down."""
        before = answer.held
        self._health.answered(before.client_id, self._clock.now(), refused=False)
        if lacks_scope(fresh) and not lacks_scope(before):
            tell(lambda: self._watch.grant_died(fresh.user_id, Reason.SCOPE_MISSING))
        if lacks_scope(before) and not lacks_scope(fresh):
            tell(lambda: self._watch.grant_works(fresh.user_id))

    def _claimed_anew(self, held: Grant) -> Grant:
        """Return a claim's grant with its whole time before it; raises `Conflict`."""
        again = self._store.hold([beginning(held, self._owner, self._clock.now())])
        if not again:
            raise Conflict("Somebody else refreshes the grant.")
        return again[0]

    def _ask(self, app: ClientApp, grant: Grant) -> tuple[TokenReply, Secret]:
        """Ask with the current refresh token, and with the one before it if a rotation went wrong.

        Returns the answer and the refresh token that was accepted.
        """
        try:
            return self._endpoint.refresh(app, grant.refresh_token), grant.refresh_token
        except NeedsPerson as error:
            previous, until = grant.previous, grant.previous_until
            in_grace = until is not None and self._clock.now() < until
            if error.reason is not Reason.RECONNECT or previous is None or not in_grace:
                raise
            return self._endpoint.refresh(app, previous), previous

    def _settle_failure(self, held: Grant, error: Exception, *, crashed: bool) -> None:
        """Write down what the failure means for the grant, and for its app."""
        now, client_id = self._clock.now(), held.client_id
        match error:
            case NeedsPerson(reason=Reason.RECONNECT):
                is_over = now >= consent_ends(held.consented_at)
                braked = not is_over and self._is_braked(held, now)
                self._settle_refusal(held, lambda g: after_refusal(g, now, braked=braked, crashed=crashed))
                return
            case NeedsPerson(reason=Reason.APP_MISCONFIGURED):
                self._health.app_refused(client_id, now)
            case Unavailable(reason=reason, retry_after=wait) if reason in PUSHED_BACK and wait:
                self._health.pushed_back(client_id, now, wait, reason)
        wait, roll = error.retry_after if isinstance(error, Unavailable) else None, self._dice()
        self._keeping.keep(Outcome(held, lambda stored: after_failure(stored, now, wait, roll)))

    def _is_braked(self, refused: Grant, now: datetime) -> bool:
        """Say whether the app is braked, after counting the user once however often one is tested."""
        if refused.refusals:
            return self._health.is_braked(refused.client_id)
        return self._health.answered(refused.client_id, now, refused=True)

    def _settle_refusal(self, held: Grant, settle: Callable[[Grant], Grant]) -> None:
        """Write down a refusal; a death is told first, because nobody looks at a dead grant again."""
        reason = settle(held).dead_reason
        if reason is not None:
            tell(lambda: self._watch.grant_died(held.user_id, reason))
        try:
            self._keeping.keep(Outcome(held, settle))
        except Conflict:
            stored = self._keeping.stored(held.user_id)
            if stored is None or stored.state is not GrantState.DEAD:
                tell(lambda: self._watch.grant_works(held.user_id))
            raise
