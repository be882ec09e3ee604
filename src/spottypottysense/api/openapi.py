"""The OpenAPI document, with what holds for every route: who may call it, and how it refuses.

A route says what is its own; ways in, errors, summaries and examples are added here, so that no route can
forget them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from spottypottysense.access.policy.showing import TOKEN_PREFIX
from spottypottysense.api.asking import scope_of
from spottypottysense.api.door import LOCAL, OPEN, OPEN_BELOW
from spottypottysense.api.identity import COOKIE
from spottypottysense.api.routes import routes_of
from spottypottysense.api.samples import sample

Document = dict[str, Any]

SECURITY_SCHEMES: Mapping[str, Any] = {
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "What `POST /sign-in` sets: for browsers.",
    },
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": f"{TOKEN_PREFIX}...",
        "description": "An access token that a person made for a script, with scopes of its own.",
    },
}
_ERROR: Mapping[str, Any] = {
    "title": "Error",
    "description": "What went wrong and what to do.",
    "type": "object",
    "required": ["error", "message", "requestId"],
    "properties": {
        "error": {"type": "string", "examples": ["NotFound"]},
        "message": {"type": "string", "examples": ["There is no such sensor."]},
        "requestId": {"type": "string", "examples": ["93d1f0a2b7c45e68"]},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "reason": {"type": "string", "description": "The code of a reason, as in the list of reasons."},
        "fix": {"type": ["string", "null"], "description": "The code of what mends it."},
    },
}
_MEANINGS = {
    "400": "The request cannot be read.",
    "401": "Nobody is signed in, or the access token is wrong, too old or revoked.",
    "403": "The caller may not do this, or a person must do something first.",
    "404": "There is no such thing in the caller's household.",
    "409": "What there is does not allow it.",
    "412": "It was changed since it was read: the ETag in `If-Match` is an older one.",
    "413": "The request is too large.",
    "422": "A field is not accepted; `fields` says which and why.",
    "429": "Too often: wait as long as `Retry-After` says.",
    "503": "Something that is needed does not answer: try again later.",
}
_IF_MATCH: Mapping[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what is changed; if it is another by now, nothing is changed.",
    "schema": {"type": "string", "examples": ["*"]},
}
_IDEMPOTENCY_KEY: Mapping[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text: for a day, the same request with the same key is done once.",
    "schema": {"type": "string", "pattern": r"^[ -~]{1,200}$", "examples": ["7f3c1d52-lights-on"]},
}
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})


class Described(FastAPI):
    """A FastAPI whose document is whole."""

    def openapi(self) -> Document:
        """Return the document, made at the first call."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi(), self)
        return self.openapi_schema


def name_of(route: APIRoute) -> str:
    """Return the `operationId`: subject and function, such as `sensors_read`."""
    subject = str(route.tags[0]) if route.tags else "house"
    return f"{subject}_{route.name}".replace("-", "_").replace(" ", "_")


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Document]]:
    """Yield each operation with its path and its method in capitals."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                yield path, method.upper(), operation


def completed(document: Document, app: FastAPI) -> Document:
    """Return the document with ways in, errors, summaries and examples."""
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for gone in ("HTTPValidationError", "ValidationError"):
        schemas.pop(gone, None)
    schemas["Error"] = _ERROR
    parts["securitySchemes"] = dict(SECURITY_SCHEMES)
    scopes = {name_of(route): scope_of(route) for route in routes_of(app)}
    for path, method, operation in operations(document):
        scope = scopes.get(operation["operationId"])
        _say_who(operation, path, scope)
        _say_what(operation)
        operation.setdefault("parameters", []).extend(_headers(path, method, document))
        _say_refusals(operation, path, method)
        _give_example(operation, schemas)
    return document


def is_open(path: str) -> bool:
    """Say whether the path is answered without a known caller, be it to this machine only."""
    return path in OPEN or path in LOCAL or path.startswith((*OPEN_BELOW, LOCAL[0]))


def _say_who(operation: Document, path: str, scope: str | None) -> None:
    if is_open(path):
        operation["security"] = []
        return
    roles = [] if scope is None else [str(scope)]
    operation["security"] = [{name: roles} for name in SECURITY_SCHEMES]


def _headers(path: str, method: str, document: Document) -> Iterator[Document]:
    """Yield the headers that a route takes because of its method."""
    if method == "PUT" and "get" in document["paths"][path]:
        yield dict(_IF_MATCH)
    if method == "POST" and not is_open(path):
        yield dict(_IDEMPOTENCY_KEY)


def _say_what(operation: Document) -> None:
    text = operation.get("description", "")
    if text:
        operation["summary"] = text.partition("\n")[0].rstrip(".").partition("; ")[0]


def _say_refusals(operation: Document, path: str, method: str) -> None:
    answers = operation["responses"]
    if "HTTPValidationError" in str(answers.get("422")):
        del answers["422"]
    for status in _refusals(operation, path, method):
        answers.setdefault(status, _refusal(status))


def _refusals(operation: Document, path: str, method: str) -> Iterator[str]:
    yield "503"
    if not is_open(path):
        yield from ("401", "403")
    if "{" in path:
        yield "404"
    if method != "GET":
        yield from ("409", "413", "429")
    if "requestBody" in operation:
        yield "400"
    if "requestBody" in operation or operation.get("parameters"):
        yield "422"
    if _IF_MATCH in operation["parameters"]:
        yield "412"


def _refusal(status: str) -> Document:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {"description": _MEANINGS[status], "content": content}


def _give_example(operation: Document, schemas: Mapping[str, Any]) -> None:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None and not {"example", "examples"} & set(content):
        content["example"] = sample(content["schema"], schemas)
