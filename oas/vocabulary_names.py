"""Names that extensions give, followed to what they name: operations, parameters, places in a body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from oas.document import Document
from oas.errors import SpecInvalid
from oas.pointers import join, tokens


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


class VocabularyNames:
    """Operations and parameters of a document, against which names in extensions are held.

    Args:
        document: as loaded; its schemas are sound.
    """

    def __init__(self, document: Document) -> None:
        self._tree = document.tree
        self._source = document.source
        self._references = document.references
        self._operations: dict[str, Mapping[str, Any]] = {}
        self._by_pointer: dict[str, Mapping[str, Any]] = {}
        self._reads: set[str] = set()
        self._parameters: dict[str, Any] = {}
        for path, method, _, operation in document.operations():
            name = str(operation.get("operationId", ""))
            self._operations[name] = operation
            self._by_pointer[join("/paths", path, method)] = operation
            self._parameters |= self._parameters_of(operation)
            if method == "get":
                self._reads.add(name)

    def follow(self, extension: Extension) -> None:
        """Follow every name that an extension gives.

        Raises:
            SpecInvalid: the first name that leads nowhere.
        """
        if extension.name == "x-same-as":
            self._same_as(extension)
        elif extension.name == "x-error":
            self._errors(extension)
        elif extension.name == "x-collection":
            self._collection(extension)
        elif extension.name == "x-invariants":
            self._invariants(extension)
        elif extension.name == "x-rate-limit":
            self._rate_limit(extension)
        elif extension.name == "x-entity":
            for index, name in enumerate(extension.value.get("unless", ())):
                self._parameter(name, self._parameters, join(extension.pointer, "unless", index))

    def _same_as(self, extension: Extension) -> None:
        self._operation(extension.value, extension.pointer)
        if extension.value not in self._reads:
            raise self._invalid(f"{extension.value} is not a GET, whose body form this could be", extension.pointer)

    def _errors(self, extension: Extension) -> None:
        operation = self._by_pointer.get(parent(extension.pointer))
        known = self._parameters_of(operation) if operation is not None else {}
        for index, rule in enumerate(extension.value):
            for member in ("parameter", "start", "end"):
                if member in rule:
                    self._parameter(rule[member], known, join(extension.pointer, index, member))

    def _collection(self, extension: Extension) -> None:
        rule, at = extension.value, extension.pointer
        operation = self._by_pointer[parent(at)]
        known, item = self._parameters_of(operation), rule["items"] + "/*"
        for member in ("items", "total", "echo"):
            if member in rule:
                self._body(operation, "200", rule[member], join(at, member))
        self._body(operation, "200", item + rule["identity"], join(at, "identity"))
        for index, entry in enumerate(rule["filters"]):
            self._parameter(entry["parameter"], known, join(at, "filters", index, "parameter"))
            self._body(operation, "200", item + entry["item"], join(at, "filters", index, "item"))
        self._sort(operation, rule, join(at, "sort"))
        for member, value in rule["page"].items():
            if member in ("limit", "offset"):
                self._parameter(value, known, join(at, "page", member))
            else:
                self._body(operation, "200", value, join(at, "page", member))
        for index, entry in enumerate(rule.get("counted-by", ())):
            here = join(at, "counted-by", index)
            other = self._operation(entry["operation"], join(here, "operation"))
            self._body(other, "200", entry["pointer"], join(here, "pointer"))
            for name, value in entry.get("where", {}).items():
                self._parameter(name, known, join(here, "where", name))
                self._value(value, known[name], join(here, "where", name))

    def _sort(self, operation: Mapping[str, Any], rule: Mapping[str, Any], at: str) -> None:
        known, sort = self._parameters_of(operation), rule["sort"]
        for member in ("by", "order"):
            self._parameter(sort[member], known, join(at, member))
        for field, pointer in sort["fields"].items():
            self._value(field, known[sort["by"]], join(at, "fields", field))
            self._body(operation, "200", rule["items"] + "/*" + pointer, join(at, "fields", field))
        if sort["default"]["by"] not in sort["fields"]:
            text = f"the default is none of the fields, {_listed(sort['fields'])}"
            raise self._invalid(text, join(at, "default", "by"))

    def _rate_limit(self, extension: Extension) -> None:
        """Look for headers and figures in what operations answer to a request beyond a limit."""
        rule, at = extension.value, extension.pointer
        status, again = str(rule["refusal"]["status"]), rule["refusal"]["retry-after"]
        headers = [(again["header"], "refusal/retry-after/header")]
        bodies = [(again["body"], "refusal/retry-after/body")]
        for index, window in enumerate(rule["windows"]):
            headers += [(name, f"windows/{index}/headers/{which}") for which, name in window["headers"].items()]
            bodies += [(pointer, f"windows/{index}/body/{which}") for which, pointer in window["body"].items()]
        refusing = [operation for operation in self._operations.values() if status in operation.get("responses", {})]
        if not refusing:
            raise self._invalid(f"no operation documents the status {status}", join(at, "refusal", "status"))
        for operation in refusing:
            response = self._references.resolve(operation["responses"][status])
            documented = {name.lower() for name in response.get("headers", {})}
            for name, here in headers:
                if name.lower() not in documented:
                    text = f"the response {status} of {operation.get('operationId')} documents no header {name}"
                    raise self._invalid(text, f"{at}/{here}")
            for pointer, here in bodies:
                self._body(operation, status, pointer, f"{at}/{here}")

    def _operation(self, name: str, pointer: str) -> Mapping[str, Any]:
        if name not in self._operations:
            known = _listed(filter(None, self._operations))
            raise self._invalid(f"there is no operation {name}; the document has {known}", pointer)
        return self._operations[name]

    def _parameter(self, name: str, known: Mapping[str, Any], pointer: str) -> None:
        if name not in known:
            raise self._invalid(f"there is no parameter {name} here, but {_listed(known)}", pointer)

    def _value(self, value: str, schema: Any, pointer: str) -> None:
        """Hold a value against the enumeration of its parameter, where it has one."""
        schema = self._references.resolve(schema)
        options = schema.get("enum") if isinstance(schema, Mapping) else None
        if options is not None and value not in options:
            raise self._invalid(f"the parameter does not take {value}, but {_listed(options)}", pointer)

    def _parameters_of(self, operation: Mapping[str, Any]) -> dict[str, Any]:
        """Return the schemas of query and body parameters by name."""
        declared = [self._object(parameter) for parameter in operation.get("parameters", ())]
        found = {str(parameter.get("name")): parameter.get("schema", {}) for parameter in declared}
        for media in self._object(self._object(operation.get("requestBody", {})).get("content", {})).values():
            found |= self._object(self._object(self._object(media).get("schema", {})).get("properties", {}))
        return found

    def _object(self, node: Any) -> Mapping[str, Any]:
        found = self._references.resolved_or_none(node)
        return found if isinstance(found, Mapping) else {}

    def _invariants(self, extension: Extension) -> None:
        schema = self._references.lookup(parent(extension.pointer))
        for index, rule in enumerate(extension.value):
            ((name, terms),) = rule.items()
            at = join(extension.pointer, index, name)
            for member, value in terms.items():
                if name == "within" and member in ("from", "to"):
                    self._parameter(value, self._parameters, join(at, member))
                elif member == "key":
                    self._walk(schema, terms["items"] + "/*" + value, join(at, member))
                elif isinstance(value, list):
                    for place, pointer in enumerate(value):
                        self._walk(schema, pointer, join(at, member, place))
                elif isinstance(value, str):
                    self._walk(schema, value, join(at, member))

    def _body(self, operation: Mapping[str, Any], status: str, pointer: str, at: str) -> None:
        response = self._references.resolve(operation.get("responses", {}).get(status, {}))
        media = response.get("content", {}).get("application/json", {})
        self._walk(media.get("schema", {}), pointer, at)

    def _walk(self, schema: Any, pointer: str, at: str) -> None:
        """Follow an instance pointer through a schema; `*` is any item."""
        nodes = [schema]
        for token in tokens(pointer):
            nodes = [found for node in nodes for found in self._step(node, token)]
            if not nodes:
                raise self._invalid(f"{pointer} leads nowhere: there is no {token} in its place", at)

    def _step(self, schema: Any, token: str) -> Iterator[Any]:
        """Yield what the schema, and those it combines, say of one member or of the items."""
        schema = self._references.resolve(schema)
        if not isinstance(schema, Mapping):
            return
        if token == "*" and "items" in schema:
            yield schema["items"]
        elif token in schema.get("properties", {}):
            yield schema["properties"][token]
        for keyword in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(keyword, ()):
                yield from self._step(part, token)

    def _invalid(self, message: str, pointer: str) -> SpecInvalid:
        return SpecInvalid(message, self._source, pointer)


def parent(pointer: str) -> str:
    """Return the pointer to what holds the value of a pointer."""
    return pointer.rpartition("/")[0]


def _listed(names: Iterable[Any]) -> str:
    return ", ".join(sorted(map(str, names))) or "none"
