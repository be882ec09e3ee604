"""An example of whatever a JSON schema describes, from the examples that its fields have."""

from collections.abc import Mapping
from typing import Any

_BY_TYPE: Mapping[str, Any] = {
    "string": "text",
    "integer": 1,
    "number": 1.0,
    "boolean": True,
    "null": None,
}
_DEEPEST = 12

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]
"""The document's `components.schemas`, by name."""


def sample(schema: Schema, schemas: Schemas, depth: int = 0) -> Any:
    """Return an example: the schema's own, else made of its fields that are required or have one."""
    schema = resolved(schema, schemas)
    if schema.get("examples"):
        return schema["examples"][0]
    for word in ("example", "const", "default"):
        if schema.get(word) is not None:
            return schema[word]
    if schema.get("enum"):
        return schema["enum"][0]
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return sample(choices[0], schemas, depth + 1)
    if "properties" in schema:
        return _object(schema, schemas, depth)
    if schema.get("type") == "array":
        return [] if depth > _DEEPEST else [sample(schema.get("items", {}), schemas, depth + 1)]
    return _BY_TYPE.get(schema.get("type", ""), {})


def resolved(schema: Schema, schemas: Schemas) -> Schema:
    """Return the schema that a reference leads to, else the schema itself."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    return schema


def has_example(schema: Schema, schemas: Schemas) -> bool:
    """Say whether somebody thought of an example, here or in a field below."""
    schema = resolved(schema, schemas)
    if schema.get("examples") or "example" in schema:
        return True
    return any(has_example(each, schemas) for each in (*schema.get("anyOf", ()), *_shallow(schema)))


def _shallow(schema: Schema) -> list[Schema]:
    return [each for each in schema.get("properties", {}).values() if "$ref" not in each]


def _object(schema: Schema, schemas: Schemas, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        return {}
    required = schema.get("required", ())
    return {
        name: sample(field, schemas, depth + 1)
        for name, field in schema["properties"].items()
        if name in required or has_example(field, schemas)
    }
