"""Identity: one entity has one set of values, wherever it appears; listed ids open; a directory misses nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from contracts.observations.cases import PlannedRequest, ask
from contracts.observations.comparison import agree, differences
from contracts.observations.expected_rows import values_of
from contracts.observations.known_values import KnownValues
from contracts.observations.observations import EntityValue, Observation, Observations
from contracts.relations.relation_check import CheckResult, Mismatch, RelationCheck, judged
from contracts.verdicts import Relation
from oas.annotations import EntityAnnotation
from oas.contract import Contract
from oas.operation import Input, Operation
from oas.pointers import get, pattern_of, tokens

__all__ = ["cases", "rules"]

_KIND = "identity"
#: Ranks of the first opened id, and the step to each further one.
_OPEN_RANK, _OPEN_STEP = 8.5, 3.0


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return the relations of every kind of entity."""
    return (*_attribute_rules(document), *_item_rules(document), *_open_rules(document), *_directory_rules(document))


def _attribute_rules(document: Contract) -> Iterator[RelationCheck]:
    marks: defaultdict[tuple[str, str], dict[str, EntityAnnotation]] = defaultdict(dict)
    for operation in document.operations:
        for mark in operation.success.annotations.marks if operation.success else ():
            marks[mark.type, mark.attribute].setdefault(f"{operation.canonical_id} {mark.at}", mark)
    for (kind, attribute), found in marks.items():
        if attribute != "id":
            mark = next(iter(found.values()))
            meaning = f"The {attribute} of a {kind} is the same wherever it appears."
            relation = _relation("same", f"{kind}:{attribute}", "", mark.pointer, meaning)
            yield RelationCheck(relation, partial(_judge_same, kind, attribute), is_universal=True)


def _item_rules(document: Contract) -> Iterator[RelationCheck]:
    for operation in document.operations:
        if operation.collection and operation.id == operation.canonical_id:
            meaning = f"An item of {operation.id} is the same on every page, under every filter and order."
            pointer = f"{operation.collection.pointer}/identity"
            relation = _relation("item", operation.id, operation.id, pointer, meaning)
            yield RelationCheck(relation, partial(_judge_items, operation.id), is_universal=True)


def _open_rules(document: Contract) -> Iterator[RelationCheck]:
    for operation in document.operations:
        for parameter in operation.inputs:
            if parameter.entity and not operation.is_write:
                meaning = f"Every listed {parameter.entity} can be given to {operation.id} as {parameter.name}."
                detail = f"{operation.id}:{parameter.name}"
                relation = _relation("opens", detail, operation.id, parameter.pointer, meaning)
                yield RelationCheck(relation, partial(_judge_opens, operation, parameter), is_universal=True)


def _directory_rules(document: Contract) -> Iterator[RelationCheck]:
    for operation in document.operations:
        for mark in _directories(operation):
            meaning = f"{mark.scope[:-2]} of {operation.id}, which takes no parameters, lists every {mark.type}."
            relation = _relation("directory", f"{operation.id}:{mark.type}", operation.id, mark.pointer, meaning)
            yield RelationCheck(relation, partial(_judge_directory, operation, mark), is_universal=True)


def _directories(operation: Operation) -> list[EntityAnnotation]:
    """List the arrays of entities of an operation without parameters: nothing can have left anyone out."""
    rule = operation.success
    if operation.inputs or operation.is_write or rule is None:
        return []
    return [mark for mark in rule.annotations.marks if mark.attribute == "id" and mark.scope.endswith("/*")]


def _relation(pattern: str, detail: str, operation_id: str, pointer: str, meaning: str) -> Relation:
    name = f"{_KIND}.{pattern}[{detail}]"
    return Relation(id=name, kind=_KIND, operation_id=operation_id, pointer=pointer, cost=2, meaning=meaning)


def cases(known: KnownValues) -> tuple[PlannedRequest, ...]:
    """Open a seeded sample of listed ids that covers every value of every listed attribute with few values."""
    found: list[PlannedRequest] = []
    for operation in known.document.operations:
        for parameter in operation.inputs:
            if parameter.entity and parameter.is_required and not parameter.is_array:
                sample = _sample(known, parameter.entity)
                serves = (f"{_KIND}.opens[{operation.id}:{parameter.name}]",)
                for place, identity in enumerate(sample):
                    request = ask(operation, {parameter.name: identity})
                    meaning, rank = f"open {identity}", _OPEN_RANK + _OPEN_STEP * place
                    found.append(PlannedRequest(request=request, meaning=meaning, covers=serves, priority=rank))
    return tuple(found)


def _sample(known: KnownValues, kind: str) -> list[Any]:
    """Choose ids until every value of every attribute whose values the document lists is covered."""
    ids = list(known.entities.get(kind, ()))
    known.random("sample").shuffle(ids)
    listed = _listed_attributes(known.document, kind)
    traits = {identity: _traits(known.attributes.get((kind, identity), {}), listed) for identity in ids}
    missing = {trait for found in traits.values() for trait in found}
    # The first is opened anyway, for all that needs one that is known.
    sample = [known.most_active(kind)] if ids else []
    while True:
        for identity in sample[-1:]:
            missing -= traits[identity]
            ids.remove(identity)
        best = max(ids, key=lambda identity: len(missing & traits[identity]), default=None)
        if best is None or not missing & traits[best]:
            return sample if len(sample) > 1 else [*sample, *ids[:2]]
        sample.append(best)


