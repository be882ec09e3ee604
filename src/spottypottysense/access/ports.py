"""What letting people in needs: stores that hold digests only, and a slow hash for passwords."""

from datetime import datetime
from typing import Protocol

from spottypottysense.access.model import AccessToken, AuditEntry, Invitation, Password, SignIn


class Passwords(Protocol):
    """One password per user."""

    def password(self, user_id: str) -> Password | None:
        """Return how the user's password is kept, or None if there is none."""
        ...

    def save(self, password: Password) -> None:
        """Write it in place of the last one."""
        ...


class SignIns(Protocol):
    """Browsers that are signed in, by digest."""

    def sign_in(self, digest: str) -> SignIn | None:
        """Return the sign-in, whether or not it has expired."""
        ...

    def save(self, sign_in: SignIn) -> None:
        """Create or replace it."""
        ...

    def end(self, digest: str) -> None:
        """Forget it; forgetting what is not there is fine."""
        ...

    def of(self, user_id: str) -> tuple[SignIn, ...]:
        """Return a user's sign-ins, newest first."""
        ...

    def end_all(self, user_id: str) -> int:
        """Forget all sign-ins of a user; return how many that were."""
        ...


class AccessTokens(Protocol):
    """Personal access tokens, by digest."""

    def token(self, digest: str) -> AccessToken | None:
        """Return the token, whether or not it has expired."""
        ...

    def save(self, token: AccessToken) -> None:
        """Create or replace it."""
        ...

    def of(self, user_id: str) -> tuple[AccessToken, ...]:
        """Return a user's tokens, newest first."""
        ...

    def revoke(self, user_id: str, token_id: str) -> None:
        """Forget a user's token; raises `NotFound`."""
        ...


class Invitations(Protocol):
    """Links that work once."""

    def add(self, invitation: Invitation) -> None:
        """Keep it; what has expired may be forgotten on this occasion."""
        ...

    def look(self, digest: str) -> Invitation | None:
        """Return it without using it up."""
        ...

    def take(self, digest: str) -> Invitation:
        """Return it and forget it, so that it serves once; raises `NotFound`."""
        ...


class AuditTrail(Protocol):
    """What was done, for the owner to read."""

    def record(self, entry: AuditEntry) -> None:
        """Write an entry."""
        ...

    def entries(self, household_id: str, before: datetime, limit: int) -> tuple[AuditEntry, ...]:
        """Return the entries of a household older than `before`, newest first."""
        ...


class Hasher(Protocol):
    """A password hash that is slow and hungry on purpose."""

    def hashed(self, password: str) -> str:
        """Return the text to keep."""
        ...

    def matches(self, hashed: str, password: str) -> bool:
        """Say whether it is this password; takes as long either way."""
        ...

    def is_outdated(self, hashed: str) -> bool:
        """Say whether it was hashed with lower costs than those of today."""
        ...
