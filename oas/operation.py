"""What a request needs of an operation, as records compiled from the document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from oas.parameters import Parameter, QueryReader
from oas.schemas import Validator


@dataclass(frozen=True, slots=True)
class RateLimitWindow:
    """One limit. Source: `x-rate-limit` of the document.

    Attributes:
        name: `minute` or `day` in the packaged document.
        seconds: length, ≥ 1; windows begin at multiples of it since the epoch, in UTC.
        limit: requests let through, ≥ 1.
        limit_header: response header that carries `limit`.
        remaining_header: response header that carries what is left.
    """

    name: str
    seconds: int
    limit: int
    limit_header: str
    remaining_header: str


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """What a condition is answered with. Source: `x-error`.

    Attributes:
        condition: one word of the vocabulary, such as `end-before-start`.
        status: HTTP status.
        error_code: of the envelope.
        message: of the envelope.
        error: the reason in words.
        parameter: of `unknown-entity`.
        entity: type of the entity that the parameter names, of `unknown-entity`.
        start: of `end-before-start`.
        end: of `end-before-start`.
    """

    condition: str
    status: int
    error_code: str
    message: str
    error: str
    parameter: str = ""
    entity: str = ""
    start: str = ""
    end: str = ""


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation, compiled; it equals itself alone.

    Attributes:
        id: operationId, or `method path` where the document gives none.
        method: upper case.
        path: path template below the base path.
        pointer: RFC 6901 pointer to it.
        node: the Operation Object.
        query: reads its query string.
        query_judge: judges the values read.
        path_parameters: name → reading and schema judge of each template variable.
        header_parameters: lower-cased name → reading and schema judge of each header.
        body_judges: media type or range, lower-cased, without parameters → judge of the parsed body; JSON types only.
        body_types: every media type or range that is declared, lower-cased, without parameters.
        is_body_required: a request without a body is refused.
        body_names: members that the body schema declares; None when they cannot be told.
        defaults: parameter → default, for those that have one.
        security: alternatives, each of which is a tuple of scheme objects; empty when it is open to all.
        rules: of `x-error`, the operation's own before those of the root.
        same_as: operationId of the GET form; its own id where it has none.
        collection: the `x-collection` rule.
        has_secret: an answer may hold a value marked `x-secret`.
    """

    id: str
    method: str
    path: str
    pointer: str
    node: Mapping[str, Any]
    query: QueryReader
    query_judge: Validator
    path_parameters: Mapping[str, tuple[Parameter, Validator]] = field(default_factory=dict)
    header_parameters: Mapping[str, tuple[Parameter, Validator]] = field(default_factory=dict)
    body_judges: Mapping[str, Validator] = field(default_factory=dict)
    body_types: tuple[str, ...] = ()
    is_body_required: bool = False
    body_names: frozenset[str] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    security: tuple[tuple[Mapping[str, Any], ...], ...] = ()
    rules: tuple[ErrorRule, ...] = ()
    same_as: str = ""
    collection: Mapping[str, Any] | None = None
    has_secret: bool = False

    @cached_property
    def conditions(self) -> Mapping[str, ErrorRule]:
        """The first rule of each condition."""
        return {rule.condition: rule for rule in reversed(self.rules)}

    @cached_property
    def is_query_all(self) -> bool:
        """Whether a request to it says nothing but by its query."""
        return not (self.path_parameters or self.header_parameters or self.body_types)

    @cached_property
    def success_status(self) -> int:
        """The first 2xx that is documented; 200 for a range, a default or nothing."""
        for status in self.node.get("responses", {}):
            text = str(status)
            if text.startswith("2"):
                return int(text) if text.isdigit() else 200
        return 200

    @cached_property
    def value_rules(self) -> tuple[ErrorRule, ...]:
        """Rules about the values of a request that fits its schema, in the order in which they are asked."""
        return tuple(rule for rule in self.rules if rule.condition in ("end-before-start", "unknown-entity"))
