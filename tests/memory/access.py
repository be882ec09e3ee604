"""Passwords, sign-ins, tokens, invitations and the trail in dicts."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from spottypottysense.access.model import (
    AccessToken,
    AuditEntry,
    Invitation,
    Login,
    Password,
    SignIn,
)
from spottypottysense.access.ports import AccessStores
from spottypottysense.accounts.model import User
from spottypottysense.accounts.ports import AccountStore
from spottypottysense.errors import Conflict, NotFound
from spottypottysense.secret import Secret


def memory_access(accounts: AccountStore) -> AccessStores:
    """Return all that the slice keeps; `accounts` tells whose it is."""
    people = People(accounts)
    return AccessStores(
        passwords=MemoryPasswords(people),
        sign_ins=MemorySignIns(people),
        tokens=MemoryTokens(people),
        invitations=MemoryInvitations(),
        trail=MemoryTrail(),
    )


class People:
    """Everybody of every household."""

    def __init__(self, accounts: AccountStore) -> None:
        self._accounts = accounts

    def all(self) -> tuple[User, ...]:
        """Return them."""
        return tuple(user for home in self._accounts.households() for user in self._accounts.users(home.id))

    def user(self, user_id: str) -> User | None:
        """Return one of them, or None."""
        return next((user for user in self.all() if user.id == user_id), None)

    def require(self, user_id: str) -> User:
        """Return one of them; raises `Conflict`."""
        user = self.user(user_id)
        if user is None:
            raise Conflict("There is no such user.")
        return user


class MemoryPasswords:
    """A `Passwords` that forgets all when the process ends."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._lock = threading.Lock()
        self._passwords: dict[str, Password] = {}

    def by_email(self, email: str) -> Login | None:
        """Return whoever has this e-mail address, in small or capital letters; the exact one comes first."""
        alike = [user for user in self._people.all() if user.email.lower() == email.lower()]
        user = min(alike, key=lambda user: user.email != email, default=None)
        return None if user is None else Login(user, self._passwords.get(user.id))

    def by_user(self, user_id: str) -> Login | None:
        """Return the user of this id."""
        user = self._people.user(user_id)
        return None if user is None else Login(user, self._passwords.get(user_id))

    def are_none(self) -> bool:
        """Say whether nobody has a password yet."""
        return not self._passwords

    def save(self, password: Password) -> None:
        """Write it, whatever was there before; raises `Conflict` if there is no such user."""
        self._people.require(password.user_id)
        self._passwords[password.user_id] = password

    def replace(self, old: Password, new: Password) -> bool:
        """Write `new` if `old` is still the one; say whether it was."""
        with self._lock:
            kept = self._passwords.get(old.user_id)
            if kept is None or kept.hashed != old.hashed:
                return False
            self._passwords[old.user_id] = new
            return True


class MemorySignIns:
    """A `SignIns` that forgets all when the process ends."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._lock = threading.Lock()
        self._sign_ins: dict[str, SignIn] = {}

    def sign_in(self, digest: str) -> tuple[SignIn, User] | None:
        """Return the sign-in, whether or not it has expired, and whose it is."""
        found = self._sign_ins.get(digest)
        return None if found is None else (found, self._people.require(found.user_id))

    def add(self, sign_in: SignIn) -> None:
        """Keep a new one, and forget those that had expired when it was made."""
        self._people.require(sign_in.user_id)
        with self._lock:
            if sign_in.digest in self._sign_ins:
                raise Conflict("This digest is taken.")
            kept = {key: old for key, old in self._sign_ins.items() if old.expires_at > sign_in.created_at}
            self._sign_ins = {sign_in.digest: sign_in, **kept}

    def seen(self, digest: str, at: datetime, expires_at: datetime) -> None:
        """Note a use; what was ended meanwhile stays ended, and a later use is not undone."""
        with self._lock:
            kept = self._sign_ins.get(digest)
            if kept is not None and kept.seen_at < at:
                self._sign_ins[digest] = replace(kept, seen_at=at, expires_at=expires_at)

    def of(self, user_id: str) -> tuple[SignIn, ...]:
        """Return a user's sign-ins, newest first."""
        with self._lock:
            of_user = [each for each in self._sign_ins.values() if each.user_id == user_id]
        return tuple(sorted(of_user, key=lambda each: each.created_at, reverse=True))

    def end(self, user_id: str, digest: str) -> bool:
        """Forget a user's sign-in; say whether it was there."""
        with self._lock:
            kept = self._sign_ins.get(digest)
            if kept is None or kept.user_id != user_id:
                return False
            del self._sign_ins[digest]
            return True

    def end_all(self, user_id: str, but: str = "") -> int:
        """Forget all sign-ins of a user except the one of the digest `but`; return how many that were."""
        return sum(self.end(user_id, each.digest) for each in self.of(user_id) if each.digest != but)


