"""The ASGI app: the same for the appliance and for Lambda; only `identify` differs."""

from fastapi import FastAPI
from starlette.middleware import Middleware

from spottypottysense import __version__
from spottypottysense.api import refusals, system
from spottypottysense.api.asking import Front
from spottypottysense.api.door import Door
from spottypottysense.api.idempotency import Idempotency
from spottypottysense.api.identity import Identify
from spottypottysense.api.openapi import Described, name_of

_ABOUT = """Music that follows presence: rooms, sensors, sessions, and what Spotify plays.

Sign in with `POST /sign-in` (a cookie, for browsers), or send an access token as `Authorization: Bearer`.
Times are RFC 3339; lists take `limit` and go on with `nextToken`; errors are `{error, message, requestId}`.
A POST may be sent again with the same `Idempotency-Key`: for a day it is done once, and answered alike.
"""


def create_app(front: Front, identify: Identify) -> FastAPI:
    """Return the app over a house; `identify` says who asks."""
    app = Described(
        title="SpottyPottySense",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(Door, identify=identify),
            Middleware(Idempotency, answers=front.kept_answers, clock=front.clock),
        ],
        redirect_slashes=False,
        generate_unique_id_function=name_of,
    )
    app.state.front = front
    refusals.add_to(app)
    for resource in (system,):
        app.include_router(resource.router)
    return app
