"""Argon2id, the slow hash of passwords."""

import secrets
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from spottypottysense.secret import Secret

MEMORY_KIB = 46 * 1024
"""What a guess takes in memory: the most that OWASP's password storage cheat sheet names (m=46 MiB, t=1)."""

PASSES = 2
"""Twice the passes of that line: about 90 ms on one core of a small server, as a sign-in may take."""

LANES = 1
"""One thread each, as several people may sign in at a time."""

_SALT_BYTES = 16
_HASH_BYTES = 32


class Argon2Hasher:
    """The `Hasher` of the appliance; the costs are in each text, so that they can rise later."""

    def __init__(self, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._argon2 = PasswordHasher(passes, memory_kib, LANES, _HASH_BYTES, _SALT_BYTES)
        self._costs = f"$argon2id$v=19$m={memory_kib},t={passes},p={LANES}"

    def hashed(self, password: Secret) -> str:
        """Return the text to keep, with salt and costs."""
        return self._argon2.hash(_bytes(password))

    def decoy(self) -> str:
        """Return a text with today's costs and random bytes for a hash, which no password is known to fit."""
        return f"{self._costs}${_random(_SALT_BYTES)}${_random(_HASH_BYTES)}"

    def matches(self, hashed: str, password: Secret) -> bool:
        """Say whether it is this password; a damaged text matches none."""
        try:
            return self._argon2.verify(hashed, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, hashed: str) -> bool:
        """Say whether it was hashed with other costs than those of today."""
        return self._argon2.check_needs_rehash(hashed)


def _bytes(password: Secret) -> bytes:
    # JSON may hold half a character (a lone surrogate): it is compared like any other.
    return password.reveal().encode("utf-8", "surrogatepass")


def _random(count: int) -> str:
    return b64encode(secrets.token_bytes(count)).decode().rstrip("=")
