"""The rules of sign-in: /authorize and /api/token, as accounts.spotify.com applies them."""

import base64
import binascii
import hashlib
import hmac
import re
from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from spottypottysense.simulator.faults import Faults
from spottypottysense.simulator.wire import TEXT, Refused, Reply, Request, answer, oauth_refusal, pairs
from spottypottysense.simulator.world import CODE_LIFE, Account, App, Code, Grant, World

SCOPES = frozenset(
    {
        "ugc-image-upload",
        "user-read-playback-state",
        "user-modify-playback-state",
        "user-read-currently-playing",
        "app-remote-control",
        "streaming",
        "playlist-read-private",
        "playlist-read-collaborative",
        "playlist-modify-private",
        "playlist-modify-public",
        "user-follow-modify",
        "user-follow-read",
        "user-read-playback-position",
        "user-top-read",
        "user-read-recently-played",
        "user-library-modify",
        "user-library-read",
        "user-read-email",
        "user-read-private",
    }
)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_LOOPBACK = ("127.0.0.1", "::1")
_FORM = "application/x-www-form-urlencoded"


def _page(message: str) -> Refused:
    """Spotify shows these in the browser, for it cannot trust the redirect."""
    return Refused(Reply(400, message.encode(), TEXT))


def _split(uri: str) -> SplitResult | None:
    if not uri.isascii() or not uri.isprintable() or " " in uri:
        return None
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    return parts


def redirect_allowed(app: App, uri: str) -> bool:
    """Say whether a redirect URI is registered and safe (developer.spotify.com, concepts/redirect_uri).

    Exact match; only a loopback address registered without port takes any port. Plain http is for
    loopback IP literals, never for the word localhost.
    """
    asked = _split(uri)
    if asked is None or asked.scheme == "" or asked.fragment:
        return False
    if asked.scheme in ("http", "https") and asked.hostname == "localhost":
        return False
    if asked.scheme == "http" and asked.hostname not in _LOOPBACK:
        return False
    return uri in app.redirect_uris or _portless(asked) in app.redirect_uris


def _portless(asked: SplitResult) -> str | None:
    if asked.scheme != "http" or asked.port is None:
        return None
    return asked._replace(netloc=asked.netloc.rpartition(":")[0]).geturl()


def identify_authorize(world: World, request: Request) -> None:
    """Note who is asked for consent: `account` of the query, else the first account."""
    query = request.query
    request.client = query.get("client_id", "")
    request.account = query.get("account") or next(iter(world.accounts), "")


def authorize(world: World, faults: Faults, request: Request) -> Reply:
    """Consent at once and send the browser back with a code; parameters as in the code flow tutorial."""
    query = request.query
    app = world.apps.get(request.client)
    if app is None:
        raise _page("INVALID_CLIENT: Invalid client")
    redirect_uri = query.get("redirect_uri", "")
    if not redirect_allowed(app, redirect_uri):
        raise _page("INVALID_CLIENT: Invalid redirect URI")
    account = world.accounts.get(request.account)
    if account is None:
        raise _page(f"There is no account {request.account!r} in the simulator.")
    error = _authorize_error(app, query)
    if not error and faults.take("access_denied", request):
        error = "access_denied"
    back = {"error": error} if error else {"code": _new_code(world, app, account, query)}
    if "state" in query:
        back["state"] = query["state"]
    joint = "&" if urlsplit(redirect_uri).query else "?"
    location = f"{redirect_uri}{joint}{urlencode(back)}"
    return Reply(302, headers=((b"location", location.encode("ascii")),))


def _authorize_error(app: App, query: dict[str, str]) -> str:
    if query.get("response_type") != "code":
        return "unsupported_response_type"
    if not set(query.get("scope", "").split()) <= SCOPES:
        return "invalid_scope"
    challenge = query.get("code_challenge", "")
    if challenge or "code_challenge_method" in query or app.secret is None:
        good = query.get("code_challenge_method") == "S256" and _CHALLENGE.match(challenge)
        if not good:
            return "invalid_request"
    return "" if query.get("show_dialog", "false") in ("true", "false") else "invalid_request"


def _new_code(world: World, app: App, account: Account, query: dict[str, str]) -> str:
    scope = " ".join(query.get("scope", "").split())
    challenge = query.get("code_challenge", "")
    ends = world.now() + CODE_LIFE
    return world.issue_code(Code(app.client_id, account.id, query["redirect_uri"], scope, challenge, ends))


def identify_token(world: World, request: Request) -> None:
    """Read the form and note which client and which account the call is about."""
    if request.header(b"content-type").partition(";")[0].strip().lower() != _FORM:
        return
    form = request.form = pairs(request.body)
    request.client = form.get("client_id") or _basic(request)[0]
    grant = world.refresh_tokens.get(form.get("refresh_token", ""))
    code = world.codes.get(form.get("code", ""))
    owner = grant or code
    request.account = owner.account_id if owner else ""


