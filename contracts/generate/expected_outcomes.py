"""Which response the document requires for a request: success, a documented error, or undecided.

Generated, replayed and hand-written requests are all judged by this, so that no
generator's opinion decides. Where several conditions hold at once, the answer of
any of them will do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contracts.generate.parameter_validity import ParameterValidity
from contracts.generate.placeholders import Entities
from contracts.messages import Request
from oas.contract import Contract
from oas.operation import Input, Operation
from oas.vocabulary import ErrorRule

__all__ = ["Expectation", "ExpectedOutcomes"]


@dataclass(frozen=True, slots=True)
class Expectation:
    """Which response a request should get.

    Attributes:
        conditions: rules that refuse it for certain; empty where none does.
        allowed: rules of which any may be answered: those, and what a server may see in it as well.
        is_valid: it must succeed. Neither valid nor refused: anything documented will do.
        blamed: `parameter: keyword` of what refuses it, stable words.
    """

    conditions: tuple[ErrorRule, ...] = ()
    allowed: tuple[ErrorRule, ...] = ()
    is_valid: bool = False
    blamed: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The expectation in a few words: `2xx`, `400 INVALID_REQUEST`, or empty for none."""
        if self.is_valid:
            return "2xx"
        rules = self.allowed if self.conditions else ()
        return " or ".join(dict.fromkeys(f"{rule.status} {rule.error_code}" for rule in rules))


@dataclass(slots=True)
class _Findings:
    """What was found while a request was read."""

    conditions: list[ErrorRule] = field(default_factory=list)
    possible: list[ErrorRule] = field(default_factory=list)
    blamed: list[str] = field(default_factory=list)
    is_unclear: bool = False

    def add(self, rule: ErrorRule | None, blamed: str) -> None:
        """Note what refuses the request for certain; where the document has no rule for it, nothing is certain."""
        if rule is None:
            self.is_unclear = True
        else:
            self.conditions.append(rule)
            self.blamed.append(blamed)

    def doubt(self, rule: ErrorRule | None) -> None:
        """Note what a server may refuse or not."""
        self.is_unclear = True
        self.possible += [rule] if rule else []


