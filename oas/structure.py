"""Which members of an OpenAPI object or schema hold what: schemas, maps by name, examples, or data."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

__all__ = ["BY_NAME", "Kind", "children", "is_data"]


class Kind(Enum):
    """What a node of the document is."""

    OBJECT = "an OpenAPI object"
    NAMED = "a map of OpenAPI objects by name"
    SCHEMA = "a schema"
    SCHEMAS = "a map of schemas by name"
    EXAMPLE = "an Example Object"
    EXAMPLES = "a map of Example Objects by name"


#: Members of OpenAPI objects whose own members are named by the author.
BY_NAME: Final = frozenset(
    {"callbacks", "content", "encoding", "examples", "headers", "links", "mapping", "mediaTypes", "parameters"}
    | {"pathItems", "paths", "requestBodies", "responses", "schemas", "scopes", "securitySchemes", "variables"}
    | {"webhooks"}
)
#: Keywords whose value is a map of schemas.
_SCHEMA_MAPS: Final = frozenset(
    {"$defs", "definitions", "dependentSchemas", "dependencies", "patternProperties", "properties"}
)
#: Keywords whose value is a schema or a list of schemas.
_SUBSCHEMAS: Final = frozenset(
    {"additionalItems", "additionalProperties", "allOf", "anyOf", "contains", "contentSchema", "else", "if", "items"}
    | {"not", "oneOf", "prefixItems", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"}
)
#: Members whose value is data, in OpenAPI objects and in schemas.
_DATA: Final = frozenset({"const", "default", "enum", "example"})


def is_data(name: str) -> bool:
    """Whether a member of an OpenAPI object or schema, other than `examples`, is data: nothing in it is a reference."""
    return name in _DATA or name.startswith("x-")


def children(node: dict[str, Any], kind: Kind) -> Iterator[tuple[str, Any, Kind]]:
    """Yield name, value and kind of the members that are not data.

    A value may be a list; then each of its items is of the kind.
    """
    match kind:
        case Kind.SCHEMA:
            yield from _of_schema(node)
        case Kind.OBJECT:
            yield from _of_object(node)
        case Kind.SCHEMAS:
            yield from ((name, value, Kind.SCHEMA) for name, value in node.items())
        case Kind.NAMED:
            yield from ((name, value, Kind.OBJECT) for name, value in node.items())
        case Kind.EXAMPLES:
            yield from ((name, value, Kind.EXAMPLE) for name, value in node.items())


def _of_schema(node: dict[str, Any]) -> Iterator[tuple[str, Any, Kind]]:
    for name, value in node.items():
        if name in _SUBSCHEMAS:
            yield name, value, Kind.SCHEMA
        elif name in _SCHEMA_MAPS and isinstance(value, dict):
            yield name, value, Kind.SCHEMAS


def _of_object(node: dict[str, Any]) -> Iterator[tuple[str, Any, Kind]]:
    for name, value in node.items():
        if is_data(name) or (name == "examples" and not isinstance(value, dict)):
            continue
        if name in ("schema", "itemSchema"):
            yield name, value, Kind.SCHEMA
        elif isinstance(value, dict) and name == "schemas":
            yield name, value, Kind.SCHEMAS
        elif name == "examples":
            yield name, value, Kind.EXAMPLES
        elif isinstance(value, dict) and name in BY_NAME:
            yield name, value, Kind.NAMED
        else:
            yield name, value, Kind.OBJECT
