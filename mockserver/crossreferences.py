"""Names that extensions give, followed to what they name: operations, parameters, places in a body.

May import `document`, `errors`, `pointers`, `references`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.document import Document
from mockserver.errors import SpecInvalid
from mockserver.pointers import join
from mockserver.references import References


@dataclass(frozen=True, slots=True)
class Extension:
    """One x- key of a document.

    Attributes:
        pointer: RFC 6901 pointer to the value.
        place: `root`, `operation`, `schema`, `parameter`, `header`, `securityScheme` or `other`.
        name: the key.
        value: what it says.
    """

    pointer: str
    place: str
    name: str
    value: Any


class Names:
    """Operations and parameters of a document, against which names in extensions are held."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._references = References(document.tree, document.source)
        self._operations: dict[str, Mapping[str, Any]] = {}
        self._by_pointer: dict[str, Mapping[str, Any]] = {}
        for path, method, _, operation in document.operations():
            self._operations[str(operation.get("operationId", ""))] = operation
            self._by_pointer[join("/paths", path, method)] = operation

    def follow(self, extension: Extension) -> None:
        """Raise SpecInvalid for the first name that leads nowhere."""
        operation = self._by_pointer.get(extension.pointer.rsplit("/", 1)[0])
        if extension.name == "x-same-as":
            self._operation(extension.value, extension.pointer)
        elif extension.name == "x-error" and operation is not None:
            self._errors(extension, operation)
        elif extension.name == "x-collection" and operation is not None:
            self._collection(extension, operation)
        elif extension.name == "x-invariants":
            self._invariants(extension)

    def _errors(self, extension: Extension, operation: Mapping[str, Any]) -> None:
        known = self._parameters(operation)
        for index, rule in enumerate(extension.value):
            for member in ("parameter", "start", "end"):
                if member in rule:
                    self._parameter(rule[member], known, join(extension.pointer, index, member))

    def _collection(self, extension: Extension, operation: Mapping[str, Any]) -> None:
        known, rule, at = self._parameters(operation), extension.value, extension.pointer
        for index, entry in enumerate(rule["filters"]):
            self._parameter(entry["parameter"], known, join(at, "filters", index, "parameter"))
            self._body(operation, rule["items"] + "/*" + entry["item"], join(at, "filters", index, "item"))
        for member in ("by", "order"):
            self._parameter(rule["sort"][member], known, join(at, "sort", member))
        for field, pointer in rule["sort"]["fields"].items():
            self._body(operation, rule["items"] + "/*" + pointer, join(at, "sort/fields", field))
        if rule["sort"]["default"]["by"] not in rule["sort"]["fields"]:
            raise SpecInvalid(
                "the default is none of the fields", self._document.source, join(at, "sort", "default", "by")
            )
        for member in ("limit", "offset"):
            self._parameter(rule["page"][member], known, join(at, "page", member))
        for member in ("current", "pages", "limit-echo", "offset-echo", "next", "previous"):
            self._body(operation, rule["page"][member], join(at, "page", member))
        for member in ("items", "total", "echo"):
            if member in rule:
                self._body(operation, rule[member], join(at, member))
        self._body(operation, rule["items"] + "/*" + rule["identity"], join(at, "identity"))
        for index, entry in enumerate(rule.get("counted-by", ())):
            here = join(at, "counted-by", index)
            other = self._operation(entry["operation"], join(here, "operation"))
            self._body(other, entry["pointer"], join(here, "pointer"))
            for name in entry.get("where", ()):
                self._parameter(name, known, join(here, "where", name))

    def _operation(self, name: str, pointer: str) -> Mapping[str, Any]:
        if name not in self._operations:
            known = ", ".join(sorted(filter(None, self._operations)))
            raise SpecInvalid(f"there is no operation {name}; the document has {known}", self._document.source, pointer)
        return self._operations[name]

    def _parameter(self, name: str, known: set[str], pointer: str) -> None:
        if name not in known:
            expected = ", ".join(sorted(known)) or "none"
            raise SpecInvalid(
                f"the operation has no parameter {name}; it has {expected}", self._document.source, pointer
            )

    def _parameters(self, operation: Mapping[str, Any]) -> set[str]:
        names = {str(self._references.resolve(parameter).get("name")) for parameter in operation.get("parameters", ())}
        for media in self._references.resolve(operation.get("requestBody", {})).get("content", {}).values():
            names |= set(self._references.resolve(media.get("schema", {})).get("properties", {}))
        return names

    def _invariants(self, extension: Extension) -> None:
        schema = self._references.lookup(extension.pointer.rsplit("/", 1)[0])
        for index, rule in enumerate(extension.value):
            ((name, terms),) = rule.items()
            for member, value in terms.items():
                at = join(extension.pointer, index, name, member)
                if member == "key":
                    self._walk(schema, terms["items"] + "/*" + value, at)
                elif not (name == "within" and member in ("from", "to")):
                    for pointer in value if isinstance(value, list) else [value]:
                        if isinstance(pointer, str):
                            self._walk(schema, pointer, at)

    def _body(self, operation: Mapping[str, Any], pointer: str, at: str) -> None:
        responses = operation.get("responses", {})
        content = self._references.resolve(responses.get("200", {})).get("content", {})
        self._walk(content.get("application/json", {}).get("schema", {}), pointer, at)

    def _walk(self, schema: Mapping[str, Any], pointer: str, at: str) -> None:
        """Follow an instance pointer through a schema; `*` is any item."""
        for token in pointer.split("/")[1:]:
            schema = self._references.resolve(schema)
            node = schema.get("items") if token == "*" else schema.get("properties", {}).get(token)
            if node is None:
                raise SpecInvalid(
                    f"{pointer} leads nowhere: there is no {token} in its place", self._document.source, at
                )
            schema = node
