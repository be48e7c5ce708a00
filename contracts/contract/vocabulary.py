"""The contract as records: operations, parameters, errors, the envelope, each with its place in the document.

Nothing is known of any particular API: paths, parameters and members are all
read from the document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from contracts.contract.collections import Collection
from contracts.contract.limits import Limits
from contracts.contract.schemas import SchemaAnnotations

__all__ = [
    "Document",
    "Envelope",
    "ErrorRule",
    "Operation",
    "Parameter",
    "ResponseRule",
]

#: Judges a body: yields pointer and message of everything that the schema forbids.
Validate = Callable[[Any], list[tuple[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter, of the query of a GET or a member of the body of a POST.

    Attributes:
        name: as documented.
        schema: keywords, references followed.
        items: keywords of the items of an array; empty otherwise.
        pointer: into the document.
        is_required: without it the request is invalid.
        entity: type of the entity that the value, or each item of it, identifies; empty for none.
        assumed: sentence it rests on, empty where the vendor says it.
    """

    name: str
    schema: Mapping[str, Any]
    items: Mapping[str, Any]
    pointer: str
    is_required: bool = False
    entity: str = ""
    assumed: str = ""

    @property
    def is_array(self) -> bool:
        """Whether the value is a list."""
        return self.schema.get("type") == "array"

    @property
    def enum(self) -> tuple[Any, ...]:
        """Values that the document lists; empty where it lists none."""
        return tuple(self.schema.get("enum", self.items.get("enum", ())))


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRule:
    """What a condition is answered with. Source: `x-error`."""

    condition: str
    status: int
    error_code: str
    pointer: str
    parameter: str = ""
    start: str = ""
    end: str = ""
    assumed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Where every answer tells its status, its error and itself.

    Attributes:
        code: pointer of the member that repeats the status; empty where there is none.
        flag: pointer of the member that is true for success and false for errors.
        error_code: pointer of the error's name.
        request_id: pointer of what identifies an answer.
        stamp: pointer of the moment of an answer.
        zone: pattern that the stamp matches by the document; empty for none.
        pointers: the five above → pointer into the document.
    """

    code: str = ""
    flag: str = ""
    error_code: str = ""
    request_id: str = ""
    stamp: str = ""
    zone: str = ""
    pointers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRule:
    """One documented answer of an operation.

    Attributes:
        status: HTTP status; 0 for a class of them.
        pointer: of the schema in the document.
        response_pointer: of the response in the document.
        media_types: documented, without parameters.
        validate: judges a body by the schema.
        facts: what the schema says about places in the body.
    """

    status: int
    pointer: str
    response_pointer: str
    media_types: tuple[str, ...]
    validate: Validate
    facts: SchemaAnnotations


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the document.

    Attributes:
        id: operationId.
        method: upper case.
        path: below the base URL.
        pointer: into the document.
        parameters: in the order of the document.
        has_body: parameters travel in a JSON body instead of the query.
        is_write: `x-effect: write`.
        is_guarded: it needs a key.
        same_as: id of the operation whose body form this is; empty for none.
        errors: conditions of its own, first match first.
        collection: None where the body holds no collection.
        responses: by status.
        wider: by class of statuses, such as `4XX`, or `default`: what holds for those that are not named.
        is_askable: a request can be made of its query or of the members of its JSON body alone.
    """

    id: str
    method: str
    path: str
    pointer: str
    parameters: tuple[Parameter, ...]
    has_body: bool
    is_write: bool
    is_guarded: bool
    same_as: str
    errors: tuple[ErrorRule, ...]
    collection: Collection | None
    responses: Mapping[int, ResponseRule]
    wider: Mapping[str, ResponseRule] = field(default_factory=dict)
    is_askable: bool = True

    def response(self, status: int) -> ResponseRule | None:
        """Return what the document says of answers with a status, None where it says nothing.

        Source: OpenAPI 3.1.0, Responses Object: a status goes before its class, the class before `default`.
        """
        found = self.responses.get(status) or self.wider.get(f"{status // 100}XX")
        return found or self.wider.get("default")

    @property
    def rules(self) -> tuple[ResponseRule, ...]:
        """All that the document says of answers: by status, by class, by default."""
        return (*self.responses.values(), *self.wider.values())

    @property
    def family(self) -> str:
        """Id that this operation shares with the other forms of it."""
        return self.same_as or self.id

    @property
    def success(self) -> ResponseRule | None:
        """The first documented 2xx answer, None where there is none."""
        return next((rule for status, rule in sorted(self.responses.items()) if status < 300), None)

    @property
    def members(self) -> frozenset[str]:
        """Members that its documented bodies have at their top; empty where one is a list."""
        facts = [rule.facts for rule in self.rules]
        if any("/*" in one.shapes for one in facts):
            return frozenset()
        return frozenset(field.split("/")[1] for one in facts for field in one.fields)

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of that name, None where there is none."""
        return next((item for item in self.parameters if item.name == name), None)


@dataclass(frozen=True)
class Document:
    """The whole contract.

    Attributes:
        title: of the document.
        version: of the document.
        operations: in the order of the document.
        errors: conditions that hold for every operation.
        limits: None where the document sets none.
        envelope: of every answer.
        key_header: header that carries the key; empty where none is needed.
        key_pointer: of the security scheme in the document.
    """

    title: str
    version: str
    operations: tuple[Operation, ...]
    errors: tuple[ErrorRule, ...]
    limits: Limits | None
    envelope: Envelope
    key_header: str
    key_pointer: str

    @cached_property
    def by_id(self) -> Mapping[str, Operation]:
        """Operations by operationId."""
        return {operation.id: operation for operation in self.operations}

    def forms(self, family: str) -> tuple[Operation, ...]:
        """Return the operation and its other forms, the operation first."""
        return tuple(operation for operation in self.operations if operation.family == family)

    def error(self, condition: str, operation: Operation | None = None) -> ErrorRule | None:
        """Return the rule of a condition, the operation's own before the document's; None for none."""
        own = operation.errors if operation else ()
        return next((rule for rule in (*own, *self.errors) if rule.condition == condition), None)
