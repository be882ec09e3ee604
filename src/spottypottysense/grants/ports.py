"""What grants need: a store, Spotify's token endpoint, and somebody to tell."""

from datetime import datetime
from typing import Protocol

from spottypottysense.grants.model import ClientApp, Grant, Secret, TokenReply
from spottypottysense.reasons import Reason


class GrantStore(Protocol):
    """Grants by user, sealed at rest, with an index of when each is due."""

    def grant(self, user_id: str) -> Grant:
        """Return one user's grant; raises `NotFound`, or `NeedsPerson` if it cannot be unsealed."""
        ...

    def save(self, grant: Grant) -> Grant:
        """Write the grant if the stored version is `grant.version` (0: none is stored).

        Returns it with its new version; raises `Conflict` if somebody else wrote meanwhile.
        """
        ...

    def due(self, before: datetime, limit: int) -> tuple[str, ...]:
        """Return the users whose working grant expires before that moment, most urgent first."""
        ...

    def delete(self, user_id: str) -> None:
        """Forget the grant; forgetting what is not there is fine."""
        ...


class TokenEndpoint(Protocol):
    """Spotify's token endpoint, in the name of one client app.

    Raises `NeedsPerson(RECONNECT)` when the user's grant is dead, `NeedsPerson(APP_MISCONFIGURED)` when
    our own app is refused, `Unavailable` when time heals.
    """

    def exchange(self, app: ClientApp, code: str, redirect_uri: str, verifier: str | None) -> TokenReply:
        """Turn an authorisation code into tokens."""
        ...

    def refresh(self, app: ClientApp, grant: Grant) -> TokenReply:
        """Ask for a fresh access token."""
        ...


class GrantWatch(Protocol):
    """Is told when a grant can no longer be used, and when there is a new one."""

    def grant_died(self, user_id: str, reason: Reason) -> None:
        """Take note that this user must connect again."""
        ...

    def grant_works(self, user_id: str) -> None:
        """Take note that this user has connected."""
        ...


class TokenFor(Protocol):
    """Hands out an access token of a user; `Grants.access_token_for` is the real one."""

    def __call__(self, user_id: str, refused: Secret | None = None) -> Secret:
        """Return a token for the next call; `refused` is one that was just answered with 401."""
        ...
