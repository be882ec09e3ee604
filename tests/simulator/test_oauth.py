"""Sign-in and tokens follow Spotify's published rules."""

import base64
from datetime import UTC, datetime

import pytest

from simulator.caller import CHALLENGE, REDIRECT, VERIFIER, Caller, back
from spottypottysense.simulator.demo_world import CLIENT_ID, PKCE_CLIENT_ID
from spottypottysense.simulator.world import six_months_after

INVALID_REDIRECT = b"INVALID_CLIENT: Invalid redirect URI"
MONTH = 31 * 86_400


@pytest.mark.parametrize(
    ("registered", "asked", "accepted"),
    [
        ("https://home.example/cb", "https://home.example/cb", True),
        ("https://home.example/cb", "https://home.example/cb/", False),
        ("https://home.example/cb", "https://home.example/CB", False),
        ("https://home.example/cb", "https://home.example:8443/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:4711/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1/cb", True),
        ("http://[::1]/cb", "http://[::1]:4711/cb", True),
        ("http://127.0.0.1:8765/cb", "http://127.0.0.1:8766/cb", False),
        ("http://127.0.0.1/cb", "http://[::1]:4711/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:4711/c\nb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", False),
        ("http://localhost/cb", "http://localhost/cb", False),
        ("http://192.168.1.5/cb", "http://192.168.1.5/cb", False),
        ("com.example:cb", "com.example:cb", True),
    ],
)
def test_redirect_uri(spotify: Caller, registered: str, asked: str, accepted: bool) -> None:
    """A redirect URI must be registered exactly; plain http is for loopback addresses only."""
    spotify.control("POST", "apps", client_id="other", secret="x", redirect_uris=[registered])
    reply = spotify.authorize(client_id="other", redirect_uri=asked)
    if accepted:
        assert back(reply)["state"] == "s-1"
        assert reply.headers["location"].startswith(asked)
    else:
        assert (reply.status, reply.data) == (400, INVALID_REDIRECT)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "user-read-playback-state everything"}, "invalid_scope"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"client_id": PKCE_CLIENT_ID}, "invalid_request"),
        ({"show_dialog": "yes"}, "invalid_request"),
    ],
)
def test_authorize_sends_errors_back(spotify: Caller, changed: dict[str, str], error: str) -> None:
    """What is wrong with a request whose redirect is trusted comes back through the redirect."""
    assert back(spotify.authorize(**changed)) == {"error": error, "state": "s-1"}


def test_a_person_can_say_no(spotify: Caller) -> None:
    """A refusal comes back as access_denied, once if it was switched on once."""
    spotify.control("POST", "faults", name="access_denied", account="sam", count=1)
    assert "code" in back(spotify.authorize())
    assert back(spotify.authorize(account="sam"))["error"] == "access_denied"
    assert "code" in back(spotify.authorize(account="sam", show_dialog="true"))


def test_unknown_client_is_told_in_the_browser(spotify: Caller) -> None:
    """Without a known client there is no redirect to trust."""
    assert spotify.authorize(client_id="stranger").data == b"INVALID_CLIENT: Invalid client"


def test_code_flow(spotify: Caller) -> None:
    """A code brings an access token with scope, type, life and refresh token; a refresh no new one."""
    granted = spotify.exchange(spotify.code(account="sam")).json()
    assert granted.keys() == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert (granted["token_type"], granted["expires_in"]) == ("Bearer", 3600)
    me = spotify.call("GET", "/v1/me", token=granted["access_token"]).json()
    assert me["id"] == "sam"
    refreshed = spotify.refresh(granted["refresh_token"]).json()
    assert "refresh_token" not in refreshed
    assert spotify.call("GET", "/v1/me", token=refreshed["access_token"]).status == 200
    assert spotify.call("GET", "/v1/me", token=granted["access_token"]).status == 200


def test_a_code_serves_once(spotify: Caller) -> None:
    """A second exchange, another redirect and an old code are refused."""
    code = spotify.code()
    assert spotify.exchange(code).status == 200
    reused = spotify.exchange(code)
    assert (reused.status, reused.json()) == (
        400,
        {"error": "invalid_grant", "error_description": "Invalid authorization code"},
    )
    other = spotify.tokens(
        grant_type="authorization_code", code=spotify.code(), redirect_uri="http://127.0.0.1/x"
    )
    assert other.json()["error"] == "invalid_grant"
    late = spotify.code()
    spotify.control("POST", "clock", advance=601)
    assert spotify.exchange(late).json()["error_description"] == "Invalid authorization code"


