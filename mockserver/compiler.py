"""From the nodes of a document to `Operation` records.

May import `document`, `errors`, `operation`, `parameters`, `pointers`, `quota`, `schemas`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.document import Document
from mockserver.errors import SpecInvalid
from mockserver.operation import ErrorRule, Operation
from mockserver.parameters import Parameter, QueryReader, cast_for, separator_of
from mockserver.pointers import join
from mockserver.quota import Window
from mockserver.schemas import Schemas


class Compiler:
    """Compiles the operations of one document.

    Args:
        document: as loaded.
        schemas: its schemas.
        rules: `x-error` of its root, which hold for every operation.
        uses_vocabulary: whether its x- keys are ours.
    """

    def __init__(
        self, document: Document, schemas: Schemas, rules: tuple[ErrorRule, ...], uses_vocabulary: bool
    ) -> None:
        self._document = document
        self._schemas = schemas
        self._rules = rules
        self._uses_vocabulary = uses_vocabulary

    def compile(self, path: str, method: str, item: Mapping[str, Any], node: Mapping[str, Any]) -> Operation:
        """Compile one operation.

        Raises:
            SpecInvalid: a parameter, schema or security requirement cannot be used.
        """
        pointer = join("/paths", path, method)
        declared = self._declared(item, node, pointer)
        query = {name: entry for (place, name), entry in declared.items() if place == "query"}
        content = self._body_content(node, pointer)
        body_properties = self._properties(content)
        fields = {**{name: schema_of(entry) for name, entry in query.items()}, **(body_properties or {})}
        own = node if self._uses_vocabulary else {}
        operation_id = str(node.get("operationId") or f"{method.upper()} {path}")
        return Operation(
            id=operation_id,
            method=method.upper(),
            path=path,
            pointer=pointer,
            node=node,
            query=QueryReader(tuple(self._parameter(entry) for entry in query.values())),
            query_judge=self._query_judge(query),
            path_parameters={
                name: (self._parameter(entry), self._schemas.validator(schema_of(entry), "request"))
                for (place, name), entry in declared.items()
                if place == "path"
            },
            body_judges={
                name: self._schemas.validator(media.get("schema", True), "request")
                for name, media in content.items()
                if is_json_type(name)
            },
            body_types=tuple(content),
            is_body_required=bool(self._schemas.resolve(node.get("requestBody", {})).get("required", False)),
            body_names=frozenset(body_properties) if body_properties is not None else None,
            defaults=self._defaults(fields),
            security=self._security(node, pointer),
            rules=(*(read_rule(rule, self._entity(rule, fields)) for rule in own.get("x-error", ())), *self._rules),
            same_as=str(own.get("x-same-as", operation_id)),
            collection=own.get("x-collection"),
            has_secret=self._uses_vocabulary and self._reaches_secret(node.get("responses", {}), set()),
        )

    def _declared(
        self, item: Mapping[str, Any], node: Mapping[str, Any], pointer: str
    ) -> dict[tuple[str, str], Mapping[str, Any]]:
        declared: dict[tuple[str, str], Mapping[str, Any]] = {}
        for owner in (item, node):  # the operation's own override the path's
            for index, entry in enumerate(owner.get("parameters", ())):
                entry = self._schemas.resolve(entry, join(pointer, "parameters", index))
                if not isinstance(entry, Mapping) or "name" not in entry or "in" not in entry:
                    raise SpecInvalid(
                        "a parameter with `name` and `in` was expected",
                        self._document.source,
                        join(pointer, "parameters", index),
                    )
                declared[str(entry["in"]), str(entry["name"])] = entry
        return declared

    def _parameter(self, entry: Mapping[str, Any]) -> Parameter:
        schema = self._schemas.resolve(schema_of(entry))
        types = self._types(schema)
        style = str(entry.get("style", "form" if entry["in"] == "query" else "simple"))
        is_array = "array" in types and entry["in"] == "query"
        is_object = style == "deepObject"
        if is_array:
            types = self._types(self._schemas.resolve(schema.get("items", {})))
        return Parameter(
            name=str(entry["name"]),
            cast=cast_for(frozenset() if is_object else types),
            is_array=is_array,
            separator=separator_of(style, bool(entry.get("explode", style == "form"))) if is_array else "",
            is_object=is_object,
            is_required=bool(entry.get("required", False)),
        )

    def _types(self, schema: Any) -> frozenset[str]:
        """Types that a schema admits, as far as it says so at its top or in its alternatives."""
        if not isinstance(schema, Mapping):
            return frozenset()
        types = schema.get("type")
        if types is not None:
            return frozenset([types] if isinstance(types, str) else types)
        found: set[str] = set()
        for keyword in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(keyword, ()):
                found |= self._types(self._schemas.resolve(part))
        return frozenset(found)

    def _query_judge(self, query: Mapping[str, Mapping[str, Any]]) -> Any:
        properties = {name: schema_of(entry) for name, entry in query.items()}
        return self._schemas.validator({"type": "object", "properties": properties}, "request")

    def _body_content(self, node: Mapping[str, Any], pointer: str) -> dict[str, Mapping[str, Any]]:
        body = self._schemas.resolve(node.get("requestBody", {}), join(pointer, "requestBody"))
        return {str(name).lower(): media for name, media in (body.get("content") or {}).items()}

    def _properties(self, content: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
        for name, media in content.items():
            schema = self._schemas.resolve(media.get("schema", {}))
            if is_json_type(name) and isinstance(schema, Mapping) and isinstance(schema.get("properties"), Mapping):
                return dict(schema["properties"])
        return None

    def _defaults(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        resolved = {name: self._schemas.resolve(schema) for name, schema in fields.items()}
        return {
            name: schema["default"]
            for name, schema in resolved.items()
            if isinstance(schema, Mapping) and "default" in schema
        }

    def _entity(self, rule: Mapping[str, Any], fields: Mapping[str, Any]) -> str:
        """Type of the entity that the parameter of an `unknown-entity` rule names."""
        node: Any = fields.get(rule.get("parameter", ""))
        while isinstance(node, Mapping):
            if "x-entity" in node:
                return str(node["x-entity"]["type"])
            node = self._schemas.resolve(node) if "$ref" in node else node.get("items")
        if "parameter" in rule:
            raise SpecInvalid(
                f"the parameter {rule['parameter']} of the condition unknown-entity needs an x-entity in its schema",
                self._document.source,
            )
        return ""

    def _security(self, node: Mapping[str, Any], pointer: str) -> tuple[tuple[Mapping[str, Any], ...], ...]:
        schemes = (self._document.tree.get("components") or {}).get("securitySchemes") or {}
        alternatives = node.get("security", self._document.tree.get("security", ()))
        for alternative in alternatives:
            for name in alternative:
                if name not in schemes:
                    known = ", ".join(schemes) or "none"
                    raise SpecInvalid(
                        f"there is no security scheme {name}; the document has {known}",
                        self._document.source,
                        join(pointer, "security"),
                    )
        return tuple(tuple(self._schemas.resolve(schemes[name]) for name in one) for one in alternatives)

    def _reaches_secret(self, node: Any, seen: set[int]) -> bool:
        if id(node) in seen:
            return False
        seen.add(id(node))
        if isinstance(node, Mapping):
            if node.get("x-secret"):
                return True
            target = self._schemas.resolve(node) if "$ref" in node and str(node["$ref"]).startswith("#") else None
            return any(self._reaches_secret(value, seen) for value in _below(node)) or (
                target is not None and self._reaches_secret(target, seen)
            )
        return isinstance(node, list) and any(self._reaches_secret(item, seen) for item in node)


def _below(node: Mapping[str, Any]) -> Iterator[Any]:
    return (value for name, value in node.items() if name not in ("examples", "example", "links"))


def schema_of(parameter: Mapping[str, Any]) -> Any:
    """Return the schema of a Parameter Object; one that has `content` instead is not judged."""
    return parameter.get("schema", {})


def is_json_type(media_type: str) -> bool:
    """Whether a media type name of a document is JSON: application/json, +json, or a range over it."""
    essence = media_type.partition(";")[0].strip().lower()
    return essence in ("application/json", "*/*", "application/*") or essence.endswith("+json")


def read_rule(node: Mapping[str, Any], entity: str = "") -> ErrorRule:
    """Read one member of `x-error`."""
    return ErrorRule(
        condition=node["condition"],
        status=node["status"],
        error_code=node["error_code"],
        message=node["message"],
        error=node["error"],
        parameter=node.get("parameter", ""),
        entity=entity,
        start=node.get("start", ""),
        end=node.get("end", ""),
    )


def read_window(node: Mapping[str, Any]) -> Window:
    """Read one window of `x-rate-limit`."""
    return Window(
        name=node["name"],
        seconds=node["seconds"],
        limit=node["limit"],
        limit_header=node["headers"]["limit"],
        remaining_header=node["headers"]["remaining"],
    )
