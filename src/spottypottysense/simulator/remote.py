"""The simulator's control API from outside, and a person's consent in the browser."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

REDIRECT_URI = "http://127.0.0.1/callback"
SCOPES = "user-read-playback-state user-modify-playback-state"


class Remote:
    """Speaks to a simulator at `base_url`; every call opens its own connection."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        parts = urlsplit(base_url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)

    def post(self, thing: str, **fields: object) -> Any:
        """Create or do something, such as `post("accounts", id="alex")`; raises RuntimeError."""
        return self._control("POST", thing, fields)

    def get(self, thing: str) -> Any:
        """Read something, such as `get("state")`; raises RuntimeError."""
        return self._control("GET", thing, None)

    def clear_faults(self) -> None:
        """Switch off everything that was made to go wrong; raises RuntimeError."""
        self._control("DELETE", "faults", None)

    def requests(self, since: int = 0, limit: int = 1_000_000) -> list[dict[str, Any]]:
        """Return what was asked of the pretend Spotify after request number `since`, oldest first."""
        found: list[dict[str, Any]] = self.get(f"requests?since={since}&limit={limit}")["requests"]
        return found

    def consent(self, client_id: str, account: str) -> str:
        """Click through the consent page as `account` and return the authorisation code."""
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": REDIRECT_URI,
            "scope": SCOPES,
            "state": "-",
            "account": account,
        }
        connection = HTTPConnection(*self._address, timeout=10)
        try:
            connection.request("GET", f"/authorize?{urlencode(query)}")
            answer = connection.getresponse()
            location = answer.getheader("Location") or ""
            if answer.status != 302:
                message = f"The pretend Spotify refused consent: {answer.read(300)!r}"
                raise RuntimeError(message)
        finally:
            connection.close()
        return parse_qs(urlsplit(location).query)["code"][0]

    def _control(self, method: str, thing: str, fields: dict[str, object] | None) -> Any:
        connection = HTTPConnection(*self._address, timeout=30)
        try:
            body = None if fields is None else json.dumps(fields)
            connection.request(method, f"/_control/{thing}", body)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status >= 300:
                message = f"{method} {thing}: {answer.status} {text[:300]!r}"
                raise RuntimeError(message)
            return json.loads(text) if text else None
        finally:
            connection.close()
