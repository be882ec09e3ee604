"""Who asks: the one place that differs between a sign-in of our own and Cognito's."""

from http.cookies import CookieError, SimpleCookie
from typing import Protocol

from starlette.datastructures import Headers

from spottypottysense.access.model import Caller
from spottypottysense.access.use_cases import Access
from spottypottysense.errors import NotSignedIn
from spottypottysense.secret import Secret

COOKIE = "spotty_sign_in"
_LONGEST = 256


class Identify(Protocol):
    """Says who sent a request with these headers; raises `NotSignedIn`."""

    def __call__(self, headers: Headers) -> Caller:
        """Return the caller."""
        ...


class OwnSignIn:
    """Knows people by the cookie of a sign-in, and scripts by `Authorization: Bearer` and an access token."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def __call__(self, headers: Headers) -> Caller:
        """Return the caller; where both are shown the token counts, for it was shown on purpose."""
        token = bearer_in(headers)
        if token is not None:
            return self._access.tokens.caller_of_token(token)
        cookie = cookie_in(headers)
        if cookie is not None:
            return self._access.desk.caller_of_cookie(cookie)
        raise NotSignedIn("Sign in first, or send an access token: `Authorization: Bearer spotty_...`.")


def bearer_in(headers: Headers) -> Secret | None:
    """Return the token of the Authorization header, or None where there is no such header."""
    value = headers.get("authorization")
    if value is None:
        return None
    scheme, _, token = value.partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token.strip()) <= _LONGEST:
        raise NotSignedIn("The Authorization header is not understood: write `Bearer` and the access token.")
    return Secret(token.strip())


def cookie_in(headers: Headers) -> Secret | None:
    """Return what the sign-in's cookie holds, or None where there is none that can be read."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return Secret(morsel.value) if morsel is not None and 0 < len(morsel.value) <= _LONGEST else None
