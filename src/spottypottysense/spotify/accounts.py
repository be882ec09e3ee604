"""Spotify's accounts service: the consent page, and the token endpoint behind it."""

from base64 import b64encode, urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlencode

from spottypottysense.grants.model import ClientApp, PendingConsent, Secret, TokenReply
from spottypottysense.grants.policy import SCOPES
from spottypottysense.spotify.client import Budget, Call, Client
from spottypottysense.spotify.refusals import Cure, Face
from spottypottysense.spotify.wire import account_from, tokens_from

_REFRESH = Budget(tries=3, total=timedelta(seconds=20))
_EXCHANGE = Budget(tries=3, total=timedelta(seconds=20), cures=frozenset({Cure.ASK_AGAIN, Cure.OBEY}))
"""A code works once: it is not sent again where the first time may have counted."""
_PROFILE = Budget(tries=3, total=timedelta(seconds=12), cures=frozenset({Cure.ASK_AGAIN, Cure.LATER}))


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

    def refresh(self, app: ClientApp, refresh_token: Secret) -> TokenReply:
        """Ask for a fresh access token."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token.reveal()}
        return self._ask(app, form, _REFRESH)

    def account_of(self, app: ClientApp, access_token: Secret) -> str:
        """Return the immutable id of the account that a token plays for (`account_id`, since May 2026)."""
        call = Call(Face.API, app.client_id, "GET", "/v1/me", _PROFILE, bearer=lambda _refused: access_token)
        return account_from(self._client.send(call))

    def consent_url(self, app: ClientApp, pending: PendingConsent, *, choose_account: bool) -> str:
        """Return the page on which the user consents.

        `state` comes back unchanged; `choose_account` asks even a user who consented before, which is how to
        change the account. Without a client secret, PKCE proves that it is us who come back.
        """
        query = {
            "client_id": app.client_id,
            "response_type": "code",
            "redirect_uri": pending.redirect_uri,
            "scope": " ".join(sorted(SCOPES)),
            "state": pending.state,
        }
        if app.client_secret is None:
            query |= {"code_challenge_method": "S256", "code_challenge": _challenge(pending.verifier)}
        if choose_account:
            query["show_dialog"] = "true"
        return f"{self._client.accounts_url}/authorize?{urlencode(query)}"

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


def _challenge(verifier: Secret) -> str:
    """Return the challenge that PKCE sends ahead of its verifier (RFC 7636, S256)."""
    digest = sha256(verifier.reveal().encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
