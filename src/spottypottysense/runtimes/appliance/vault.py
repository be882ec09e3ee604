"""Secrets at rest: AES-256-GCM under keys that lie in a file of their own."""

import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from spottypottysense.errors import NeedsPerson, SpottyError, Unavailable
from spottypottysense.grants.model import Secret
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.keys import ID_BYTES, Edition, Key, KeyFile

_NONCE_BYTES = 12


class Vault:
    """Seals secrets with the current key in `key_file`, made on first use, and opens them with any there.

    What is sealed is key id, nonce and ciphertext in a row; it opens only for the owner, client id and
    purpose that it was sealed for. Another process may change the keys at any time. Raises `SpottyError` if
    others may read the file or it holds no key.
    """

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file
        self._file = KeyFile(key_file)
        self._made: Key | None = None
        self._lock = threading.Lock()
        self._ring = _ring(self._file.edition(), self._file.read(), {})

    def seal(self, secret: Secret, owner: str, client_id: str, purpose: str) -> bytes:
        """Return the secret as bytes that only the current key opens; raises as `seal_all` does."""
        return self.seal_all({purpose: secret}, owner, client_id)[purpose]

    def seal_all(self, by_purpose: Mapping[str, Secret], owner: str, client_id: str) -> dict[str, bytes]:
        """Return secrets of one owner as bytes that only the current key opens, by purpose.

        Raises `Unavailable(STORAGE_UNAVAILABLE)` while the key file is missing or spoilt: what is sealed
        with a key that only this process knows would be lost with it.
        """
        ring = self._latest_ring()
        cipher = ring.ciphers[ring.current]

        def sealed(purpose: str, secret: Secret) -> bytes:
            nonce = secrets.token_bytes(_NONCE_BYTES)
            bound_to = _bound_to(owner, client_id, purpose)
            return ring.current + nonce + cipher.encrypt(nonce, secret.reveal().encode(), bound_to)

        return {purpose: sealed(purpose, secret) for purpose, secret in by_purpose.items()}

    def open(self, sealed: bytes, owner: str, client_id: str, purpose: str) -> Secret:
        """Return what was sealed; raises `NeedsPerson(RECONNECT)` if it is damaged or its key is unknown."""
        key_id, rest = sealed[:ID_BYTES], sealed[ID_BYTES:]
        cipher = self._ring.ciphers.get(key_id) or self._latest_ring().ciphers.get(key_id)
        if cipher is None:
            message = (
                f"The grant of {owner} was sealed with another key than the one in {self._key_file}:"
                " put that key file back, or connect Spotify again."
            )
            raise NeedsPerson(Reason.RECONNECT, message)
        nonce, ciphertext = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        try:
            text = cipher.decrypt(nonce, ciphertext, _bound_to(owner, client_id, purpose))
        except (InvalidTag, ValueError):
            message = f"The stored grant of {owner} is damaged: connect Spotify again."
            raise NeedsPerson(Reason.RECONNECT, message) from None
        return Secret(text.decode())

    def add_key(self) -> None:
        """Make a new key the current one, here and in every other process; the older keys still open."""
        fresh = Key.fresh()
        self._file.change(lambda keys: (fresh, *keys))
        self._made = fresh

    def forget_old_keys(self) -> None:
        """Forget the keys that are older than the one this vault has added.

        For when everything is sealed anew; a still newer key that another process added stays.
        """
        made = self._made
        if made is not None:
            self._file.change(lambda keys: keys[: keys.index(made) + 1] if made in keys else keys)

    def _latest_ring(self) -> "_Ring":
        """Return the keys of the file as it is now; raises `Unavailable` if it cannot be used."""
        try:
            if self._file.edition() == self._ring.edition:
                return self._ring
            with self._lock:
                # The edition is read first: if the file changes meanwhile, the next look finds out.
                edition = self._file.edition()
                if edition != self._ring.edition:
                    self._ring = _ring(edition, self._file.read(), self._ring.ciphers)
                return self._ring
        except SpottyError as error:
            raise Unavailable(str(error), reason=Reason.STORAGE_UNAVAILABLE) from error


@dataclass(frozen=True)
class _Ring:
    """The keys that an edition of the file held, by id, and all that were known before."""

    edition: Edition
    current: bytes
    ciphers: Mapping[bytes, AESGCM]


def _ring(edition: Edition, keys: tuple[Key, ...], known: Mapping[bytes, AESGCM]) -> _Ring:
    """Return the ring of these keys; what is `known` stays: somebody may just be reading what it sealed."""
    return _Ring(edition, keys[0].id, {**known, **{key.id: AESGCM(key.secret) for key in keys}})


def _bound_to(owner: str, client_id: str, purpose: str) -> bytes:
    """Return the associated data; as JSON no two triples look the same."""
    return json.dumps([owner, client_id, purpose]).encode()
