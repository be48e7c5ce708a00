"""From the nodes of a document to `Operation` records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oas.declarations import Declarations, schema_of
from oas.document import Document
from oas.errors import SpecInvalid
from oas.operation import ErrorRule, Operation, RateLimitWindow
from oas.parameters import QueryReader
from oas.pointers import join
from oas.schemas import Schemas

#: Keywords that may add members to an object.
COMBINING = frozenset({"allOf", "anyOf", "oneOf", "if", "$ref"})


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
        declared = Declarations(self._schemas, item, node, pointer)
        content = self._body_content(node, pointer)
        body_properties = self._properties(content)
        fields = {**{name: schema_of(entry) for name, entry in declared.query.items()}, **(body_properties or {})}
        own = node if self._uses_vocabulary else {}
        operation_id = str(node.get("operationId") or f"{method.upper()} {path}")
        return Operation(
            id=operation_id,
            method=method.upper(),
            path=path,
            pointer=pointer,
            node=node,
            query=QueryReader(declared.query_parameters()),
            query_judge=declared.query_judge(),
            path_parameters=declared.of_path(path),
            header_parameters=declared.of_headers(),
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
            rules=(*self._own_rules(own.get("x-error", ()), fields, pointer), *self._rules),
            same_as=str(own.get("x-same-as", operation_id)),
            collection=own.get("x-collection"),
            has_secret=self._uses_vocabulary and self._reaches_secret(node.get("responses", {}), set()),
        )

    def _body_content(self, node: Mapping[str, Any], pointer: str) -> dict[str, Mapping[str, Any]]:
        body = self._schemas.resolve(node.get("requestBody", {}), join(pointer, "requestBody"))
        return {essence_of(str(name)): media for name, media in (body.get("content") or {}).items()}

    def _properties(self, content: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
        """Return the members that the JSON body declares, None where others may come from a combined schema."""
        for name, media in content.items():
            schema = self._schemas.resolve(media.get("schema", {}))
            if is_json_type(name) and isinstance(schema, Mapping) and isinstance(schema.get("properties"), Mapping):
                return None if COMBINING & schema.keys() else dict(schema["properties"])
        return None

    def _defaults(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, schema in fields.items():
            # What stands beside a reference comes first. Source: JSON Schema 2020-12, "$ref" siblings.
            for node in (schema, self._schemas.resolve(schema)):
                if isinstance(node, Mapping) and "default" in node:
                    found.setdefault(name, node["default"])
        return found

    def _own_rules(self, nodes: Any, fields: Mapping[str, Any], pointer: str) -> Iterator[ErrorRule]:
        for index, node in enumerate(nodes):
            yield read_rule(node, self._entity(node, fields, join(pointer, "x-error", index, "parameter")))

    def _entity(self, rule: Mapping[str, Any], fields: Mapping[str, Any], pointer: str) -> str:
        """Type of the entity that the parameter of an `unknown-entity` rule names."""
        if "parameter" not in rule:
            return ""
        node: Any = fields.get(rule["parameter"])
        while isinstance(node, Mapping):
            if "x-entity" in node:
                return str(node["x-entity"]["type"])
            node = self._schemas.resolve(node) if "$ref" in node else node.get("items")
        text = f"the parameter {rule['parameter']} of the condition unknown-entity needs an x-entity in its schema"
        raise SpecInvalid(text, self._document.source, pointer)

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


def essence_of(media_type: str) -> str:
    """Return a media type without its parameters, lower-cased. Source: RFC 9110 §8.3.1."""
    return media_type.partition(";")[0].strip().lower()


def is_json_type(media_type: str) -> bool:
    """Whether a media type name of a document is JSON: application/json, +json, or a range over it."""
    essence = essence_of(media_type)
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


def read_window(node: Mapping[str, Any]) -> RateLimitWindow:
    """Read one window of `x-rate-limit`."""
    return RateLimitWindow(
        name=node["name"],
        seconds=node["seconds"],
        limit=node["limit"],
        limit_header=node["headers"]["limit"],
        remaining_header=node["headers"]["remaining"],
    )
