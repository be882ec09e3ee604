"""Whether the house works, and its figures."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from typing_extensions import TypedDict

from spottypottysense.api.asking import Front

router = APIRouter(tags=["system"])


def _front(request: Request) -> Front:
    front: Front = request.app.state.front
    return front


class HealthJson(TypedDict):
    """Whether the house works: `ok` or `unwell`."""

    status: Literal["ok", "unwell"]


@router.get(
    "/healthz",
    response_model=HealthJson,
    responses={503: {"model": HealthJson, "description": "Something that is needed does not work."}},
)
def healthz(request: Request) -> JSONResponse:
    """Say whether the house works, and no more than that."""
    well = all(_front(request).health().values())
    return JSONResponse({"status": "ok" if well else "unwell"}, 200 if well else 503)


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Return the figures in Prometheus' text format; to this machine only."""
    body, media_type = _front(request).figures()
    return Response(body, media_type=media_type)


@router.get("/", include_in_schema=False)
def root() -> RedirectResponse:
    """Go to the dashboard."""
    return RedirectResponse("/app/")
