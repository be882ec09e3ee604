"""Grants in a dict."""

import threading
from datetime import datetime

from memory.versions import put_version
from spottypottysense.errors import NotFound
from spottypottysense.grants.model import Grant, GrantState


class MemoryGrants:
    """A `GrantStore` that forgets all when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._grants: dict[str, Grant] = {}

    def grant(self, user_id: str) -> Grant:
        """Return one user's grant; raises `NotFound`."""
        with self._lock:
            if user_id not in self._grants:
                raise NotFound("grant", user_id)
            return self._grants[user_id]

    def save(self, grant: Grant) -> Grant:
        """Write the grant if the stored version is `grant.version`; raises `Conflict`."""
        with self._lock:
            return put_version(self._grants, grant.user_id, grant)

    def due(self, before: datetime, limit: int) -> tuple[str, ...]:
        """Return the users whose working grant expires before that moment, most urgent first."""
        with self._lock:
            working = (grant for grant in self._grants.values() if grant.state is GrantState.WORKING)
            due = sorted((grant.expires_at, grant.user_id) for grant in working if grant.expires_at < before)
            return tuple(user_id for _, user_id in due[:limit])

    def delete(self, user_id: str) -> None:
        """Forget the grant; forgetting what is not there is fine."""
        with self._lock:
            self._grants.pop(user_id, None)
