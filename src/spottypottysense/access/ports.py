"""What letting people in needs: stores that hold digests only, and a slow hash for passwords."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from spottypottysense.access.model import AccessToken, AuditEntry, Invitation, Login, Password, SignIn
from spottypottysense.accounts.model import User
from spottypottysense.secret import Secret


class Passwords(Protocol):
    """One password per user."""

    def by_email(self, email: str) -> Login | None:
        """Return whoever has this e-mail address, in small or capital letters; the exact one comes first."""
        ...

    def by_user(self, user_id: str) -> Login | None:
        """Return the user of this id."""
        ...

    def are_none(self) -> bool:
        """Say whether nobody has a password yet."""
        ...

    def save(self, password: Password) -> None:
        """Write it, whatever was there before; raises `Conflict` if there is no such user."""
        ...

    def replace(self, old: Password, new: Password) -> bool:
        """Write `new` if `old` is still the one; say whether it was."""
        ...


class SignIns(Protocol):
    """Browsers that are signed in, by digest."""

    def sign_in(self, digest: str) -> tuple[SignIn, User] | None:
        """Return the sign-in, whether or not it has expired, and whose it is."""
        ...

    def add(self, sign_in: SignIn) -> None:
        """Keep a new one; those that had expired when it was made may be forgotten on this occasion."""
        ...

    def seen(self, digest: str, at: datetime, expires_at: datetime) -> None:
        """Note a use; what was ended meanwhile stays ended, and a later use is not undone."""
        ...

    def of(self, user_id: str) -> tuple[SignIn, ...]:
        """Return a user's sign-ins, newest first."""
        ...

    def end(self, user_id: str, digest: str) -> bool:
        """Forget a user's sign-in; say whether it was there."""
        ...

    def end_all(self, user_id: str, but: str = "") -> int:
        """Forget all sign-ins of a user except the one of the digest `but`; return how many that were."""
        ...


class AccessTokens(Protocol):
    """Personal access tokens, by digest."""

    def token(self, digest: str) -> tuple[AccessToken, User] | None:
        """Return the token, whether or not it has expired, and whose it is."""
        ...

    def add(self, token: AccessToken) -> None:
        """Keep a new one."""
        ...

    def used(self, token_id: str, at: datetime) -> None:
        """Note a use; what was revoked meanwhile stays revoked, and a later use is not undone."""
        ...

    def of(self, user_id: str) -> tuple[AccessToken, ...]:
        """Return a user's tokens, newest first."""
        ...

    def revoke(self, user_id: str, token_id: str) -> AccessToken:
        """Forget a user's token and return it; raises `NotFound`."""
        ...


class OpenInvitations(Protocol):
    """Links that work once, by digest."""

    def add(self, invitation: Invitation, now: datetime) -> None:
        """Keep it; what has expired by `now` may be forgotten on this occasion."""
        ...

    def look(self, digest: str) -> Invitation | None:
        """Return it, whether or not it has expired, without using it up."""
        ...

    def take(self, digest: str) -> Invitation | None:
        """Return it and forget it, so that of many takers only one gets it."""
        ...


class AuditTrail(Protocol):
    """What was done, for the owner to read."""

    def record(self, entry: AuditEntry) -> None:
        """Write an entry."""
        ...

    def entries(self, household_id: str | None, before: datetime, limit: int) -> tuple[AuditEntry, ...]:
        """Return the entries of a household older than `before`, newest first; None: of all, and of none."""
        ...

    def forget(self, before: datetime) -> int:
        """Forget the entries older than `before`; return how many that were."""
        ...


@dataclass(frozen=True)
class AccessStores:
    """Where the slice keeps its things."""

    passwords: Passwords
    sign_ins: SignIns
    tokens: AccessTokens
    invitations: OpenInvitations
    trail: AuditTrail


class Hasher(Protocol):
    """A password hash that is slow and hungry on purpose."""

    def hashed(self, password: Secret) -> str:
        """Return the text to keep."""
        ...

    def decoy(self) -> str:
        """Return, fast, a text that no password fits and that takes as long to find out."""
        ...

    def matches(self, hashed: str, password: Secret) -> bool:
        """Say whether it is this password; takes as long either way."""
        ...

    def is_outdated(self, hashed: str) -> bool:
        """Say whether it was hashed with other costs than those of today."""
        ...
