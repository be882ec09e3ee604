"""Asking Spotify for a fresh token, so that no crash, no full disk and no rival costs one."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, NeedsPerson, NotFound, Unavailable
from spottypottysense.grants.model import ClientApp, Grant, GrantState, Schedule, Secret, TokenReply
from spottypottysense.grants.policy import (
    after_failure,
    after_refusal,
    after_reply,
    beginning,
    consent_ends,
    lacks_scope,
)
from spottypottysense.grants.ports import Apps, GrantStore, GrantWatch, TokenEndpoint
from spottypottysense.grants.use_cases.app_health import AppWatch, tell
from spottypottysense.reasons import Reason

_log = logging.getLogger("spotty.grants")
PUSHED_BACK = frozenset({Reason.RATE_LIMITED, Reason.QUOTA_EXCEEDED})


@dataclass(frozen=True)
class _Outcome:
    """What an attempt for the grant `held` came to; `settle` writes it into the grant."""

    held: Grant
    settle: Callable[[Grant], Grant]
    is_reply: bool = False

    def still_counts(self, stored: Grant) -> bool:
        """Say whether it is about the grant that is stored now, which somebody wrote meanwhile.

        Perhaps it was only sealed anew. A reply counts even if another caller, believing us gone, took the
        attempt over: it may hold the only refresh token that is left.
        """
        held = self.held
        same = (stored.refresh_token, stored.consented_at) == (held.refresh_token, held.consented_at)
        return same and (self.is_reply or stored.attempt == held.attempt)


class Asking:
    """Makes attempts; one that cannot be written down is held in memory until it can."""

    def __init__(
        self,
        store: GrantStore,
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
        self._endpoint = endpoint
        self._apps = apps
        self._watch = watch
        self._health = health
        self._clock = clock
        self._schedule = schedule
        self._owner = owner
        self._dice = dice
        self._unsaved: dict[str, _Outcome] = {}
        self._guard = threading.Lock()

    def grant(self, user_id: str) -> Grant:
        """Return the stored grant, after writing what the disk would not take before."""
        with self._guard:
            outcome = self._unsaved.get(user_id)
        if outcome is not None:
            self._write_late(user_id, outcome)
        return self._store.grant(user_id)

    def refresh(self, grant: Grant) -> Grant:
        """Ask Spotify for a fresh token.

        1. Write the attempt: one caller wins, and a crash leaves a trace.
        2. Ask.
        3. Write the answer before anybody uses it, and before anything else can fail.

        Raises `Conflict` if another caller was faster.
        """
        crashed, asked_at = grant.attempt is not None, self._clock.now()
        app = self._apps.app(grant.client_id)
        self._health.admit(app.client_id, asked_at)
        held = self._store.hold(beginning(grant, self._owner, asked_at))
        try:
            reply, used = self._ask(app, held)
        except Exception as error:
            self._settle_failure(held, error, crashed=crashed)
            raise
        roll = self._dice()

        def settle(stored: Grant) -> Grant:
            stored = replace(stored, refresh_token=used)
            return after_reply(stored, reply, asked_at, self._schedule, roll)

        fresh = self._keep(_Outcome(held, settle, is_reply=True))
        self._health.answered(app.client_id, self._clock.now(), refused=False)
        self._tell_of_scope(held, fresh)
        return fresh

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
        self._keep(_Outcome(held, lambda stored: after_failure(stored, now, wait, roll)))

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
            self._keep(_Outcome(held, settle))
        except Conflict:
            stored = self._stored(held.user_id)
            if stored is None or stored.state is not GrantState.DEAD:
                tell(lambda: self._watch.grant_works(held.user_id))
            raise

    def _tell_of_scope(self, before: Grant, fresh: Grant) -> None:
        if lacks_scope(fresh) and not lacks_scope(before):
            tell(lambda: self._watch.grant_died(fresh.user_id, Reason.SCOPE_MISSING))
        if lacks_scope(before) and not lacks_scope(fresh):
            tell(lambda: self._watch.grant_works(fresh.user_id))

    def _keep(self, outcome: _Outcome) -> Grant:
        """Write the outcome of an attempt; raises `Conflict` if it counts no more."""
        before, user_id = outcome.held, outcome.held.user_id
        while True:
            try:
                kept = self._store.save(outcome.settle(before))
            except Unavailable:
                with self._guard:
                    self._unsaved[user_id] = outcome
                raise
            except Conflict:
                stored = self._stored(user_id)
                if stored is None or not outcome.still_counts(stored):
                    raise
                before = stored
                continue
            if before.state is GrantState.DEAD:
                tell(lambda: self._watch.grant_works(user_id))
            return kept

    def _write_late(self, user_id: str, outcome: _Outcome) -> None:
        try:
            reason = self._keep(outcome).dead_reason
        except Conflict:
            _log.warning("somebody else wrote the grant meanwhile", extra={"user": user_id})
        else:
            if reason is not None:
                tell(lambda: self._watch.grant_died(user_id, reason))
        with self._guard:
            if self._unsaved.get(user_id) is outcome:
                del self._unsaved[user_id]

    def _stored(self, user_id: str) -> Grant | None:
        try:
            return self._store.grant(user_id)
        except (NotFound, NeedsPerson):
            return None
