"""The ASGI app. Until there is a sign-in, only this machine may look."""

import re
from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from spottypottysense import __version__
from spottypottysense.api.overview import overview
from spottypottysense.api.status_page import STYLE, status_page
from spottypottysense.clock import Clock
from spottypottysense.core import Core
from spottypottysense.errors import Unavailable

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:@/]+))(?::[0-9]+)?")
_OPEN = frozenset({"/healthz"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

Health = Callable[[], Mapping[str, bool]]
"""Returns what must be well for the house to work, by name."""

Figures = Callable[[], tuple[bytes, str]]
"""Returns the metrics and their media type."""


def create_app(core: Core, house_clock: Clock, health: Health, figures: Figures) -> FastAPI:
    """Return the app: health for anybody, status page and metrics for this machine."""
    app = FastAPI(title="SpottyPottySense", version=__version__, docs_url=None, redoc_url=None)
    app.add_exception_handler(Unavailable, _unavailable)

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.url.path not in _OPEN and not _is_from_here(request):
            sentence = "This page is shown on the machine itself only: open it there, at 127.0.0.1."
            return JSONResponse({"error": "Forbidden", "message": sentence}, 403, headers=_HEADERS)
        response = await call_next(request)
        response.headers.update(_HEADERS)
        return response

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        """Say whether the house works, and no more than that."""
        well = all(health().values())
        return JSONResponse({"status": "ok" if well else "unwell"}, 200 if well else 503)

    @app.get("/metrics")
    def metrics() -> Response:
        """Return the figures in Prometheus' text format."""
        body, media_type = figures()
        return Response(body, media_type=media_type)

    @app.get("/", include_in_schema=False)
    def root() -> RedirectResponse:
        return RedirectResponse("/app/")

    @app.get("/app/", include_in_schema=False)
    def status() -> HTMLResponse:
        return HTMLResponse(status_page(overview(core, house_clock.now())))

    @app.get("/app/status.css", include_in_schema=False)
    def style() -> Response:
        return Response(STYLE, media_type="text/css")

    return app


def _unavailable(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": "Unavailable", "message": str(error)}, 503)


def _is_from_here(request: Request) -> bool:
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
