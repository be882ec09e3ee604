"""Answers as JSON, with the tag by which a caller knows that nothing changed."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from spottypottysense.api.refusals import Stale


def answer(value: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return `value` as JSON."""
    return Response(_json(value), status, dict(headers or {}), media_type="application/json")


def tagged(request: Request, value: Mapping[str, Any], status: int = 200) -> Response:
    """Return `value` with its ETag; 304 if the caller knows this very state."""
    body = _json(value)
    tag = _tag(body)
    if status == 200 and request.method == "GET" and tag in _tags(request, "if-none-match"):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, status, {"ETag": tag}, media_type="application/json")


def must_match(request: Request, value: Mapping[str, Any]) -> None:
    """Raise `Stale` (412) if the caller named the state that it changes, and `value` is another by now."""
    known = _tags(request, "if-match")
    if known and "*" not in known and _tag(_json(value)) not in known:
        raise Stale("It was changed meanwhile: read it again, then send the change with the new ETag.")


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _tag(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _tags(request: Request, header: str) -> frozenset[str]:
    """Return the tags that a header lists; a proxy may have marked them as weak."""
    listed = request.headers.get(header, "").split(",")
    return frozenset(tag.strip().removeprefix("W/") for tag in listed if tag.strip())
