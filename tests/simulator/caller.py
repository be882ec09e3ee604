"""Speaks to the simulator over real HTTP as an app, a browser and a test's director would."""

import base64
import hashlib
import json as jsonlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import urllib3

from spottypottysense.simulator import demo_world

REDIRECT = "http://127.0.0.1/callback"
SCOPE = "user-read-playback-state user-modify-playback-state"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
PLAYLIST = demo_world.playlist_uri("morning")
ARTIST = PLAYLIST.replace("playlist", "artist")


class Caller:
    """Speaks HTTP to the simulator at `base`."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = urllib3.PoolManager(timeout=10, retries=False)
        self.token = ""

    def call(
        self, method: str, path: str, *, token: str | None = None, **parts: Any
    ) -> urllib3.BaseHTTPResponse:
        """Call the Web API with the bearer token."""
        bearer = self.token if token is None else token
        headers = {"authorization": f"Bearer {bearer}", **parts.pop("headers", {})}
        return self.http.request(method, self.base + path, headers=headers, **parts)

    def control(self, method: str, path: str, /, **body: Any) -> Any:
        """Call the control API and insist that it agrees."""
        reply = self.http.request(method, f"{self.base}/_control/{path}", json=body or None)
        assert reply.status == 200, reply.data
        return reply.json()

    def authorize(self, **changed: str | None) -> urllib3.BaseHTTPResponse:
        """Ask for consent; a parameter that is None is left out."""
        query = {
            "client_id": demo_world.CLIENT_ID,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": SCOPE,
            "state": "s-1",
            **changed,
        }
        asked = urlencode({name: value for name, value in query.items() if value is not None})
        return self.http.request("GET", f"{self.base}/authorize?{asked}", redirect=False)

    def code(self, **changed: str | None) -> str:
        """Return a fresh authorization code."""
        return back(self.authorize(**changed))["code"]

    def tokens(
        self, *, basic: str | None = "demo-client:demo-secret", **form: str
    ) -> urllib3.BaseHTTPResponse:
        """Call the token endpoint."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if basic is not None:
            headers["authorization"] = "Basic " + base64.b64encode(basic.encode()).decode()
        return self.http.request("POST", f"{self.base}/api/token", headers=headers, body=urlencode(form))

    def exchange(self, code: str) -> urllib3.BaseHTTPResponse:
        """Exchange a code as the confidential demo client."""
        return self.tokens(grant_type="authorization_code", code=code, redirect_uri=REDIRECT)

    def refresh(self, refresh_token: str) -> urllib3.BaseHTTPResponse:
        """Refresh as the confidential demo client."""
        return self.tokens(grant_type="refresh_token", refresh_token=refresh_token)

    def grant(self, account: str = "alex", client: str = demo_world.CLIENT_ID, scope: str = SCOPE) -> Any:
        """Return a grant that needed no browser."""
        return self.control("POST", "grants", client_id=client, accounts=[account], scope=scope)["grants"][0]

    def later(self, seconds: float) -> None:
        """Let time pass, and take a new bearer token."""
        self.control("POST", "clock", advance=seconds)
        self.token = self.grant()["access_token"]

    def speaker(self, key: str) -> Any:
        """Return a speaker as the control API shows it."""
        return next(each for each in self.control("GET", "state")["speakers"] if each["key"] == key)

    def account(self, name: str = "alex") -> Any:
        """Return an account as the control API shows it."""
        return next(each for each in self.control("GET", "state")["accounts"] if each["id"] == name)

    def play(self, key: str = "kitchen", **body: Any) -> urllib3.BaseHTTPResponse:
        """Play on a speaker, the morning playlist unless told otherwise."""
        device = self.speaker(key)["id"]
        return self.call(
            "PUT", f"/v1/me/player/play?device_id={device}", json=body or {"context_uri": PLAYLIST}
        )


def back(reply: urllib3.BaseHTTPResponse) -> dict[str, str]:
    """Return the parameters with which the browser was sent back."""
    assert reply.status == 302, reply.data
    return {name: values[0] for name, values in parse_qs(urlsplit(reply.headers["location"]).query).items()}


def refusal(reply: urllib3.BaseHTTPResponse) -> tuple[int, str, str]:
    """Return status, message and reason of a Web API error."""
    error = jsonlib.loads(reply.data)["error"]
    assert error["status"] == reply.status
    return reply.status, error["message"], error.get("reason", "")
