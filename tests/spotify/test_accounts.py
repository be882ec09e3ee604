from base64 import b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

import pytest

from spotify.scripted import ACCESS, APP_SECRET, CODE, REFRESH, Reply, Script, Stopwatch, as_json
from spottypottysense.errors import NeedsPerson, SpottyError, Unavailable
from spottypottysense.grants.model import ClientApp, PendingConsent, Secret
from spottypottysense.grants.ports import TokenEndpoint
from spottypottysense.reasons import Reason
from spottypottysense.spotify.accounts import Accounts
from spottypottysense.spotify.client import ACCOUNTS_URL, Client

PKCE = ClientApp("app")
BACK = "http://127.0.0.1:8765/spotify/callback"
VERIFIER = Secret("v" * 64)
PENDING = PendingConsent("st&te", "ann", "app", BACK, VERIFIER, datetime(2026, 1, 1, tzinfo=UTC))
TOKENS = as_json(200, {"access_token": "new", "expires_in": 3600, "refresh_token": "r2", "scope": "a b"})


def form(script: Script) -> dict[str, str]:
    """Return the form of the only request."""
    (asked,) = script.asked
    assert (asked.method, asked.path, asked.query) == ("POST", "/api/token", {})
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    return dict(parse_qsl(asked.body.decode()))


def test_accounts_fits_the_port_of_grants(accounts: Accounts) -> None:
    """The class is the token endpoint that grants want; mypy checks the shape."""
    endpoint: TokenEndpoint = accounts
    assert callable(endpoint.refresh)


def test_an_app_with_a_secret_proves_itself_by_basic(
    script: Script, accounts: Accounts, app: ClientApp
) -> None:
    """The secret travels in the header alone, as Spotify documents it."""
    script.answers(TOKENS)
    reply = accounts.refresh(app, Secret(REFRESH))
    assert form(script) == {"grant_type": "refresh_token", "refresh_token": REFRESH}
    kind, _, pair = script.asked[0].headers["authorization"].partition(" ")
    assert (kind, b64decode(pair).decode()) == ("Basic", f"app:{APP_SECRET}")
    assert (reply.access_token, reply.refresh_token) == (Secret("new"), Secret("r2"))
    assert (reply.expires_in, reply.scope) == (timedelta(hours=1), frozenset("ab"))


def test_an_app_without_a_secret_names_itself_in_the_form(script: Script, accounts: Accounts) -> None:
    """PKCE has nothing to prove but the verifier."""
    script.answers(TOKENS)
    accounts.refresh(PKCE, Secret(REFRESH))
    assert form(script) == {"grant_type": "refresh_token", "refresh_token": REFRESH, "client_id": "app"}
    assert "authorization" not in script.asked[0].headers


@pytest.mark.parametrize("verifier", [None, "v" * 43])
def test_a_code_is_exchanged(
    script: Script, accounts: Accounts, app: ClientApp, verifier: str | None
) -> None:
    """The redirect address comes along, and the verifier if there was a challenge."""
    script.answers(TOKENS)
    accounts.exchange(app, CODE, BACK, verifier)
    wanted = {"grant_type": "authorization_code", "code": CODE, "redirect_uri": BACK}
    assert form(script) == wanted | ({} if verifier is None else {"code_verifier": verifier})


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("invalid_grant", Reason.RECONNECT),
        ("invalid_client", Reason.APP_MISCONFIGURED),
        ("unauthorized_client", Reason.APP_MISCONFIGURED),
    ],
)
def test_a_final_refusal_is_not_tried_again(
    script: Script, accounts: Accounts, app: ClientApp, error: str, reason: Reason
) -> None:
    """A dead grant and a broken app are told at once, each to its own person."""
    script.answers(as_json(400, {"error": error, "error_description": "whatever"}))
    with pytest.raises(NeedsPerson) as caught:
        accounts.refresh(app, Secret(REFRESH))
    assert (caught.value.reason, len(script.asked)) == (reason, 1)


def test_a_refresh_is_tried_again_when_spotify_stumbles(
    script: Script, accounts: Accounts, app: ClientApp, watch: Stopwatch
) -> None:
    """Single 5xx answers vanish on the next try."""
    script.answers(Reply(502, b"<html>"), Reply(500), TOKENS)
    assert accounts.refresh(app, Secret(REFRESH)).access_token == Secret("new")
    assert len(watch.sleeps) == 2


