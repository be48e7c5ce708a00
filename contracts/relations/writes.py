"""Effect: what a write makes is new, works, and keeps what it was given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from contracts.observations.cases import PlannedRequest, ask
from contracts.observations.comparison import agree
from contracts.observations.known_values import KnownValues
from contracts.observations.observations import Observation, Observations
from contracts.relations.errors import required_of
from contracts.relations.relation_check import CheckResult, Mismatch, RelationCheck, judged
from contracts.verdicts import Relation
from oas.contract import Contract
from oas.operation import Input, Operation
from oas.pointers import get, join, tokens

__all__ = ["cases", "rules"]

_KIND = "effect"
_RANK = 18.0


#: Keywords that only some texts satisfy.
_OF_FORM = frozenset({"enum", "const", "format", "pattern", "minLength", "allOf", "anyOf", "oneOf", "not"})


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return the relations of every operation that makes a key, and of every write that repeats what it was given."""
    return tuple(
        rule for operation in document.operations if operation.is_write for rule in _rules(document, operation)
    )


def _rules(document: Contract, operation: Operation) -> Iterator[RelationCheck]:
    pointer = join(operation.pointer, "x-effect")
    if _secret(operation) and _witness(document) is not None:
        meaning = f"A key that {operation.id} makes works at once."
        yield RelationCheck(_relation("works", operation, "", pointer, 2, meaning), _judge_works)
        meaning = f"{operation.id} never makes the same key twice."
        yield RelationCheck(_relation("new", operation, "", pointer, 2, meaning), partial(_judge_new, operation))
    for parameter in operation.inputs:
        if _place(operation, parameter):
            meaning = f"{operation.id} keeps the {parameter.name} that it was given."
            relation = _relation("keeps", operation, parameter.name, parameter.pointer, 1, meaning)
            yield RelationCheck(relation, partial(_judge_keeps, operation, parameter))


def _relation(pattern: str, operation: Operation, detail: str, pointer: str, cost: int, meaning: str) -> Relation:
    name = f"{_KIND}.{pattern}[{operation.id}{':' if detail else ''}{detail}]"
    return Relation(id=name, kind=_KIND, operation_id=operation.id, pointer=pointer, cost=cost, meaning=meaning)


def _secret(operation: Operation) -> str:
    rule = operation.success
    return next(iter(rule.annotations.secrets), "") if rule else ""


def _witness(document: Contract) -> Operation | None:
    """Return a read that needs nothing but a key."""
    reads = (item for item in document.operations if item.is_askable and not item.is_write)
    return next((item for item in reads if not item.inputs), None)


def _place(operation: Operation, parameter: Input) -> str:
    """Return where the success repeats a parameter: the member of the same name; empty for nowhere."""
    rule = operation.success
    fields = sorted(rule.annotations.fields) if rule else []
    return next((place for place in fields if tokens(place)[-1] == parameter.name and "*" not in place), "")


def cases(known: KnownValues) -> tuple[PlannedRequest, ...]:
    """Return one write with every parameter, one with none, and a read with the key that came."""
    found: list[PlannedRequest] = []
    witness = _witness(known.document)
    for operation in known.document.operations if known.allow_writes else ():
        if operation.is_write:
            keeps = tuple(f"{_KIND}.keeps[{operation.id}:{item.name}]" for item in operation.inputs)
            own, given = required_of(known, operation), _given(known, operation)
            new = (f"{_KIND}.new[{operation.id}]",) if _secret(operation) else ()
            found.append(
                PlannedRequest(
                    request=ask(operation, given), meaning="with everything", covers=(*keeps, *new), priority=_RANK
                )
            )
            if _secret(operation) and witness is not None:
                works = (f"{_KIND}.works[{operation.id}]",)
                request = ask(witness, {}, "created")
                found.append(
                    PlannedRequest(request=request, meaning="the key just made", covers=works, priority=_RANK + 0.1)
                )
                plain = PlannedRequest(request=ask(operation, own), meaning="with nothing", covers=new, priority=41.0)
                found.append(replace(plain, repetition=0))
    return tuple(found)


def _given(known: KnownValues, operation: Operation) -> dict[str, Any]:
    """Choose values for all parameters: known entities, else texts, where any text will do."""
    given: dict[str, Any] = {}
    for parameter in operation.inputs:
        ids = known.entities.get(parameter.entity, ()) if parameter.entity else ()
        if ids:
            given[parameter.name] = ids[0]
        elif (
            parameter.schema.get("type") == "string" and not parameter.entity and not _OF_FORM & parameter.schema.keys()
        ):
            text = f"contract run {known.random('text').randrange(10**6):06} – é ✓"
            if len(text) <= parameter.schema.get("maxLength", len(text)):
                given[parameter.name] = text
    return given


def _judge_works(relation: Relation, observations: Observations) -> CheckResult:
    asked = [item for item in observations.judged if item.exchange.request.credential == "created"]

    def outcomes() -> Iterator[Mismatch | None]:
        for seen in asked:
            title = f"the created key was answered {seen.status}"
            shown = seen.answer.body[:160].decode("utf-8", "replace")
            yield None if seen.is_success else Mismatch(title, "a 2xx answer", (seen,), "status", shown)

    return judged(relation, outcomes(), "no created key was used")


def _judge_new(operation: Operation, relation: Relation, observations: Observations) -> CheckResult:
    place = tokens(_secret(operation))
    made = [(str(value), seen) for seen in observations.of(operation) if (value := get(seen.body, place))]
    if len(made) < 2:
        return CheckResult(reason="fewer than two keys were made")

    def outcomes() -> Iterator[Mismatch | None]:
        known: dict[str, Observation] = {}
        for value, seen in made:
            # What is secret has a mark of its own, the same for the same value.
            before = known.setdefault(value, seen)
            title = "two requests made the same key"
            yield None if before is seen else Mismatch(title, "another key each time", (before, seen), "key", value)

    return judged(relation, outcomes(), "")


def _judge_keeps(operation: Operation, parameter: Input, relation: Relation, observations: Observations) -> CheckResult:
    place = _place(operation, parameter)

    def outcomes() -> Iterator[Mismatch | None]:
        for seen in observations.of(operation):
            if parameter.name in seen.parameters:
                sent, reported = seen.parameters[parameter.name], get(seen.body, tokens(place))
                title = f"{place} is {reported!r}, given was {sent!r}"
                yield None if agree(sent, reported) else Mismatch(title, f"{sent!r}", (seen,), place, reported)

    return judged(relation, outcomes(), f"{operation.id} was not given a {parameter.name}")