class ExpectedOutcomes:
    """Says what requests deserve on one target.

    Args:
        document: the contract.
        entities: ids that exist there; of a type that is not listed nothing is expected.
    """

    def __init__(self, document: Contract, entities: Entities) -> None:
        self._document = document
        self._ids = {kind: frozenset(map(str, ids)) for kind, ids in entities.items()}
        self._fitness = {
            (operation.id, item.name): ParameterValidity(item, not operation.has_body)
            for operation in document.operations
            for item in operation.inputs
        }

    def of(self, request: Request) -> Expectation:
        """Return which response a request should get; its ids are real ones."""
        operation = self._operation(request)
        found = _Findings()
        if request.credential not in ("key", "created", "member"):
            found.add(self._document.error("unauthenticated"), "key")
        if operation is None:
            found.add(self._undocumented(request), "method")
        elif operation.has_body and (request.body is not None or request.raw_body is not None):
            self._judge_body(operation, request, found)
        else:
            self._judge_query(operation, request, found)
        conditions = tuple(dict.fromkeys(found.conditions))
        allowed = tuple(dict.fromkeys((*found.conditions, *found.possible)))
        is_valid = not conditions and not found.is_unclear
        return Expectation(conditions, allowed, is_valid, tuple(dict.fromkeys(found.blamed)))

    def fits(self, operation: Operation, name: str, value: Any) -> bool | None:
        """Say whether a value fits the parameter of that name; None where that is unclear or there is none."""
        fitness = self._fitness.get((operation.id, name))
        return fitness(value) if fitness else None

    def _operation(self, request: Request) -> Operation | None:
        operation = self._document.by_id.get(request.operation_id)
        is_same = operation is not None and (operation.method, operation.path) == (request.method, request.path)
        return operation if is_same else None

    def _undocumented(self, request: Request) -> ErrorRule | None:
        methods = {item.method for item in self._document.operations if item.path == request.path}
        if not methods:
            return None
        # HEAD and OPTIONS are often answered by the server's own machinery.
        is_plain = request.method not in ("HEAD", "OPTIONS", "TRACE", *methods)
        return self._document.error("unknown-method") if is_plain else None

    def _judge_query(self, operation: Operation, request: Request, found: _Findings) -> None:
        if operation.has_body:  # and none was sent
            if any(item.is_required for item in operation.inputs):
                found.doubt(self._document.error("invalid-request"))
            return
        has_type = any(name.lower() == "content-type" for name, _ in request.headers)
        if has_type or "{" in operation.path:
            found.doubt(self._document.error("invalid-request"))
        self._judge_parameters(operation, dict(request.parameters), found)

    def _judge_body(self, operation: Operation, request: Request, found: _Findings) -> None:
        rule, body = self._document.error("invalid-request"), request.body
        kind = request.content_type.partition(";")[0].strip().lower()
        if request.raw_body is not None:
            try:
                body = json.loads(request.raw_body)
            except (ValueError, RecursionError):
                found.add(rule, "body: malformed")
                return
        if kind != "application/json":
            found.doubt(rule)  # Many servers read JSON whatever it is called.
        if not isinstance(body, dict):
            found.add(rule, "body: type")
        else:
            self._judge_parameters(operation, body, found)

    def _judge_parameters(self, operation: Operation, given: dict[str, Any], found: _Findings) -> None:
        rule = self._document.error("invalid-request")
        fitting: dict[str, Any] = {}
        for parameter in operation.inputs:
            name = parameter.name
            if name not in given:
                if parameter.is_required:
                    found.add(rule, f"{name}: required")
                continue
            fits = self.fits(operation, name, given[name])
            if fits is None:
                found.doubt(rule)
            elif not fits:
                found.add(rule, f"{name}: {_keyword(parameter, given[name])}")
            else:
                fitting[name] = given[name]
        if any(operation.input(name) is None for name in given):
            found.doubt(rule)  # What the document does not name may be passed over or refused.
        for own, is_certain, blamed in self._own(operation, fitting):
            if is_certain:
                found.add(own, blamed)
            else:
                found.doubt(own)

    def _own(self, operation: Operation, given: dict[str, Any]) -> Iterator[tuple[ErrorRule, bool, str]]:
        """Yield the operation's own conditions that hold, or may hold, and whether they do for certain."""
        for rule in operation.errors:
            if rule.condition == "end-before-start" and rule.start in given and rule.end in given:
                if date.fromisoformat(given[rule.end]) < date.fromisoformat(given[rule.start]):
                    yield rule, True, f"{rule.end}: before {rule.start}"
            elif rule.condition == "unknown-entity" and rule.parameter in given:
                is_known = self._is_known(operation, rule.parameter, given[rule.parameter])
                if not is_known:
                    yield rule, is_known is False, f"{rule.parameter}: unknown"

    def _is_known(self, operation: Operation, name: str, value: Any) -> bool | None:
        parameter = operation.input(name)
        ids = self._ids.get(parameter.entity) if parameter else None
        values = value if isinstance(value, list) else [value]
        if ids is None:
            return True if values == [] else None
        strangers = [item for item in values if str(item) not in ids]
        if not strangers:
            return True
        # An empty id may be read as none, and a number may belong to somebody that the list does not show.
        is_telling = any(isinstance(item, str) and item.strip() for item in strangers)
        is_number = parameter is not None and parameter.schema.get("type") == "integer"
        return False if is_telling and not is_number else None


def _keyword(parameter: Input, value: Any) -> str:
    """Name what a value breaks, in words that do not change with the value."""
    schema = parameter.schema
    kind = schema.get("type")
    is_text = isinstance(value, str)
    if value is None or (kind == "integer" and is_text and not value.lstrip("-").isdecimal()):
        return "null" if value is None else "type"
    for keyword in ("enum", "format", "pattern", "minimum", "maximum"):
        if keyword in schema and (is_text or kind in ("integer", "number")):
            return keyword if is_text or not isinstance(value, dict | list | bool) else "type"
    return "type"
