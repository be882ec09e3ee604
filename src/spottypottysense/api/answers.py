"""Answers as JSON, with the tag by which a caller knows that nothing changed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from spottypottysense.api.refusals import Stale

_HALF = 13
"""How many characters of an ETag, with its quotation mark, are of what is settled."""


def answer(value: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return `value` as JSON."""
    return Response(_json(value), status, dict(headers or {}), media_type="application/json")


def tagged(
    request: Request, value: Mapping[str, Any], status: int = 200, settled: Mapping[str, Any] | None = None
) -> Response:
    """Return `value` with its ETag; 304 if the caller knows this very state.

    `settled` is what of it people change: an ETag stays good for `must_match` while only the rest moves on.
    """
    return tell(request, written(value, settled), status)


@dataclass(frozen=True)
class Written:
    """An answer as it goes out."""

    body: bytes
    tag: str


def written(value: Mapping[str, Any], settled: Mapping[str, Any] | None = None) -> Written:
    """Return `value` as JSON, with its ETag; `settled` is as in `tagged`."""
    body = _json(value)
    return Written(body, _tag(body, settled))


def tell(request: Request, answer: Written, status: int = 200) -> Response:
    """Return the answer; 304 if the caller knows it."""
    headers = {"ETag": answer.tag}
    if status == 200 and request.method == "GET" and answer.tag in _tags(request, "if-none-match"):
        return Response(status_code=304, headers=headers)
    return Response(answer.body, status, headers, media_type="application/json")


def must_match(request: Request, value: Mapping[str, Any], settled: Mapping[str, Any] | None = None) -> None:
    """Raise `Stale` (412) if the caller named the state that it changes, and that is another by now.

    It is `value`, or where `tagged` was told so, `settled`.
    """
    known = _tags(request, "if-match")
    if not known or "*" in known:
        return
    tag = _tag(_json(value), settled)
    same = tag in known if settled is None else any(tag[:_HALF] == each[:_HALF] for each in known)
    if not same:
        raise Stale("It was changed meanwhile: read it again, then send the change with the new ETag.")


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _tag(body: bytes, settled: Mapping[str, Any] | None = None) -> str:
    """Return 24 digits; the first half is of what is settled, where that is told apart."""
    if settled is None:
        return f'"{_digest(body, 12)}"'
    return f'"{_digest(_json(settled), 6)}{_digest(body, 6)}"'


def _digest(text: bytes, size: int) -> str:
    return hashlib.blake2b(text, digest_size=size).hexdigest()


def _tags(request: Request, header: str) -> frozenset[str]:
    """Return the tags that a header lists; a proxy may have marked them as weak."""
    listed = request.headers.get(header, "").split(",")
    return frozenset(tag.strip().removeprefix("W/") for tag in listed if tag.strip())
