"""What grants need: stores, Spotify's token endpoint, hands to work with, and somebody to tell."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from spottypottysense.grants.model import ClientApp, Grant, PendingConsent, Secret, TokenReply
from spottypottysense.reasons import Reason

Item = TypeVar("Item")


class GrantStore(Protocol):
    """Grants by user, sealed at rest, with an index of when each is due."""

    def grant(self, user_id: str) -> Grant:
        """Return one user's grant; raises `NotFound`, or `NeedsPerson` if it cannot be unsealed."""
        ...

    def grants(self, user_ids: Sequence[str]) -> tuple[Grant, ...]:
        """Return the grants that these users have, in any order; raises as `grant` does if one is spoilt."""
        ...

    def save(self, grant: Grant) -> Grant:
        """Write the grant if the stored version is `grant.version` (0: none is stored).

        It is durable on return. Returns it with its new version; raises `Conflict` if somebody else wrote
        meanwhile.
        """
        ...

    def save_all(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """Write the grants together; those that `save` would refuse are left out of what is returned."""
        ...

    def hold(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """Write nothing but their attempts, on the terms of `save_all`: it costs no sealing."""
        ...

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Return the users whose grant is not dead and due at `now`, the longest due first."""
        ...

    def delete(self, user_id: str) -> None:
        """Forget the grant; forgetting what is not there is fine."""
        ...


class GrantCensus(Protocol):
    """Questions about all grants that need no secret."""

    def seats(self, client_id: str) -> tuple[str, ...]:
        """Return the users who are connected through this app."""
        ...

    def consented_before(self, moment: datetime) -> tuple[tuple[str, datetime], ...]:
        """Return (user, consented at) of the grants that are not dead and older than that."""
        ...

    def user_ids(self) -> tuple[str, ...]:
        """Return everybody who has a grant."""
        ...


class PendingConsents(Protocol):
    """Consents that users were sent to give."""

    def add(self, pending: PendingConsent) -> None:
        """Keep it until it is taken; what has expired may be forgotten on this occasion."""
        ...

    def take(self, state: str) -> PendingConsent:
        """Return it and forget it, so that it serves once; raises `NotFound`."""
        ...


class Apps(Protocol):
    """The client apps registered at Spotify: one for the installation, or one of a household's own."""

    def app_for(self, user_id: str) -> ClientApp:
        """Return the app through which this user connects; raises `NeedsPerson` if there is none."""
        ...

    def app(self, client_id: str) -> ClientApp:
        """Return an app by its id; raises `NeedsPerson(APP_MISCONFIGURED)` if it is no longer known."""
        ...


class TokenEndpoint(Protocol):
    """Spotify's token endpoint, in the name of one client app.

    Raises `NeedsPerson(RECONNECT)` when the user's grant is dead, `NeedsPerson(APP_MISCONFIGURED)` when
    our own app is refused, `Unavailable` when time heals.
    """

    def exchange(self, app: ClientApp, code: str, redirect_uri: str, verifier: str | None) -> TokenReply:
        """Turn an authorisation code into tokens."""
        ...

    def refresh(self, app: ClientApp, refresh_token: Secret) -> TokenReply:
        """Ask for a fresh access token."""
        ...

    def account_of(self, app: ClientApp, access_token: Secret) -> str:
        """Return the immutable id of the account that a token plays for."""
        ...

    def consent_url(self, app: ClientApp, pending: PendingConsent, *, choose_account: bool) -> str:
        """Return the page where the user consents; `choose_account` makes Spotify ask whose account."""
        ...


class Crew(Protocol):
    """Many hands: works through items side by side."""

    def each(self, items: Iterable[Item], work: Callable[[Item], bool]) -> None:
        """Call `work` once for each item and return when all are done.

        An item is drawn when a hand is free for it, perhaps by several at once: what hands them out bears
        that. `work` returns False when Spotify asked us to slow down, so that fewer hands work from then on.
        """
        ...


class GrantWatch(Protocol):
    """Is told what a person should know of grants and apps; being told twice does no harm."""

    def grant_died(self, user_id: str, reason: Reason) -> None:
        """Take note that this user must connect again."""
        ...

    def grant_works(self, user_id: str) -> None:
        """Take note that this user has connected."""
        ...

    def consent_ends(self, user_id: str, reason: Reason) -> None:
        """Take note that this user's consent ends soon."""
        ...

    def app_fails(self, client_id: str, reason: Reason) -> None:
        """Take note that an app is refused as a whole, or so many of its users that it is hardly theirs."""
        ...

    def app_works(self, client_id: str) -> None:
        """Take note that the app is accepted again."""
        ...


class TokenFor(Protocol):
    """Hands out an access token of a user; `Grants.access_token_for` is the real one."""

    def __call__(self, user_id: str, refused: Secret | None = None) -> Secret:
        """Return a token for the next call; `refused` is one that was just answered with 401."""
        ...
