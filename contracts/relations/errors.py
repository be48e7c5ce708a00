"""Error map: every input that `x-error` names is refused with its status and its error code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from contracts.messages import Request
from contracts.observations.cases import EXTRA_RANK, PlannedRequest, ask
from contracts.observations.known_values import KnownValues
from contracts.observations.observations import Observation, Observations
from contracts.relations.relation_check import CheckResult, Mismatch, RelationCheck, judged_each
from contracts.verdicts import Relation
from oas.contract import Contract
from oas.envelope import Envelope
from oas.operation import Input, Operation
from oas.pointers import get
from oas.vocabulary import ErrorRule

__all__ = ["cases", "refusal", "required_of", "rules"]

_KIND = "errors"
_NOWHERE = "/no-such-resource"
_DAY = date(2025, 5, 1)
#: Ranks of the first case of a condition in a form, and of its further cases.
_FIRST, _FURTHER = 8.2, EXTRA_RANK + 2


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return one relation for every condition, operation and parameter that it can be provoked by."""
    return tuple(
        RelationCheck(relation, partial(_judge, document.envelope))
        for relation, *_ in _conditions(document, _placeholder)
    )


def cases(known: KnownValues) -> tuple[PlannedRequest, ...]:
    """Return a request that provokes each condition, the first of each form before the others."""
    found: list[PlannedRequest] = []
    met: set[tuple[str, bool]] = set()
    for relation, rule, request, form in _conditions(known.document, partial(_stranger, known)):
        operation = known.document.by_id.get(request.operation_id)
        if operation is not None and operation.is_write and not known.allow_writes:
            continue
        rank = _FURTHER if (form, request.body is not None) in met else _FIRST + 1.1 * len(met)
        met.add((form, request.body is not None))
        meaning = f"refused: {relation.id.partition('.')[2]}"
        found.append(
            PlannedRequest(request=request, meaning=meaning, covers=(relation.id,), expects=rule, priority=rank)
        )
    return tuple(found)


def refusal(envelope: Envelope, seen: Observation) -> Mismatch | None:
    """Judge whether an answer refuses as its case expects; None where it does."""
    rule = seen.case.expects
    assert rule is not None
    reported = get(seen.body, envelope.error_code) if envelope.error_code else rule.error_code
    if seen.status == rule.status and reported == rule.error_code:
        return None
    operation = seen.operation.id if seen.operation else seen.exchange.request.path
    title = f"{operation}: {seen.case.meaning}: answered {seen.status} {reported or 'without an error code'}"
    shown = seen.answer.body[:160].decode("utf-8", "replace")
    return Mismatch(title, f"{rule.status} {rule.error_code}", (seen,), seen.case.covers[0], shown)


def _judge(envelope: Envelope, relation: Relation, observations: Observations) -> CheckResult:
    def check(seen: Observation) -> Iterator[Mismatch | None]:
        found = refusal(envelope, seen)
        yield found
        rule = seen.case.expects
        if (
            found is None
            and rule is not None
            and rule.condition == "unknown-method"
            and not seen.answer.header("allow")
        ):
            yield Mismatch("the answer has no Allow header", "the methods that the path takes", (seen,), "Allow")

    asked = [item for item in observations.judged if relation.id in item.case.covers and item.case.expects]
    return judged_each(relation, asked, check, "not asked")


#: Relation, rule, request and the name under which the condition counts as met once per form.
_Condition = tuple[Relation, ErrorRule, Request, str]


def _conditions(document: Contract, stranger: Any) -> Iterator[_Condition]:
    for operation in document.operations:
        for rule in operation.errors:
            if rule.condition == "unknown-entity":
                yield _unknown_entity(operation, rule, stranger)
            elif rule.condition == "end-before-start":
                yield _end_before_start(operation, rule, stranger)
    for rule in document.errors:
        if rule.condition == "unknown-path":
            request = Request(operation_id="", method="GET", path=_NOWHERE)
            yield _relation(rule, None, "", "A path that is not documented is refused."), rule, request, "path"
        elif rule.condition == "unknown-method":
            operation = next((item for item in document.operations if not item.is_write), document.operations[0])
            request = Request(operation_id="", method="PATCH", path=operation.path)
            yield _relation(rule, None, "", "A method that is not documented is refused."), rule, request, "method"
        elif rule.condition == "invalid-request":
            yield from _invalid(document, rule, stranger)


