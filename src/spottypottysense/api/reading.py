"""The OpenAPI document as people read it: chapters by subject, with what is sent and what comes back."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spottypottysense.api.openapi import is_open, operations
from spottypottysense.api.samples import Schema, Schemas, resolved, sample

_ORDER = ("system", "sign-in", "access", "people", "users", "rooms", "sensors", "sessions")
"""Subjects that come first; the others follow by name."""

TOKEN_HEADER = "Authorization: Bearer $TOKEN"  # noqa: S105  the name of a shell variable


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of what is sent."""

    name: str
    place: str
    kind: str
    required: bool
    meaning: str


@dataclass(frozen=True)
class Entry:
    """One operation; `sent` and `answered` are examples as JSON, empty where there is no body."""

    method: str
    path: str
    title: str
    text: str
    scope: str
    fields: tuple[Field, ...]
    sent: str
    status: str
    answered: str
    refusals: tuple[tuple[str, str], ...]
    curl: str


@dataclass(frozen=True)
class Chapter:
    """All operations of a subject."""

    subject: str
    entries: tuple[Entry, ...]


def chapters(document: Mapping[str, Any]) -> tuple[Chapter, ...]:
    """Return the document by subject, each in the order in which its routes were written."""
    schemas: Schemas = document["components"]["schemas"]
    by_subject: dict[str, list[Entry]] = {}
    for path, method, operation in operations(document):
        subject = str(operation["tags"][0])
        by_subject.setdefault(subject, []).append(_entry(path, method, operation, schemas))
    first = {subject: place for place, subject in enumerate(_ORDER)}
    ordered = sorted(by_subject, key=lambda subject: (first.get(subject, len(first)), subject))
    return tuple(Chapter(subject, tuple(by_subject[subject])) for subject in ordered)


def _entry(path: str, method: str, operation: Mapping[str, Any], schemas: Schemas) -> Entry:
    status, content = _success(operation)
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    sent = body.get("example") if body else None
    answered = sample(content["schema"], schemas) if content.get("schema") else None
    answers = operation["responses"].items()
    return Entry(
        method=method,
        path=path,
        title=operation["summary"],
        text=operation.get("description", ""),
        scope=_scope(path, operation),
        fields=tuple(_fields(operation, body, schemas)),
        sent=_pretty(sent),
        status=status,
        answered=_pretty(answered),
        refusals=tuple((code, answer["description"]) for code, answer in answers if code >= "400"),
        curl=_curl(path, method, operation, sent),
    )


def _scope(path: str, operation: Mapping[str, Any]) -> str:
    if is_open(path):
        return ""
    return next((role for way in operation["security"] for roles in way.values() for role in roles), "")


def _success(operation: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    status = next((code for code in operation["responses"] if code < "400"), "200")
    content = operation["responses"].get(status, {}).get("content", {})
    return status, content.get("application/json", {})


def _fields(
    operation: Mapping[str, Any], body: Mapping[str, Any] | None, schemas: Schemas
) -> Iterator[Field]:
    for each in operation.get("parameters", ()):
        meaning = each.get("description") or each["schema"].get("description", "")
        kind = _kind(each["schema"], schemas)
        yield Field(each["name"], each["in"], kind, each.get("required", False), meaning)
    schema = resolved(body["schema"], schemas) if body else {}
    for name, field in schema.get("properties", {}).items():
        needed = name in schema.get("required", ())
        yield Field(name, "body", _kind(field, schemas), needed, field.get("description", ""))


def _kind(schema: Schema, schemas: Schemas) -> str:
    """Return in a few words what a field may hold."""
    schema = resolved(schema, schemas)
    choices: Sequence[Schema] = schema.get("anyOf") or schema.get("oneOf") or ()
    if choices:
        return " or ".join(dict.fromkeys(_kind(each, schemas) for each in choices))
    if "enum" in schema:
        return ", ".join(str(each) for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}), schemas)}"
    return f"{schema.get('const') or schema.get('type', 'any')}{_bounds(schema)}"


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" {low:g} to {high:g}"
    longest = schema.get("maxLength")
    return f" up to {longest} characters" if longest else ""


def _pretty(value: Any) -> str:
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)


def _curl(path: str, method: str, operation: Mapping[str, Any], sent: Any) -> str:
    """Return the call as one types it; `$HOUSE` and `$TOKEN` stand for where, and as whom."""
    for each in operation.get("parameters", ()):
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", f"${_shell_name(each['name'])}")
    words = ["curl -sS"] + ([f"-X {method}"] if method not in ("GET", "POST") or sent is None else [])
    words = [word for word in words if word != "-X GET"]
    if operation["security"]:
        words.append(f'-H "{TOKEN_HEADER}"')
    if sent is not None:
        body = shlex.quote(json.dumps(sent, ensure_ascii=False))
        words += ['-H "Content-Type: application/json"', f"-d {body}"]
    return " ".join([*words, f'"$HOUSE{path}"'])


def _shell_name(name: str) -> str:
    """Return `roomId` as `ROOM_ID`."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).upper()
