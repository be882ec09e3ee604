"""The ASGI app: the same for the appliance and for Lambda; only `identify` differs."""

from fastapi import FastAPI
from starlette.middleware import Middleware

from spottypottysense import __version__
from spottypottysense.api import (
    analytics,
    audit,
    by_hand,
    decisions,
    docs_page,
    entrance,
    export,
    household,
    invitations,
    leaving,
    live,
    notices,
    refusals,
    rooms,
    sensors,
    sessions,
    sign_in,
    spotify,
    spotify_connection,
    state,
    system,
    tokens,
    users,
)
from spottypottysense.api.asking import Front
from spottypottysense.api.door import Door
from spottypottysense.api.idempotency import Idempotency
from spottypottysense.api.identity import Identify
from spottypottysense.api.openapi import Described, Document, name_of

_ABOUT = """Music that follows presence: rooms, sensors, sessions, and what Spotify plays.

Sign in with `POST /sign-in` (a cookie, for browsers), or send an access token as `Authorization: Bearer`.
Times are RFC 3339; lists take `limit` and go on with `nextToken`; errors are `{error, message, requestId}`.
A POST may be sent again with the same `Idempotency-Key`: for a day it is done once, and answered alike.
"""
_RESOURCES = (
    system,
    users,
    leaving,
    household,
    state,
    live,
    rooms,
    sensors,
    sign_in,
    invitations,
    tokens,
    audit,
    by_hand,
    decisions,
    spotify,
    spotify_connection,
    notices,
    sessions,
    analytics,
    export,
    entrance,
    docs_page,
)


def create_app(front: Front, identify: Identify) -> FastAPI:
    """Return the app over a house; `identify` says who asks."""
    app = _with_routes(
        Middleware(Door, identify=identify),
        Middleware(Idempotency, answers=front.kept_answers, clock=front.clock),
    )
    app.state.front = front
    app.state.identify = identify
    app.state.closing = False
    refusals.add_to(app)
    return app


def described() -> Document:
    """Return the OpenAPI document, which needs no house."""
    return _with_routes().openapi()


def _with_routes(*middleware: Middleware) -> Described:
    app = Described(
        title="SpottyPottySense",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        middleware=middleware,
        redirect_slashes=False,
        generate_unique_id_function=name_of,
    )
    for resource in _RESOURCES:
        app.include_router(resource.router)
    return app