def _relation(rule: ErrorRule, operation: Operation | None, detail: str, meaning: str, assumed: str = "") -> Relation:
    operation_id = operation.id if operation else ""
    place = ":".join(part for part in (operation_id, detail) if part)
    return Relation(
        id=f"{_KIND}.{rule.condition}[{place}]" if place else f"{_KIND}.{rule.condition}",
        kind=_KIND,
        operation_id=operation_id,
        pointer=rule.pointer,
        cost=1,
        meaning=f"{meaning[:-1]}: {rule.status} {rule.error_code}.",
        assumed=rule.assumed or assumed,
    )


def _unknown_entity(operation: Operation, rule: ErrorRule, stranger: Any) -> _Condition:
    parameter = operation.input(rule.parameter)
    assert parameter is not None
    value = stranger(parameter)
    request = ask(operation, {**_required(operation, stranger), parameter.name: value})
    relation = _relation(rule, operation, rule.parameter, f"{operation.id} refuses an unknown {rule.parameter}.")
    return relation, rule, request, f"unknown {parameter.entity}"


def _end_before_start(operation: Operation, rule: ErrorRule, stranger: Any) -> _Condition:
    days = {rule.start: _DAY.isoformat(), rule.end: (_DAY - timedelta(days=1)).isoformat()}
    request = ask(operation, {**_required(operation, stranger, is_known=True), **days})
    relation = _relation(rule, operation, "", f"{operation.id} refuses an end before the start.")
    return relation, rule, request, "order"


def _invalid(document: Contract, rule: ErrorRule, stranger: Any) -> Iterator[_Condition]:
    for operation in document.operations:
        for parameter in operation.inputs:
            value = _wrong(operation, parameter)
            if value is not None:
                request = ask(operation, {**_required(operation, stranger, is_known=True), parameter.name: value})
                meaning = f"{operation.id} refuses {parameter.name} {value!r}."
                relation = _relation(rule, operation, parameter.name, meaning, parameter.assumed)
                yield relation, rule, request, "value"
            if parameter.is_required:
                meaning = f"{operation.id} refuses a request without {parameter.name}."
                relation = _relation(rule, operation, f"no {parameter.name}", meaning)
                yield relation, rule, ask(operation), "missing"
        if operation.has_body:
            request = replace(ask(operation), body=None, raw_body=b'{"')
            relation = _relation(rule, operation, "malformed", f"{operation.id} refuses a body that is not JSON.")
            yield relation, rule, request, "malformed"


def _wrong(operation: Operation, parameter: Input) -> Any:
    """Return a value that the schema of a parameter forbids; None where a query could not carry one."""
    schema = parameter.schema
    if parameter.enum:
        return "no-such-value"
    if schema.get("format") == "date":
        return "2025-02-30"
    if schema.get("type") == "integer":
        return schema["minimum"] - 1 if "minimum" in schema else "no-number"
    if operation.has_body and parameter.is_array:
        return "no-list"
    return 0 if operation.has_body else None


def required_of(known: KnownValues, operation: Operation) -> dict[str, Any]:
    """Return values, of known entities where there are any, for the parameters that a valid request must have."""
    return _required(operation, partial(_stranger, known), is_known=True)


def _required(operation: Operation, stranger: Any, is_known: bool = False) -> dict[str, Any]:
    return {item.name: stranger(item, is_known=is_known) for item in operation.inputs if item.is_required}


def _placeholder(parameter: Input, is_known: bool = False) -> Any:
    return [] if parameter.is_array else ""


def _stranger(known: KnownValues, parameter: Input, is_known: bool = False) -> Any:
    """Return a value for a parameter that names an entity: a known one, or one that nobody has."""
    ids = known.entities.get(parameter.entity, ())
    if is_known and ids:
        best = known.most_active(parameter.entity)
        return [best] if parameter.is_array else best
    if parameter.schema.get("type") == "integer":
        numbers = [item for item in ids if isinstance(item, int)]
        return max(numbers, default=0) + known.random("stranger").randrange(10**6, 10**7)
    name = f"unknown{known.random('stranger').getrandbits(64):016x}"
    return [*ids[:1], name] if parameter.is_array else name
