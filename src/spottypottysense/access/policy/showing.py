"""What is shown at the door: secrets by their shape and digest, passwords by their rules, plain lines."""

import hashlib
import re
import unicodedata

from spottypottysense.errors import Invalid
from spottypottysense.secret import Secret

TOKEN_PREFIX = "spotty_"  # noqa: S105  tells scanners for leaked secrets what they found
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256
LONGEST_EMAIL = 254
LONGEST_NAME = 60

_RANDOM = r"[A-Za-z0-9_-]{43}"
_SECRET = re.compile(rf"{_RANDOM}\Z")
_TOKEN = re.compile(rf"{TOKEN_PREFIX}{_RANDOM}\Z")

# The commonest of 8 and more characters in lists of leaked passwords, and what people think of here first.
_COMMON = frozenset(
    """
    12345678 123456789 1234567890 0123456789 123123123 11111111 00000000 87654321 987654321 88888888 11223344
    12341234 66666666 12344321 password password1 password12 password123 passw0rd p@ssw0rd p@ssword passwort
    passwort1 qwertyui qwertyuiop qwerty123 qwertz123 qwertzui 1q2w3e4r 1qaz2wsx q1w2e3r4 1q2w3e4r5t asdfghjk
    asdfghjkl abcd1234 abc12345 a1b2c3d4 aa123456 iloveyou sunshine princess football baseball superman
    trustno1 starwars computer michelle internet whatever changeme letmein1 welcome1 dragon123 monkey123
    admin123 administrator hallo123 hallohallo schalke04 spottify spotify1 spotify123 spottypotty
    spottypottysense
    """.split()  # noqa: SIM905  read by people
)


def digest_of(secret: Secret) -> str:
    """Return the SHA-256 by which a secret of 256 random bits is kept; a slow hash would add nothing."""
    return hashlib.sha256(secret.reveal().encode("utf-8", "replace")).hexdigest()


def is_secret(secret: Secret) -> bool:
    """Say whether it looks like what a cookie or a link holds; the rest needs no look into the store."""
    return _SECRET.match(secret.reveal()) is not None


def is_token(secret: Secret) -> bool:
    """Say whether it looks like an access token."""
    return _TOKEN.match(secret.reveal()) is not None


def typed(password: Secret) -> Secret:
    """Return the password as it is compared: in NFC, as keyboards differ in how they write an é.

    What is longer than any password can be is cut behind that length, where it fits none.
    """
    text = password.reveal()[: 4 * LONGEST_PASSWORD]
    return Secret(unicodedata.normalize("NFC", text)[: LONGEST_PASSWORD + 1])


def checked_password(password: Secret) -> Secret:
    """Return a new password as it is compared; raises `Invalid` if it is short, long or common."""
    text = typed(password).reveal()
    if len(text) < SHORTEST_PASSWORD:
        raise Invalid("A password has at least 8 characters: four words in a row are a good one.", "password")
    if len(text) > LONGEST_PASSWORD:
        raise Invalid("A password has at most 256 characters: take a shorter one.", "password")
    if text.lower() in _COMMON or len(set(text)) == 1:
        raise Invalid("Everybody tries this password first: take four words in a row.", "password")
    return Secret(text)


def line(text: str, most: int) -> str:
    """Return one line of at most `most` characters, with a question mark for what cannot be printed."""
    return "".join(each if each.isprintable() else "?" for each in text.strip()[:most])
