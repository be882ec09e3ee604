"""The OpenAPI document: whole, valid, and the same for every route."""

import json
from typing import Any

import pytest

from api.people import People
from spottypottysense.api.openapi import is_open, operations
from spottypottysense.api.routes import routes_of
from spottypottysense.api.samples import sample


@pytest.fixture
def document(people: People) -> dict[str, Any]:
    """The document as it is served to a stranger."""
    reply = people.ask("GET", "/openapi.json")
    assert reply.status == 200
    described: dict[str, Any] = reply.json()
    return described


def test_it_is_3_1_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """A reader that follows each `$ref` finds what it names."""
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    text = json.dumps(document)
    named = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= set(schemas)
    assert "HTTPValidationError" not in text


def test_every_operation_has_a_name_of_its_own_and_a_sentence(document: dict[str, Any]) -> None:
    """Programs call it by its id, people read what it does."""
    found = [operation for _, _, operation in operations(document)]
    names = [operation["operationId"] for operation in found]
    assert len(set(names)) == len(names)
    assert all(operation.get("summary") and operation.get("description") for operation in found)
    assert all(operation.get("tags") for operation in found)


def test_every_route_says_who_may_call_it(document: dict[str, Any], people: People) -> None:
    """Open routes say so; all others name both ways in."""
    for path, _, operation in operations(document):
        ways = [name for way in operation["security"] for name in way]
        assert ways == ([] if is_open(path) else ["cookie", "accessToken"]), path
    hidden = [route.path for route in routes_of(people.app) if not route.include_in_schema]
    assert all(is_open(path) for path in hidden), hidden


def test_every_refusal_has_the_one_form(document: dict[str, Any]) -> None:
    """Whatever an operation answers from 400 on is an Error, or at least JSON."""
    for path, method, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status.startswith("4"):
                assert "application/json" in answer["content"], (path, method, status)


def test_whoever_asks_by_a_wrong_method_is_told_all_that_there_are(
    document: dict[str, Any], people: People
) -> None:
    """`Allow` has the methods of every route at the address, in the one form of a refusal."""
    for path in document["paths"]:
        if "{" not in path:
            reply = people.ask("TRACE", path, people.a.owner.cookie)
            methods = {method for at, method, _ in operations(document) if at == path}
            assert (reply.status, set(reply.headers["allow"].split(", "))) == (405, methods), path
            assert reply.json()["error"] == "MethodNotAllowed"


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    """Nobody has to guess what to send."""
    bodies = [op["requestBody"]["content"] for _, _, op in operations(document) if "requestBody" in op]
    assert all(
        "example" in content["application/json"] for content in bodies if "application/json" in content
    )


def test_a_sample_is_made_of_what_the_schema_says() -> None:
    """Own examples first, then fields that are required or have one, and references are followed."""
    schemas: dict[str, Any] = {
        "Side": {"enum": ["left", "right"]},
        "Loop": {"properties": {}, "type": "object"},
    }
    schema: dict[str, Any] = {
        "required": ["name", "side"],
        "properties": {
            "name": {"type": "string", "examples": ["Bath"]},
            "side": {"$ref": "#/components/schemas/Side"},
            "sizes": {"type": "array", "items": {"type": "integer"}, "examples": [[1, 2]]},
            "note": {"anyOf": [{"type": "string", "examples": ["soft"]}, {"type": "null"}]},
            "left_out": {"type": "string"},
        },
    }
    assert sample(schema, schemas) == {"name": "Bath", "side": "left", "sizes": [1, 2], "note": "soft"}
    assert sample({"type": "array", "items": {"type": "number"}}, {}) == [1.0]
    assert sample({"$ref": "#/components/schemas/Loop"}, schemas) == {}