def _listed_attributes(document: Contract, kind: str) -> set[str]:
    facts = [operation.success.annotations for operation in document.operations if operation.success]
    return {
        mark.attribute
        for item in facts
        for mark in item.marks
        if mark.type == kind and "enum" in item.shapes.get(mark.at, {})
    }


def _traits(attributes: Mapping[str, Any], listed: set[str]) -> set[tuple[str, str]]:
    return {(name, value) for name, value in attributes.items() if name in listed and isinstance(value, str)}


def _judge_same(kind: str, attribute: str, relation: Relation, observations: Observations) -> CheckResult:
    def outcomes() -> Iterator[Mismatch | None]:
        for (found, identity), attributes in observations.entity_values.items():
            if found == kind:
                reported = [item for item in attributes.get(attribute, ()) if _is_comparable(item)]
                yield from _compare(f"{kind} {identity}", attribute, reported)

    return judged(relation, outcomes(), f"no {attribute} of a {kind} was seen twice")


def _is_comparable(reported: EntityValue) -> bool:
    return not any(name in reported.seen.parameters for name in reported.mark.unless)


def _compare(entity: str, attribute: str, reported: list[EntityValue]) -> Iterator[Mismatch | None]:
    for other in reported[1:]:
        first = reported[0]
        if agree(first.value, other.value):
            yield None
            continue
        place = pattern_of(other.pointer)
        title = f"{attribute} of {entity} is {first.value!r} at {first.pointer} and {other.value!r} at {other.pointer}"
        yield Mismatch(
            title[:300], "the same value", (first.seen, other.seen), f"{_name(other.seen)} {place}", other.value
        )


def _name(seen: Observation) -> str:
    return seen.operation.canonical_id if seen.operation else ""


def _judge_items(family: str, relation: Relation, observations: Observations) -> CheckResult:
    def outcomes() -> Iterator[Mismatch | None]:
        known: dict[Any, tuple[Any, Observation]] = {}
        for seen in observations.of_operation(family):
            path, place = tokens(seen.collection.identity), seen.collection.items
            fields = seen.annotations.fields

            def skip(at: str, place: str = place, fields: set[str] = fields) -> bool:
                return not at.endswith("/*") and f"{place}/*{at}" not in fields

            for item in seen.items:
                identity = get(item, path)
                before = known.setdefault(identity, (item, seen)) if isinstance(identity, str | int) else None
                if before is not None and before[1] is not seen:
                    found = next(differences(before[0], item, skip), None)
                    yield _changed(identity, found, before[1], seen) if found else None

    return judged(relation, outcomes(), "no item was seen in two answers")


def _changed(identity: Any, found: tuple[str, Any, Any], before: Observation, seen: Observation) -> Mismatch:
    at, left, right = found
    title = f"{at} of the item {identity} is {left!r} in one answer and {right!r} in another"
    return Mismatch(title[:300], "the same item", (before, seen), pattern_of(at), right)


def _judge_opens(operation: Operation, parameter: Input, relation: Relation, observations: Observations) -> CheckResult:
    listed = set(observations.entities(parameter.entity))
    asked = [item for item in observations.judged if item.operation is operation and item.case.expects is None]

    def outcomes() -> Iterator[Mismatch | None]:
        for seen in asked:
            value = seen.parameters.get(parameter.name)
            wanted = values_of(value)
            if wanted and wanted <= listed:
                yield _opened(seen, parameter, value)

    return judged(relation, outcomes(), f"no listed {parameter.entity} was given")


def _opened(seen: Observation, parameter: Input, value: Any) -> Mismatch | None:
    if not seen.is_success:
        title = f"the listed {parameter.entity} {value!r} was answered {seen.status}"
        return Mismatch(title, "a 2xx answer", (seen,), f"status {seen.status}", seen.status)
    if parameter.is_array:
        return None
    marks = [mark for mark in seen.annotations.marks if mark.type == parameter.entity and mark.attribute == "id"]
    for mark in marks:
        reported = get(seen.body, tokens(mark.at)) if "*" not in mark.at else value
        if not agree(reported, value):
            title = f"{mark.at} is {reported!r}, asked for was {value!r}"
            return Mismatch(title, f"{value!r}", (seen,), mark.at, reported, mark.pointer)
    return None


def _judge_directory(
    operation: Operation, mark: EntityAnnotation, relation: Relation, observations: Observations
) -> CheckResult:
    seen = observations.of(operation)
    reported = {
        identity: found["id"] for (kind, identity), found in observations.entity_values.items() if kind == mark.type
    }

    def outcomes() -> Iterator[Mismatch | None]:
        for directory in seen:
            listed = {item.value for found in reported.values() for item in found if item.seen is directory}
            for identity, found in reported.items():
                elsewhere = next((item for item in found if item.seen.operation is not operation), None)
                if elsewhere is not None:
                    title = f"the {mark.type} {identity!r} of {elsewhere.pointer} is not listed"
                    shown = Mismatch(title, "listed", (elsewhere.seen, directory), mark.type, identity, mark.pointer)
                    yield None if identity in listed else shown

    return judged(relation, outcomes(), f"no {mark.type} was seen elsewhere" if seen else "not asked")
