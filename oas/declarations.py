"""From Parameter Objects to what reads and judges the parameters of one operation.

Source: OpenAPI 3.1.0, Parameter Object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oas.errors import SpecInvalid
from oas.parameters import Parameter, cast_for, separator_of
from oas.pointers import join
from oas.schemas import Schemas, Validator

#: Headers that no parameter describes. Source: OpenAPI 3.1.0, Parameter Object, name.
_NOT_DESCRIBED = frozenset({"accept", "authorization", "content-type"})
_PLAIN_STYLES = frozenset({"form", "simple", "spaceDelimited", "pipeDelimited"})


class Declarations:
    """The parameters of one operation.

    Args:
        schemas: of the document.
        item: the Path Item Object; its parameters hold for each of its operations.
        node: the Operation Object; its parameters override those of the path.
        pointer: to the operation.

    Attributes:
        query: name → Parameter Object.

    Raises:
        SpecInvalid: a parameter has no name or no place.
    """

    def __init__(self, schemas: Schemas, item: Mapping[str, Any], node: Mapping[str, Any], pointer: str) -> None:
        self._schemas = schemas
        self._path = pointer.rpartition("/")[0]
        declared: dict[tuple[str, str], Mapping[str, Any]] = {}
        for owner, place in ((item, self._path), (node, pointer)):
            for index, entry in enumerate(owner.get("parameters", ())):
                here = join(place, "parameters", index)
                entry = schemas.resolve(entry, here)
                if not isinstance(entry, Mapping) or "name" not in entry or "in" not in entry:
                    raise SpecInvalid("a parameter with `name` and `in` was expected", schemas.source, here)
                declared[str(entry["in"]), str(entry["name"])] = entry
        self._declared = declared
        self.query = {name: entry for (place, name), entry in declared.items() if place == "query"}

    def query_parameters(self) -> tuple[Parameter, ...]:
        """Return how each query parameter is read."""
        return tuple(self._parameter(entry) for entry in self.query.values())

    def query_judge(self) -> Validator:
        """Return one judge of all query parameters together.

        Raises:
            SpecInvalid: a schema cannot be used.
        """
        properties = {name: self._schema(entry) for name, entry in self.query.items()}
        try:
            return self._schemas.validator({"type": "object", "properties": properties}, "request")
        except SpecInvalid:
            for schema in properties.values():  # one by one, they stand in the document and have a pointer
                self._schemas.validator(schema, "request")
            raise

    def of_path(self, path: str) -> dict[str, tuple[Parameter, Validator]]:
        """Return reading and judge of each variable of a path template."""
        found = {name: entry for (place, name), entry in self._declared.items() if place == "path"}
        return self._singly({name: entry for name, entry in found.items() if f"{{{name}}}" in path})

    def of_headers(self) -> dict[str, tuple[Parameter, Validator]]:
        """Return reading and judge of each header, by its lower-cased name."""
        found = {name.lower(): entry for (place, name), entry in self._declared.items() if place == "header"}
        return self._singly({name: entry for name, entry in found.items() if name not in _NOT_DESCRIBED})

    def _singly(self, entries: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[Parameter, Validator]]:
        judges = {name: self._schemas.validator(self._schema(entry), "request") for name, entry in entries.items()}
        return {name: (self._parameter(entry), judges[name]) for name, entry in entries.items()}

    def _parameter(self, entry: Mapping[str, Any]) -> Parameter:
        schema = self._schemas.resolve(schema_of(entry))
        types, style = self._types(schema), _style(entry)
        is_array, is_in_query = "array" in types, entry["in"] == "query"
        explode = is_in_query and bool(entry.get("explode", style == "form"))
        if is_array:
            types = self._types(schema.get("items", {}))
        members = schema.get("properties", {}) if style == "deepObject" else {}
        return Parameter(
            name=str(entry["name"]),
            cast=cast_for(types),
            is_array=is_array,
            separator=separator_of(style, explode) if is_array else "",
            is_object=style == "deepObject",
            # Members of an exploded object are parameters of any name, so that it is never seen to be missing.
            is_required=bool(entry.get("required", False)) and not (explode and "object" in types),
            members={name: cast_for(self._types(member)) for name, member in members.items()},
        )

    def _schema(self, entry: Mapping[str, Any]) -> Any:
        """Return the schema of what is read, which judges nothing where an object or a rare style is not."""
        style = _style(entry)
        is_read = style == "deepObject" or (style in _PLAIN_STYLES and "object" not in self._types(schema_of(entry)))
        return schema_of(entry) if is_read else True

    def _types(self, schema: Any) -> frozenset[str]:
        """Types that a schema admits, as far as it says so at its top or in its alternatives."""
        schema = self._schemas.resolve(schema)
        if not isinstance(schema, Mapping):
            return frozenset()
        types = schema.get("type")
        if types is not None:
            return frozenset([types] if isinstance(types, str) else types)
        found: set[str] = set()
        for keyword in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(keyword, ()):
                found |= self._types(part)
        return frozenset(found)


def schema_of(parameter: Mapping[str, Any]) -> Any:
    """Return the schema of a Parameter Object; one that has `content` instead is not judged."""
    return parameter.get("schema", {})


def _style(entry: Mapping[str, Any]) -> str:
    return str(entry.get("style", "simple" if entry["in"] in ("path", "header") else "form"))