class MemoryTokens:
    """An `AccessTokens` that forgets all when the process ends."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._lock = threading.Lock()
        self._tokens: dict[str, AccessToken] = {}

    def token(self, digest: str) -> tuple[AccessToken, User] | None:
        """Return the token, whether or not it has expired, and whose it is."""
        found = next((token for token in self._tokens.values() if token.digest == digest), None)
        return None if found is None else (found, self._people.require(found.user_id))

    def add(self, token: AccessToken) -> None:
        """Keep a new one."""
        self._people.require(token.user_id)
        with self._lock:
            if any(token.id == old.id or token.digest == old.digest for old in self._tokens.values()):
                raise Conflict("This token is there already.")
            self._tokens = {token.id: token, **self._tokens}

    def used(self, token_id: str, at: datetime) -> None:
        """Note a use; what was revoked meanwhile stays revoked, and a later use is not undone."""
        with self._lock:
            kept = self._tokens.get(token_id)
            if kept is not None and (kept.used_at is None or kept.used_at < at):
                self._tokens[token_id] = replace(kept, used_at=at)

    def of(self, user_id: str) -> tuple[AccessToken, ...]:
        """Return a user's tokens, newest first."""
        with self._lock:
            of_user = [token for token in self._tokens.values() if token.user_id == user_id]
        return tuple(sorted(of_user, key=lambda token: token.created_at, reverse=True))

    def revoke(self, user_id: str, token_id: str) -> AccessToken:
        """Forget a user's token and return it; raises `NotFound`."""
        with self._lock:
            kept = self._tokens.get(token_id)
            if kept is None or kept.user_id != user_id:
                raise NotFound("access token", token_id)
            return self._tokens.pop(token_id)


class MemoryInvitations:
    """An `OpenInvitations` that forgets all when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Invitation] = {}

    def add(self, invitation: Invitation, now: datetime) -> None:
        """Keep it, and forget what has expired by `now`."""
        with self._lock:
            if invitation.digest in self._open:
                raise Conflict("This digest is taken.")
            self._open = {key: old for key, old in self._open.items() if now < old.expires_at}
            self._open[invitation.digest] = invitation

    def look(self, digest: str) -> Invitation | None:
        """Return it, whether or not it has expired, without using it up."""
        return self._open.get(digest)

    def take(self, digest: str) -> Invitation | None:
        """Return it and forget it, so that of many takers only one gets it."""
        with self._lock:
            return self._open.pop(digest, None)


class MemoryTrail:
    """An `AuditTrail` that forgets all when the process ends."""

    def __init__(self) -> None:
        self._entries: list[AuditEntry] = []

    def record(self, entry: AuditEntry) -> None:
        """Write an entry."""
        self._entries.insert(0, entry)

    def entries(self, household_id: str | None, before: datetime, limit: int) -> tuple[AuditEntry, ...]:
        """Return the entries of a household older than `before`, newest first; None: of all, and of none."""
        found = [each for each in self._entries if each.at < before]
        if household_id is not None:
            found = [each for each in found if each.household_id == household_id]
        return tuple(sorted(found, key=lambda each: each.at, reverse=True)[:limit])

    def forget(self, before: datetime) -> int:
        """Forget the entries older than `before`; return how many that were."""
        kept = [each for each in self._entries if each.at >= before]
        forgotten = len(self._entries) - len(kept)
        self._entries = kept
        return forgotten


class PretendHasher:
    """A fast hash that counts `hashes` and `checks`; `costs` may be raised, and `before` each may raise."""

    def __init__(self) -> None:
        self.costs = 1
        self.before: Callable[[], None] = lambda: None
        self.hashes = 0
        self.checks = 0

    def hashed(self, password: Secret) -> str:
        """Return the password with its costs."""
        self.before()
        self.hashes += 1
        return f"{self.costs}${password.reveal()}"

    def decoy(self) -> str:
        """Return what no password fits."""
        return f"{self.costs}"

    def matches(self, hashed: str, password: Secret) -> bool:
        """Say whether it is this password."""
        self.before()
        self.checks += 1
        return hashed.partition("$")[1:] == ("$", password.reveal())

    def is_outdated(self, hashed: str) -> bool:
        """Say whether the costs were others."""
        return hashed.partition("$")[0] != str(self.costs)
