"""What every request passes on its way in: who asks, from where, how much; and every answer on its way out.

Plain ASGI, because it is on the way of each request. It is closed: only `OPEN` is answered without a known
caller, so that a new route cannot be forgotten.
"""

import asyncio
import logging
import re
import secrets
from contextlib import suppress
from ipaddress import ip_address

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spottypottysense.api.identity import Identify, bearer_in
from spottypottysense.api.refusals import refusal, refused
from spottypottysense.errors import NotAllowed, NotSignedIn, SpottyError

_log = logging.getLogger("spotty.api")

OPEN = frozenset(
    {
        "/",
        "/healthz",
        "/openapi.json",
        "/docs",
        "/sign-in",
        "/invitations/look",
        "/invitations/accept",
        "/app/sign-in",
        "/app/set-up",
        "/app/join",
        "/app/reset",
        "/app/status.css",
    }
)
"""Answered without a known caller, with all below `OPEN_BELOW`."""

OPEN_BELOW = ("/docs/", "/app/static/")

FRONT_PAGE = "/app/"
"""Answered to everybody, but it shows nothing to whoever is neither known nor on this machine."""

LOCAL = ("/app/", "/metrics")
"""Answered without a known caller, to this machine only."""

LARGEST_BODY = 64 * 1024
SLOWEST_BODY = 15.0
"""Seconds that the body of a request may take to arrive."""

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:@/]+))(?::[0-9]+)?")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Door:
    """Lets requests in to `app`."""

    def __init__(self, app: ASGIApp, identify: Identify) -> None:
        self._app = app
        self._identify = identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever is no HTTP passes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["request_id"] = secrets.token_hex(8)
        tell = _furnished(scope, send)
        request = Request(scope)
        try:
            await self._let_in(request)
            body = await _body(request.headers, receive)
        except SpottyError as error:
            await refused(scope["request_id"], error)(scope, receive, tell)
        except _NoBody as error:
            await error.answer(scope["request_id"])(scope, receive, tell)
        else:
            await self._app(scope, body, tell)

    async def _let_in(self, request: Request) -> None:
        """Note who asks; raises `NotSignedIn` or `NotAllowed`."""
        path = request.url.path if request.url.path.isascii() else ""
        if path in OPEN or path.startswith(OPEN_BELOW):
            _refuse_other_sites(request)
            return
        if path == FRONT_PAGE:
            await self._greet(request)
            return
        if path == LOCAL[1] or path.startswith(LOCAL[0]):
            if not is_from_here(request):
                raise NotAllowed(
                    "This page is shown on the machine itself only: open it there, at 127.0.0.1."
                )
            return
        if request.method != "OPTIONS":
            request.scope["caller"] = await run_in_threadpool(self._identify, request.headers)
            if bearer_in(request.headers) is None:
                _refuse_other_sites(request)

    async def _greet(self, request: Request) -> None:
        """Note who asks, if it is anybody who is known."""
        with suppress(NotSignedIn):
            request.scope["caller"] = await run_in_threadpool(self._identify, request.headers)


class _NoBody(Exception):
    """The body is too large or too slow."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self._status = status
        self._error = error

    def answer(self, request_id: str) -> Response:
        return refusal(request_id, self._status, self._error, str(self), {"Connection": "close"})


async def _body(headers: Headers, receive: Receive) -> Receive:
    """Read the body whole, within bounds, and return a `receive` that hands it in.

    Requests are small; one that trickles must hold a coroutine only, never a thread.
    """
    announced = headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdigit() or int(announced) > LARGEST_BODY:
        raise _too_large()
    try:
        async with asyncio.timeout(SLOWEST_BODY):
            whole = await _whole(receive)
    except TimeoutError:
        message = f"The request took longer than {SLOWEST_BODY:g} s to arrive: send it again."
        raise _NoBody(408, "TooSlow", message) from None
    pending: list[Message] = [{"type": "http.request", "body": whole, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return body
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            raise _too_large()
    return body


def _too_large() -> _NoBody:
    return _NoBody(413, "TooLarge", f"The request is too large: send at most {LARGEST_BODY // 1024} KB.")


def _furnished(scope: Scope, send: Send) -> Send:
    """Return a `send` that adds the headers of every answer."""

    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers["X-Request-Id"] = scope["request_id"]
        await send(message)

    return tell


def _refuse_other_sites(request: Request) -> None:
    """Refuse what a page of another site makes a browser send: it would come with the cookie (CSRF)."""
    if request.method in _HARMLESS:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    foreign = site not in (None, "same-origin", "none")
    host = origin.partition("://")[2] if origin is not None else None
    if foreign or (host is not None and host != request.headers.get("host")):
        raise NotAllowed("A page of another site may not do this: use the dashboard, or an access token.")


def is_from_here(request: Request) -> bool:
    """Say whether the caller is this machine, and knows it by its own name.

    A page elsewhere whose name was pointed at 127.0.0.1 comes from here too, but says another host. The
    header is read as it came: for a name that it finds odd, `request.url` puts the server's own address.
    """
    host = _HOST.fullmatch(request.headers.get("host", ""))
    if host is None or request.client is None:
        return False
    return _is_loopback(request.client.host) and _is_loopback(host[1] or host[2])


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
