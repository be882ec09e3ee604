"""Spotify's accounts service: the consent page, and the token endpoint behind it."""

import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Collection
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlencode

from spottypottysense.grants.model import ClientApp, Grant, TokenReply
from spottypottysense.grants.policy import SCOPES
from spottypottysense.spotify.client import ACCOUNTS_URL, Budget, Call, Client
from spottypottysense.spotify.refusals import Cure, Face
from spottypottysense.spotify.wire import tokens_from

_REFRESH = Budget(tries=3, total=timedelta(seconds=20))
_EXCHANGE = Budget(tries=3, total=timedelta(seconds=20), cures=frozenset({Cure.ASK_AGAIN, Cure.OBEY}))
"""A code works once: it is not sent again where the first time may have counted."""


class Accounts:
    """The token endpoint, as `grants.ports.TokenEndpoint` describes it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def exchange(self, app: ClientApp, code: str, redirect_uri: str, verifier: str | None) -> TokenReply:
        """Turn an authorisation code into tokens; `verifier` belongs to the challenge of PKCE."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        if verifier is not None:
            form["code_verifier"] = verifier
        return self._ask(app, form, _EXCHANGE)

    def refresh(self, app: ClientApp, grant: Grant) -> TokenReply:
        """Ask for a fresh access token."""
        form = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token.reveal()}
        return self._ask(app, form, _REFRESH)

    def _ask(self, app: ClientApp, form: dict[str, str], budget: Budget) -> TokenReply:
        """An app with a secret proves itself by Basic; one without names itself in the form."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if app.client_secret is None:
            form["client_id"] = app.client_id
        else:
            pair = f"{app.client_id}:{app.client_secret.reveal()}".encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
        call = Call(
            Face.ACCOUNTS, app.client_id, "POST", "/api/token", budget, headers, body=urlencode(form).encode()
        )
        return tokens_from(self._client.send(call))


def authorize_url(
    app: ClientApp,
    redirect_uri: str,
    state: str,
    scopes: Collection[str] = SCOPES,
    challenge: str | None = None,
    show_dialog: bool = False,
    accounts_url: str = ACCOUNTS_URL,
) -> str:
    """Return the address of the page on which a user consents.

    `state` comes back unchanged and must be checked; `challenge` is that of `pkce_pair`; `show_dialog` asks
    even a user who consented before, which is how to change the account.
    """
    query = {
        "client_id": app.client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": " ".join(sorted(scopes)),
        "state": state,
    }
    if challenge is not None:
        query |= {"code_challenge_method": "S256", "code_challenge": challenge}
    if show_dialog:
        query["show_dialog"] = "true"
    return f"{accounts_url}/authorize?{urlencode(query)}"


def pkce_pair() -> tuple[str, str]:
    """Return a fresh verifier, to keep, and its challenge, to send (RFC 7636, S256)."""
    verifier = secrets.token_urlsafe(64)
    digest = sha256(verifier.encode()).digest()
    return verifier, urlsafe_b64encode(digest).rstrip(b"=").decode()
