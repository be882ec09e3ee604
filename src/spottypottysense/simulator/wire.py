"""Requests and replies as the rules see them, and the three shapes in which Spotify says no."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from spottypottysense.simulator.world import AccessToken

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@dataclass(slots=True)
class Request:
    """One HTTP request, whole; `client`, `account` and `device` are filled in as they become known."""

    method: str
    path: str
    raw_query: bytes = b""
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    client: str = ""
    account: str = ""
    device: str = ""
    form: dict[str, str] = field(default_factory=dict)
    token: AccessToken | None = None

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters; of a repeated one the last."""
        return pairs(self.raw_query)

    def header(self, name: bytes) -> str:
        """Return a header's value, empty if it is missing; `name` in lower case."""
        return self.headers.get(name, b"").decode("latin-1")


@dataclass(slots=True)
class Reply:
    """One HTTP reply."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Refused(Exception):
    """A rule says no; carries the reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def pairs(raw: bytes) -> dict[str, str]:
    """Read form-encoded parameters; bytes that are no UTF-8 become replacement characters."""
    return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True)) if raw else {}


def answer(value: Any, status: int = 200) -> Reply:
    """Return `value` as JSON."""
    return Reply(status, json.dumps(value, separators=(",", ":")).encode())


def api_refusal(status: int, message: str, reason: str = "", retry_after: int | None = None) -> Reply:
    """Return the Web API's error shape; `reason` appears in player and quota errors only."""
    error: dict[str, Any] = {"status": status, "message": message}
    if reason:
        error["reason"] = reason
    reply = answer({"error": error}, status)
    if retry_after is not None:
        reply.headers = ((b"retry-after", str(retry_after).encode()),)
    return reply


def player_refusal(status: int, message: str, reason: str) -> Reply:
    """Return the Web API's error shape with the words that player errors begin with."""
    return api_refusal(status, f"Player command failed: {message}", reason)


def oauth_refusal(error: str, description: str, status: int = 400) -> Reply:
    """Return the token endpoint's error shape (RFC 6749, section 5.2)."""
    return answer({"error": error, "error_description": description}, status)


NO_CONTENT = Reply(204)
DEVICE_NOT_FOUND = api_refusal(404, "Device not found")
NO_ACTIVE_DEVICE = player_refusal(404, "No active device found", "NO_ACTIVE_DEVICE")
RESTRICTION = player_refusal(403, "Restriction violated", "UNKNOWN")
PREMIUM_REQUIRED = player_refusal(403, "Premium required", "PREMIUM_REQUIRED")
MALFORMED_JSON = api_refusal(400, "Malformed json")
NOT_REGISTERED = Reply(
    403,
    b"User not registered in the Developer Dashboard. "
    b"Check settings on developer.spotify.com/dashboard, the user may not be registered.",
    TEXT,
)
