"""`nextToken`: where a list goes on, signed, so that nobody can point it elsewhere."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import Any

from spottypottysense.errors import Invalid
from spottypottysense.secret import Secret

_SIGNATURE_BYTES = 16
_LONGEST = 1024


class Cursors:
    """Writes and reads tokens with the key of this installation (32 random bytes, as hexadecimal text)."""

    def __init__(self, key: Secret) -> None:
        self._key = key

    def write(self, owner: str, query: str, place: dict[str, Any]) -> str:
        """Return a token for `place` in the list that `query` names, good for `owner` (a household) alone."""
        text = json.dumps([query, place], separators=(",", ":"), sort_keys=True).encode()
        return urlsafe_b64encode(self._sign(owner, text) + text).decode().rstrip("=")

    def read(self, owner: str, query: str, token: str) -> dict[str, Any]:
        """Return the place that the token names; raises `Invalid` for a forged, foreign or cut one."""
        if len(token) <= _LONGEST and token.isascii():
            try:
                raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            except (NotBase64, ValueError):
                raw = b""
            signature, text = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
            if text and hmac.compare_digest(signature, self._sign(owner, text)):
                asked, place = json.loads(text)
                if asked == query and isinstance(place, dict):
                    return place
        message = "This nextToken belongs to another list or was changed: begin again without one."
        raise Invalid(message, field="nextToken")

    def _sign(self, owner: str, text: bytes) -> bytes:
        key = self._key.reveal().encode()
        return hmac.digest(key, owner.encode() + b"\0" + text, "sha256")[:_SIGNATURE_BYTES]
