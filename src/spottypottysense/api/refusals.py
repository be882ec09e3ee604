"""Every error as one body: `{"error", "message", "requestId"}`, and fields, reason, fix where there are."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from spottypottysense.api.routes import methods_at
from spottypottysense.errors import (
    Conflict,
    Invalid,
    NeedsPerson,
    NotAllowed,
    NotFound,
    NotSignedIn,
    SpottyError,
    Unavailable,
)
from spottypottysense.reasons import Reason, fix

_TOO_OFTEN = frozenset({Reason.TOO_MANY_TRIES, Reason.RATE_LIMITED, Reason.QUOTA_EXCEEDED})
_HTTP_WORDS = {
    404: ("NotFound", "There is no such address: see /docs for those there are."),
    405: ("MethodNotAllowed", "This address does not take this method: see /docs."),
    413: ("TooLarge", "The request is too large: send at most 64 KB."),
    400: ("BadRequest", "The request cannot be read: send JSON as described in /docs."),
}
_MOST_FIELDS = 20
_BODY = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}


class Stale(SpottyError):
    """What was read has changed since (412): read it again and decide again."""


def refusal(
    request_id: str,
    status: int,
    error: str,
    message: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """Return an error as JSON; `more` are members of the body, left out where None."""
    body = {"error": error, "message": message, "requestId": request_id}
    body |= {name: value for name, value in more.items() if value is not None}
    text = json.dumps(body).encode()
    return Response(text, status, dict(headers or {}), media_type="application/json")


def refused(request_id: str, error: SpottyError) -> Response:
    """Return what an error of ours means to the caller."""
    said = str(error)
    match error:
        case Invalid():
            fields = [{"field": error.field, "message": said}] if error.field else None
            return refusal(request_id, 422, "ValidationError", said, fields=fields)
        case NotFound():
            return refusal(request_id, 404, "NotFound", said)
        case Stale():
            return refusal(request_id, 412, "PreconditionFailed", said)
        case Conflict():
            return refusal(request_id, 409, "Conflict", said)
        case NotSignedIn():
            return refusal(request_id, 401, "Unauthorized", said, {"WWW-Authenticate": "Bearer"})
        case NotAllowed():
            return refusal(request_id, 403, "Forbidden", said)
        case NeedsPerson():
            what = fix(error.reason)
            return refusal(request_id, 403, "NeedsPerson", said, reason=str(error.reason), fix=what)
        case Unavailable():
            return _later(request_id, error)
        case _:
            return refusal(request_id, 500, "InternalError", said)


def documented(refusals: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """Return what a route hands in as `responses`: refusals of its own by status, each with its meaning."""
    return {status: {"description": meaning, "content": _BODY} for status, meaning in refusals.items()}


def add_to(app: FastAPI) -> None:
    """Let the app answer every error in this form."""
    app.add_exception_handler(SpottyError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _unexpected)


def request_id_of(request: Request) -> str:
    """Return the id by which the answer and the log name this request."""
    return str(request.scope.get("request_id", ""))


def _later(request_id: str, error: Unavailable) -> Response:
    wait = error.retry_after
    headers = {} if wait is None else {"Retry-After": str(max(math.ceil(wait.total_seconds()), 1))}
    often = error.reason in _TOO_OFTEN
    name = "TooManyRequests" if often else "Unavailable"
    return refusal(request_id, 429 if often else 503, name, str(error), headers, reason=str(error.reason))


def _of_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, SpottyError)  # noqa: S101  what the app was told to hand in
    return refused(request_id_of(request), error)


def _of_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  what the app was told to hand in
    fields = [_field(found) for found in error.errors()[:_MOST_FIELDS]]
    message = "; ".join(f"{each['field'] or 'body'}: {each['message']}" for each in fields)
    return refusal(request_id_of(request), 422, "ValidationError", f"{message}.", fields=fields)


def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  what the app was told to hand in
    name, message = _HTTP_WORDS.get(error.status_code, ("Error", "The request was refused."))
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = methods_at(request.app, request.url.path)
    return refusal(request_id_of(request), error.status_code, name, message, headers)


def _unexpected(request: Request, _: Exception) -> Response:
    request_id = request_id_of(request)
    message = f"Something went wrong on our side; the log says what, under {request_id}."
    return refusal(request_id, 500, "InternalError", message)


def _field(found: Mapping[str, Any]) -> dict[str, str]:
    """Return a field and what is wrong with it, without the value: it may be a secret."""
    place: Sequence[Any] = found.get("loc", ())
    steps = [str(step) for step in place[1:]] if len(place) > 1 else []
    return {"field": ".".join(steps)[:200], "message": str(found.get("msg", "is not accepted"))[:200]}
