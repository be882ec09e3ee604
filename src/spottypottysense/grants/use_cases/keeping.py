"""What attempts came to is written into the grants, be the disk full or a rival faster."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spottypottysense.errors import Conflict, NeedsPerson, NotFound, Unavailable
from spottypottysense.grants.model import Grant, GrantState
from spottypottysense.grants.ports import GrantStore, GrantWatch
from spottypottysense.grants.use_cases.app_health import tell

_log = logging.getLogger("spotty.grants")


@dataclass(frozen=True)
class Outcome:
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


class Keeping:
    """Writes outcomes; one that cannot be written down is held in memory until it can."""

    def __init__(self, store: GrantStore, watch: GrantWatch) -> None:
        self._store = store
        self._watch = watch
        self._unsaved: dict[str, Outcome] = {}
        self._guard = threading.Lock()

    def grant(self, user_id: str) -> Grant:
        """Return the stored grant, after writing what the disk would not take before."""
        with self._guard:
            outcome = self._unsaved.get(user_id)
        if outcome is not None:
            self._write_late(user_id, outcome)
        return self._store.grant(user_id)

    def grants(self, user_ids: Sequence[str]) -> tuple[Grant, ...]:
        """Return the stored grants, without those whose outcome the disk would not take before."""
        with self._guard:
            settled = [user_id for user_id in user_ids if user_id not in self._unsaved]
        return self._store.grants(settled)

    def stored(self, user_id: str) -> Grant | None:
        """Return what is stored, or None if there is nothing that can be opened."""
        try:
            return self._store.grant(user_id)
        except (NotFound, NeedsPerson):
            return None

    def keep(self, outcome: Outcome) -> Grant:
        """Write the outcome of an attempt; raises `Conflict` if it counts no more."""
        before, user_id = outcome.held, outcome.held.user_id
        while True:
            try:
                kept = self._store.save(outcome.settle(before))
            except Unavailable:
                self._remember([outcome])
                raise
            except Conflict:
                stored = self.stored(user_id)
                if stored is None or not outcome.still_counts(stored):
                    raise
                before = stored
                continue
            if before.state is GrantState.DEAD:
                tell(lambda: self._watch.grant_works(user_id))
            return kept

    def keep_together(self, outcomes: Sequence[Outcome]) -> tuple[Grant, ...]:
        """Write what nobody else disturbed; the others are left out, for `keep`."""
        try:
            return self._store.save_all([outcome.settle(outcome.held) for outcome in outcomes])
        except Unavailable:
            self._remember(outcomes)
            raise

    def _remember(self, outcomes: Sequence[Outcome]) -> None:
        with self._guard:
            self._unsaved.update((outcome.held.user_id, outcome) for outcome in outcomes)

    def _write_late(self, user_id: str, outcome: Outcome) -> None:
        try:
            reason = self.keep(outcome).dead_reason
        except Conflict:
            _log.warning("somebody else wrote the grant meanwhile", extra={"user": user_id})
        else:
            if reason is not None:
                tell(lambda: self._watch.grant_died(user_id, reason))
        with self._guard:
            if self._unsaved.get(user_id) is outcome:
                del self._unsaved[user_id]