def test_pkce(spotify: Caller) -> None:
    """A client without secret shows its verifier, and refreshes by its id alone."""
    pkce = {"client_id": PKCE_CLIENT_ID, "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    form = {"grant_type": "authorization_code", "client_id": PKCE_CLIENT_ID, "redirect_uri": REDIRECT}
    code = spotify.code(**pkce)
    assert spotify.tokens(basic=None, code=code, **form).json()["error"] == "invalid_request"
    wrong = spotify.tokens(basic=None, code=code, code_verifier="w" * 64, **form)
    assert wrong.json() == {"error": "invalid_grant", "error_description": "code_verifier was incorrect"}
    granted = spotify.tokens(basic=None, code=code, code_verifier=VERIFIER, **form)
    assert granted.status == 200
    again = spotify.tokens(
        basic=None,
        grant_type="refresh_token",
        client_id=PKCE_CLIENT_ID,
        refresh_token=granted.json()["refresh_token"],
    )
    assert again.status == 200


@pytest.mark.parametrize(
    ("basic", "form", "description"),
    [
        ("stranger:demo-secret", {}, "Invalid client"),
        ("demo-client:wrong", {}, "Invalid client secret"),
        (None, {}, "Invalid client"),
        (None, {"client_id": CLIENT_ID, "client_secret": "demo-secret"}, "Invalid client"),
        (None, {"client_id": CLIENT_ID}, "Invalid client secret"),
        (f"{PKCE_CLIENT_ID}:", {}, "Invalid client secret"),
    ],
)
def test_client_authentication(
    spotify: Caller, basic: str | None, form: dict[str, str], description: str
) -> None:
    """A confidential client proves itself in the Basic header and nowhere else."""
    refresh_token = spotify.grant()["refresh_token"]
    reply = spotify.tokens(basic=basic, grant_type="refresh_token", refresh_token=refresh_token, **form)
    assert reply.status == 400
    assert reply.json() == {"error": "invalid_client", "error_description": description}


def test_json_is_not_a_form(spotify: Caller) -> None:
    """The token endpoint reads forms only."""
    basic = base64.b64encode(b"demo-client:demo-secret").decode()
    reply = spotify.http.request(
        "POST",
        f"{spotify.base}/api/token",
        headers={"authorization": f"Basic {basic}"},
        json={"grant_type": "refresh_token", "refresh_token": spotify.grant()["refresh_token"]},
    )
    assert reply.status == 415


@pytest.mark.parametrize("form", [{}, {"grant_type": "password"}, {"grant_type": "client_credentials"}])
def test_grant_types(spotify: Caller, form: dict[str, str]) -> None:
    """Only the two grant types that we use exist."""
    assert spotify.tokens(**form).json()["error"] == "unsupported_grant_type"


def test_dead_refresh_tokens(spotify: Caller) -> None:
    """Wrong, foreign, revoked and expired refresh tokens are invalid_grant, each in its own words."""

    def words(refresh_token: str) -> str:
        reply = spotify.refresh(refresh_token)
        assert (reply.status, reply.json()["error"]) == (400, "invalid_grant")
        return str(reply.json()["error_description"])

    assert words("nonsense") == "Invalid refresh token"
    assert words(spotify.grant(client=PKCE_CLIENT_ID)["refresh_token"]) == "Invalid refresh token"
    revoked = spotify.grant("sam")
    spotify.control("POST", "revoke", account="sam", client_id=CLIENT_ID)
    assert words(revoked["refresh_token"]) == "Refresh token revoked"
    assert spotify.call("GET", "/v1/me", token=revoked["access_token"]).status == 401
    kept = spotify.grant()["refresh_token"]
    for _ in range(5):
        spotify.control("POST", "clock", advance=MONTH)
        assert spotify.refresh(kept).status == 200
    spotify.control("POST", "clock", advance=MONTH)
    assert words(kept) == "Refresh token expired"


@pytest.mark.parametrize(("grace", "old"), [(0, 400), (60, 200)])
def test_rotation(spotify: Caller, grace: int, old: int) -> None:
    """Rotation replaces the refresh token; the old one dies at once or after its grace."""
    first = spotify.grant()["refresh_token"]
    spotify.control("POST", "faults", name="rotate", grace=grace, count=1)
    second = spotify.refresh(first).json()["refresh_token"]
    assert second != first
    assert spotify.refresh(second).status == 200
    assert spotify.refresh(first).status == old
    spotify.control("POST", "clock", advance=61)
    assert spotify.refresh(first).json()["error_description"] == "Refresh token revoked"


def test_a_reply_can_lack_its_refresh_token(spotify: Caller) -> None:
    """Sign-in without refresh token, and with a null one, can be switched on."""
    spotify.control("POST", "faults", name="token_forgets_refresh", count=1)
    assert "refresh_token" not in spotify.exchange(spotify.code()).json()
    spotify.control("POST", "faults", name="token_forgets_refresh", null=True, count=1)
    assert spotify.refresh(spotify.grant()["refresh_token"]).json()["refresh_token"] is None


@pytest.mark.parametrize(
    ("consented", "ends"),
    [((2026, 1, 15), (2026, 7, 15)), ((2026, 8, 31), (2027, 2, 28)), ((2026, 6, 1), (2026, 12, 1))],
)
def test_six_months(consented: tuple[int, int, int], ends: tuple[int, int, int]) -> None:
    """Six months are calendar months, cut to the last day of a shorter one."""
    assert six_months_after(datetime(*consented, tzinfo=UTC)) == datetime(*ends, tzinfo=UTC)