def token(world: World, faults: Faults, request: Request) -> Reply:
    """Exchange a code or a refresh token for an access token."""
    if request.method != "POST":
        return Reply(405)
    if request.header(b"content-type").partition(";")[0].strip().lower() != _FORM:
        return oauth_refusal("invalid_request", f"Content-Type must be {_FORM}", 415)
    form = request.form
    kind = form.get("grant_type", "")
    if kind not in ("authorization_code", "refresh_token"):
        text = "grant_type parameter is missing" if not kind else f"grant_type {kind[:40]} is not supported"
        return oauth_refusal("unsupported_grant_type", text)
    app, proved = _client(world, request)
    if kind == "authorization_code":
        return _exchange(world, faults, request, app, proved)
    return _refresh(world, faults, request, app, proved)


def _basic(request: Request) -> tuple[str, str]:
    kind, _, coded = request.header(b"authorization").partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        plain = base64.b64decode(coded, validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    name, _, secret = plain.partition(":")
    return name, secret


def _client(world: World, request: Request) -> tuple[App, bool]:
    """Return the app that calls and whether it proved itself with its secret.

    A secret belongs into the Basic header; in the body it is undocumented and refused here.
    """
    form = request.form
    basic = bool(request.header(b"authorization"))
    client_id, secret = _basic(request) if basic else (form.get("client_id", ""), "")
    app = world.apps.get(client_id)
    if app is None or "client_secret" in form or form.get("client_id", client_id) != client_id:
        raise Refused(oauth_refusal("invalid_client", "Invalid client"))
    if basic and (app.secret is None or not hmac.compare_digest(secret.encode(), app.secret.encode())):
        raise Refused(oauth_refusal("invalid_client", "Invalid client secret"))
    return app, basic


def _exchange(world: World, faults: Faults, request: Request, app: App, proved: bool) -> Reply:
    form = request.form
    code = world.codes.get(form.get("code", ""))
    if code is None or code.client_id != app.client_id or code.expires_at <= world.now():
        return oauth_refusal("invalid_grant", "Invalid authorization code")
    if form.get("redirect_uri") != code.redirect_uri:
        return oauth_refusal("invalid_grant", "Invalid redirect URI")
    if not proved and not code.challenge:
        return oauth_refusal("invalid_client", "Invalid client secret")
    if code.challenge:
        if not form.get("code_verifier"):
            return oauth_refusal("invalid_request", "code_verifier must not be empty")
        if not _verifies(form["code_verifier"], code.challenge):
            return oauth_refusal("invalid_grant", "code_verifier was incorrect")
    del world.codes[form["code"]]
    grant = world.consent(app.client_id, code.account_id, code.scope, pkce=bool(code.challenge))
    return _granted(world, faults, request, grant, grant.refresh_token)


def _verifies(verifier: str, challenge: str) -> bool:
    digest = hashlib.sha256(verifier.encode("utf-8", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge


def _refresh(world: World, faults: Faults, request: Request, app: App, proved: bool) -> Reply:
    shown = request.form.get("refresh_token", "")
    if not shown:
        return oauth_refusal("invalid_request", "refresh_token must be supplied")
    grant = world.refresh_tokens.get(shown)
    if grant is None or grant.client_id != app.client_id:
        return oauth_refusal("invalid_grant", "Invalid refresh token")
    if not proved and not grant.pkce:
        return oauth_refusal("invalid_client", "Invalid client secret")
    now = world.now()
    if grant.revoked or (shown != grant.refresh_token and grant.refresh_tokens[shown] <= now):
        return oauth_refusal("invalid_grant", "Refresh token revoked")
    if grant.ends_at <= now:
        return oauth_refusal("invalid_grant", "Refresh token expired")
    grant.refreshes += 1
    rotation = faults.take("rotate", request)
    if rotation is None:
        return _granted(world, faults, request, grant, None)
    world.rotate(grant, timedelta(seconds=rotation.settings["grace"]))
    return _granted(world, faults, request, grant, grant.refresh_token)


def _granted(
    world: World, faults: Faults, request: Request, grant: Grant, refresh_token: str | None
) -> Reply:
    access = world.issue_access(grant)
    reply: dict[str, Any] = {
        "access_token": access.value,
        "token_type": "Bearer",
        "expires_in": round(world.access_life.total_seconds()),
        "scope": grant.scope,
    }
    if refresh_token is not None:
        reply["refresh_token"] = refresh_token
    forgetful = faults.take("token_forgets_refresh", request)
    if forgetful is not None:
        reply.pop("refresh_token", None)
        if forgetful.settings["null"]:
            reply["refresh_token"] = None
    return answer(reply)
