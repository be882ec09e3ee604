"""Names of things: what they may look like, and new ones that nobody can guess."""

import re
import secrets

from spottypottysense.errors import Invalid
from spottypottysense.secret import Secret

_SENSOR_ID = re.compile(r"[a-z0-9_-]{1,64}\Z")


def sensor_id(text: str) -> str:
    """Return `text` if it can be certificate name, client id, thing name and topic level at once.

    Raises `Invalid` otherwise. The charset is the meeting of what MQTT, NATS, X.509 and AWS IoT allow.
    """
    if not _SENSOR_ID.match(text):
        message = f"{text[:80]!r} cannot be a sensor id: use 1 to 64 of a-z, 0-9, '-' and '_'."
        raise Invalid(message, field="sensorId")
    return text


def new_id(kind: str) -> str:
    """Return a fresh id such as `session-9f86d081884c7d65`; `kind` makes it readable in logs."""
    return f"{kind}-{secrets.token_hex(8)}"


def new_secret(prefix: str = "") -> Secret:
    """Return `prefix` and 43 characters that are safe in URLs: 256 bits that nobody can guess."""
    return Secret(prefix + secrets.token_urlsafe(32))
