"""Secrets at rest: AES-256-GCM under a key that lies in a file of its own."""

import base64
import binascii
import hashlib
import json
import os
import secrets
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from spottypottysense.errors import NeedsPerson, SpottyError
from spottypottysense.grants.model import Secret
from spottypottysense.reasons import Reason

_KEY_BYTES = 32
_KEY_ID_BYTES = 8
_NONCE_BYTES = 12


class Vault:
    """Seals and opens secrets with the key in `key_file`, which is made on first use.

    What is sealed is key id, nonce and ciphertext in a row; it opens only for the user, client id and
    purpose that it was sealed for. Raises `SpottyError` if others may read the file or it holds no key.
    """

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file
        try:
            if not key_file.exists():
                _make_key(key_file)
            key = _read_key(key_file)
        except OSError as error:
            message = f"The key in {key_file} cannot be used ({error.strerror}): let this user read it."
            raise SpottyError(message) from error
        self._cipher = AESGCM(key)
        self._key_id = hashlib.sha256(key).digest()[:_KEY_ID_BYTES]

    def seal(self, secret: Secret, user_id: str, client_id: str, purpose: str) -> bytes:
        """Return the secret as bytes that only this key opens."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound_to = _bound_to(user_id, client_id, purpose)
        return self._key_id + nonce + self._cipher.encrypt(nonce, secret.reveal().encode(), bound_to)

    def open(self, sealed: bytes, user_id: str, client_id: str, purpose: str) -> Secret:
        """Return what was sealed; raises `NeedsPerson(RECONNECT)` if it is damaged or not for this key."""
        key_id, rest = sealed[:_KEY_ID_BYTES], sealed[_KEY_ID_BYTES:]
        if key_id != self._key_id:
            message = (
                f"The grant of {user_id} was sealed with another key than the one in {self._key_file}:"
                " put that key file back, or connect Spotify again."
            )
            raise NeedsPerson(Reason.RECONNECT, message)
        nonce, ciphertext = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        try:
            text = self._cipher.decrypt(nonce, ciphertext, _bound_to(user_id, client_id, purpose))
        except (InvalidTag, ValueError):
            message = f"The stored grant of {user_id} is damaged: connect Spotify again."
            raise NeedsPerson(Reason.RECONNECT, message) from None
        return Secret(text.decode())


def _bound_to(user_id: str, client_id: str, purpose: str) -> bytes:
    """Return the associated data; as JSON no two triples look the same."""
    return json.dumps([user_id, client_id, purpose]).encode()


def _make_key(key_file: Path) -> None:
    """Put a fresh key in place, whole or not at all; a key that somebody else just made stays."""
    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=key_file.parent, prefix=".key-")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, never replaces what is there.
        os.link(draft, key_file)
    except FileExistsError:
        return
    finally:
        draft.unlink()
    directory = os.open(key_file.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _read_key(key_file: Path) -> bytes:
    if key_file.stat().st_mode & 0o077:
        message = f"Others may read the key in {key_file}: run `chmod 600 {key_file}`."
        raise SpottyError(message)
    try:
        key = base64.b64decode(key_file.read_bytes().strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        message = (
            f"{key_file} holds no key: restore it from a backup, or move it away and connect Spotify again."
        )
        raise SpottyError(message)
    return key
