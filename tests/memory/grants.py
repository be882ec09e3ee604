"""Grants in a dict."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from memory.versions import put_version
from spottypottysense.errors import Conflict, NotFound
from spottypottysense.grants.model import Grant, GrantState


class MemoryGrants:
    """A `GrantStore` and `GrantCensus` that forgets all when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._grants: dict[str, Grant] = {}

    def grant(self, user_id: str) -> Grant:
        """Return one user's grant; raises `NotFound`."""
        with self._lock:
            if user_id not in self._grants:
                raise NotFound("grant", user_id)
            return self._grants[user_id]

    def grants(self, user_ids: Sequence[str]) -> tuple[Grant, ...]:
        """Return the grants that these users have; raises as `grant` does if one is spoilt."""
        found = []
        for user_id in user_ids:
            with suppress(NotFound):
                found.append(self.grant(user_id))
        return tuple(found)

    def save(self, grant: Grant) -> Grant:
        """Write the grant if the stored version is `grant.version`; raises `Conflict`."""
        with self._lock:
            return put_version(self._grants, grant.user_id, grant)

    def save_all(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """Write the grants together, without those that `save` would refuse."""
        saved = []
        for grant in grants:
            with suppress(Conflict):
                saved.append(self.save(grant))
        return tuple(saved)

    def hold(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """Write nothing but their attempts, on the terms of `save_all`."""
        held = []
        with self._lock:
            for grant in grants:
                stored = self._grants.get(grant.user_id)
                if stored is not None and stored.version == grant.version:
                    put_version(self._grants, grant.user_id, replace(stored, attempt=grant.attempt))
                    held.append(replace(grant, version=grant.version + 1))
        return tuple(held)

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Return the users whose grant is not dead and due at `now`, the longest due first."""
        due = sorted((grant.due_at, grant.user_id) for grant in self._living() if grant.due_at <= now)
        return tuple(user_id for _, user_id in due[:limit])

    def delete(self, user_id: str) -> None:
        """Forget the grant; forgetting what is not there is fine."""
        with self._lock:
            self._grants.pop(user_id, None)

    def seats(self, client_id: str) -> tuple[str, ...]:
        """Return the users who are connected through this app, by id; a dead grant keeps its seat."""
        with self._lock:
            return tuple(sorted(g.user_id for g in self._grants.values() if g.client_id == client_id))

    def consented_before(self, moment: datetime) -> tuple[tuple[str, datetime], ...]:
        """Return (user, consented at) of the grants that are not dead and older than that, oldest first."""
        older = sorted((g.consented_at, g.user_id) for g in self._living() if g.consented_at < moment)
        return tuple((user_id, consented_at) for consented_at, user_id in older)

    def user_ids(self) -> tuple[str, ...]:
        """Return everybody who has a grant, by id."""
        with self._lock:
            return tuple(sorted(self._grants))

    def _living(self) -> list[Grant]:
        with self._lock:
            return [grant for grant in self._grants.values() if grant.state is not GrantState.DEAD]
