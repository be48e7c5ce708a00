"""One planned request with what it is for; requests in the form that an operation takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from contracts.messages import Request
from oas.operation import Operation
from oas.vocabulary import ErrorRule

__all__ = ["EXTRA_RANK", "OPENING_RANK", "PlannedRequest", "ask", "typed", "typed_parameters"]

#: Cases from this rank on are sent only where a budget that was asked for has room for them.
EXTRA_RANK = 90.0
#: Cases of a lower rank need nothing to be known, and show what the others are made from.
OPENING_RANK = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRequest:
    """A request that the plan sends, and why.

    Attributes:
        request: with values drawn from what the server showed.
        meaning: what it asks, a few words.
        covers: ids of the relations that it was planned for, in the order they asked for it.
        expects: condition that refuses it; None where it should succeed.
        priority: place in the order of telling, the lowest first.
        follows: most links to follow from its answer.
        link: pointer of the link in the body; empty where none is followed.
        repetition: 0, or the number of the repetition of an equal request.
    """

    request: Request
    meaning: str
    covers: tuple[str, ...]
    expects: ErrorRule | None = None
    priority: float = 50.0
    follows: int = 0
    link: str = ""
    repetition: int = 0

    @property
    def cost(self) -> int:
        """Requests that it sends."""
        return 1 + self.follows

    @property
    def key(self) -> str:
        """The same for cases that send the same."""
        request = self.request
        body = json.dumps(request.body, sort_keys=True, default=str)
        parts = (request.method, request.path, request.query, request.headers, body, request.raw_body)
        return repr((*parts, request.credential, self.repetition))

    def joined(self, other: PlannedRequest) -> PlannedRequest:
        """Return one case for both: it serves what each serves, at the better rank."""
        serves = (*self.covers, *(name for name in other.covers if name not in self.covers))
        longer = self if self.follows >= other.follows else other
        return replace(longer, covers=serves, priority=min(self.priority, other.priority), meaning=self.meaning)


def ask(operation: Operation, parameters: Mapping[str, Any] | None = None, credential: str = "key") -> Request:
    """Build the request that gives an operation these parameters, in its query or its body."""
    parameters = dict(parameters or {})
    if operation.has_body:
        return Request(
            operation_id=operation.id,
            method=operation.method,
            path=operation.path,
            body=parameters,
            credential=credential,
        )
    query: list[tuple[str, str]] = []
    for name, value in parameters.items():
        query += [(name, str(item)) for item in value] if isinstance(value, list) else [(name, str(value))]
    return Request(
        operation_id=operation.id,
        method=operation.method,
        path=operation.path,
        query=tuple(query),
        credential=credential,
    )


def typed_parameters(operation: Operation, request: Request) -> dict[str, Any]:
    """Return the parameters that a request gives an operation, of the types that the document says."""
    return {name: typed(operation, name, value) for name, value in request.parameters.items()}


def typed(operation: Operation, name: str, value: Any) -> Any:
    """Give a parameter's value, text where it comes from a query, the type that the document says."""
    parameter = operation.input(name)
    if parameter is None or operation.has_body:
        return value
    if parameter.is_array:
        return value if isinstance(value, list) else [value]
    if parameter.schema.get("type") == "integer" and isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    return value