def test_a_code_is_not_sent_again_when_it_may_have_counted(
    script: Script, accounts: Accounts, app: ClientApp
) -> None:
    """A code works once; a second try would turn a hiccup into a refusal."""
    script.answers(Reply(502), TOKENS)
    with pytest.raises(Unavailable):
        accounts.exchange(app, CODE, BACK, None)
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"<html>5ecret"),
        Reply(400, b"refresh-5ecret"),
        as_json(400, {"error": "invalid_grant", "error_description": REFRESH}),
        as_json(401, {"error": "invalid_client", "error_description": APP_SECRET}),
        as_json(400, {"error": REFRESH}),
        Reply(503, REFRESH.encode()),
        Reply(429, REFRESH.encode(), (("Retry-After", "99"),)),
    ],
)
def test_no_secret_is_in_any_error(script: Script, accounts: Accounts, app: ClientApp, reply: Reply) -> None:
    """Neither what we sent nor what came back is shown, not even by the causes of the error."""
    script.answers(reply)
    with pytest.raises(SpottyError) as caught:
        accounts.refresh(app, Secret(REFRESH))
    error: BaseException | None = caught.value
    while error is not None:
        assert "5ecret" not in f"{error} {error!r}"
        error = error.__cause__ or error.__context__


def test_the_consent_page_is_asked_for_what_we_need(app: ClientApp) -> None:
    """The address carries no secret, and the state comes back to be checked."""
    url = urlsplit(Accounts(Client()).consent_url(app, PENDING, choose_account=False))
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{ACCOUNTS_URL}/authorize"
    assert dict(parse_qsl(url.query)) == {
        "client_id": "app",
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": "user-modify-playback-state user-read-playback-state",
        "state": "st&te",
    }
    assert APP_SECRET not in url.geturl()


def test_the_consent_page_with_pkce_and_dialog(accounts: Accounts, script: Script) -> None:
    """The challenge is S256 of exactly the verifier (RFC 7636), and the dialog can be forced."""
    url = urlsplit(accounts.consent_url(PKCE, PENDING, choose_account=True))
    query = dict(parse_qsl(url.query))
    assert f"{url.scheme}://{url.netloc}" == script.url
    challenge = urlsafe_b64encode(sha256(b"v" * 64).digest()).decode().rstrip("=")
    assert (query["code_challenge_method"], query["code_challenge"]) == ("S256", challenge)
    assert query["show_dialog"] == "true"
    assert VERIFIER.reveal() not in url.geturl()


@pytest.mark.parametrize(
    ("profile", "account"),
    [({"account_id": "x1", "id": "ann"}, "x1"), ({"id": "ann"}, "ann"), ({"account_id": "", "id": "a"}, "a")],
)
def test_the_account_of_a_token(
    script: Script, accounts: Accounts, app: ClientApp, profile: dict[str, str], account: str
) -> None:
    """It is told by the id that never changes, or the old one where there is none."""
    script.answers(as_json(200, profile))
    assert accounts.account_of(app, Secret(ACCESS)) == account
    (asked,) = script.asked
    assert (asked.method, asked.path, asked.headers["authorization"]) == ("GET", "/v1/me", f"Bearer {ACCESS}")


@pytest.mark.parametrize("reply", [Reply(204), Reply(200, b"<html>"), as_json(200, {"id": 7}), Reply(502)])
def test_a_profile_that_cannot_be_read(
    script: Script, accounts: Accounts, app: ClientApp, reply: Reply
) -> None:
    """Time heals it; nothing is guessed."""
    script.answers(reply)
    with pytest.raises(Unavailable):
        accounts.account_of(app, Secret(ACCESS))


def test_the_account_of_a_token_that_is_refused(script: Script, accounts: Accounts, app: ClientApp) -> None:
    """The token is minutes old: asking with it once more is all that can be done."""
    script.answers(Reply(401))
    with pytest.raises(Unavailable):
        accounts.account_of(app, Secret(ACCESS))
    assert len(script.asked) == 2
