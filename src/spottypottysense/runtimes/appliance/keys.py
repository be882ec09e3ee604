"""The file of the vault's keys: a line for each, the current one first."""

import base64
import binascii
import fcntl
import hashlib
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from spottypottysense.errors import SpottyError
from spottypottysense.runtimes.appliance.files import sync_directory

KEY_BYTES = 32
ID_BYTES = 8


@dataclass(frozen=True)
class Key:
    """A key of AES-256; `id` goes with what it sealed and gives nothing away."""

    secret: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> "Key":
        """Return a new random key."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @property
    def id(self) -> bytes:
        """Return the beginning of the key's hash."""
        return hashlib.sha256(self.secret).digest()[:ID_BYTES]


Edition = tuple[int, int]
"""Tells one content of the file from the next."""


class KeyFile:
    """The keys at `path`, which is made with one key in it if it is missing.

    A line is the key's id in hex and the key in base64; the first version of the file was one key without
    an id. It is replaced as a whole, one process at a time. Raises `SpottyError` wherever it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                # A link, unlike a rename, never replaces what somebody else just made.
                with _draft(path, (Key.fresh(),)) as draft:
                    _link_unless_there(draft, path)
                sync_directory(path.parent)
        except OSError as error:
            raise self._unusable(error) from error

    def edition(self) -> Edition:
        """Return what changes whenever the content does."""
        try:
            status = self._path.stat()
        except OSError as error:
            raise self._unusable(error) from error
        return status.st_ino, status.st_mtime_ns

    def read(self) -> tuple[Key, ...]:
        """Return the keys, the current one first."""
        try:
            if self._path.stat().st_mode & 0o077:
                message = f"Others may read the key in {self._path}: run `chmod 600 {self._path}`."
                raise SpottyError(message)
            content = self._path.read_bytes()
        except OSError as error:
            raise self._unusable(error) from error
        try:
            keys = tuple(map(_key, content.strip().splitlines()))
        except ValueError:
            keys = ()
        if not keys:
            message = (
                f"{self._path} holds no key: restore it from a backup, or move it away and connect"
                " Spotify again."
            )
            raise SpottyError(message)
        return keys

    def change(self, edit: Callable[[tuple[Key, ...]], tuple[Key, ...]]) -> None:
        """Replace the keys by what `edit` makes of them; whoever reads sees the old file or the new one."""
        try:
            with _locked(self._path):
                keys, before = self.read(), self._path.stat().st_mtime_ns
                with _draft(self._path, edit(keys)) as draft:
                    # Inodes are used again and clocks tick slowly: this alone tells editions apart.
                    moment = max(time.time_ns(), before + 1)
                    os.utime(draft, ns=(moment, moment))
                    draft.rename(self._path)
                sync_directory(self._path.parent)
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> SpottyError:
        message = f"The key in {self._path} cannot be used ({error.strerror}): let this user read it."
        return SpottyError(message)


def _key(line: bytes) -> Key:
    """Return the key in a line; raises `ValueError` if there is none or it is not what its id says."""
    *ids, text = line.split()
    try:
        key = Key(base64.b64decode(text, validate=True))
    except binascii.Error:
        raise ValueError("not base64") from None
    if len(key.secret) != KEY_BYTES or ids not in ([], [key.id.hex().encode()]):
        raise ValueError("not a key")
    return key


@contextmanager
def _draft(path: Path, keys: tuple[Key, ...]) -> Iterator[Path]:
    """Lend a file with these keys beside `path`, on the disk and for this user only."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for key in keys:
                file.write(key.id.hex().encode() + b" " + base64.b64encode(key.secret) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _link_unless_there(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep others from changing the file at `path`; it may have been replaced while we waited for it."""
    while True:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_ino == path.stat().st_ino:
                yield
                return
        finally:
            os.close(descriptor)
