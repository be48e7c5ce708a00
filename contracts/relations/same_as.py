"""Same-as: the body form of an operation answers like its query form, and a repeated request like the first."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from contracts.observations.cases import EXTRA_RANK, PlannedRequest, ask
from contracts.observations.comparison import differences
from contracts.observations.known_values import KnownValues
from contracts.observations.observations import Observation, Observations
from contracts.relations.collection.links import same_link
from contracts.relations.errors import required_of
from contracts.relations.relation_check import CheckResult, Mismatch, RelationCheck, judged
from contracts.verdicts import Relation
from oas.contract import Contract
from oas.operation import Operation
from oas.pointers import join, pattern_of

__all__ = ["cases", "compare", "rules"]

_KIND = "same_as"
_OWN = ("key", "created")
_MOST_PLACES = 5


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return one relation for every body form, and one for the repetition of every read."""
    found: list[RelationCheck] = []
    passing = frozenset((document.envelope.request_id, document.envelope.stamp))
    for operation in document.operations:
        if operation.same_as:
            meaning = f"{operation.id} answers like {operation.same_as} with the same parameters."
            relation = _relation("equal", operation, join(operation.pointer, "x-same-as"), meaning)
            found.append(RelationCheck(relation, partial(_judge_forms, operation, passing)))
        if not operation.is_write:
            meaning = f"The same request to {operation.id} is answered the same again."
            relation = _relation("repeated", operation, operation.pointer, meaning)
            found.append(RelationCheck(relation, partial(_judge_repeated, operation, passing)))
    return tuple(found)


def _relation(pattern: str, operation: Operation, pointer: str, meaning: str) -> Relation:
    name = f"{_KIND}.{pattern}[{operation.id}]"
    return Relation(id=name, kind=_KIND, operation_id=operation.id, pointer=pointer, cost=2, meaning=meaning)


def cases(known: KnownValues) -> tuple[PlannedRequest, ...]:
    """Return every read with no more than it must have, body forms beside query forms, then each once more."""
    found: list[PlannedRequest] = []
    for place, operation in enumerate(item for item in known.document.operations if not item.is_write):
        request = ask(operation, required_of(known, operation))
        if any(item.is_required and not known.entities.get(item.entity) for item in operation.inputs):
            continue
        equal = (f"{_KIND}.equal[{operation.id}]",) if operation.same_as else ()
        repeated = (f"{_KIND}.repeated[{operation.id}]",)
        rank = _opening_rank(operation) + place / 10
        first = PlannedRequest(request=request, meaning="no parameters", covers=(*equal, *repeated), priority=rank)
        again = (40.0 if _is_telling(operation) else EXTRA_RANK) + place / 10
        found += [first, replace(first, repetition=1, covers=repeated, meaning="the same again", priority=again)]
    return tuple(found)


def _is_telling(operation: Operation) -> bool:
    """Whether the plan repeats a request: body forms repeat their query form, and a created key repeats a directory."""
    return not operation.same_as and bool(operation.inputs) and not any(p.is_required for p in operation.inputs)


def _opening_rank(operation: Operation) -> float:
    """Lists tell most, by what they hold; their body form shows the most of the rest."""
    if operation.collection:
        return 3.0 if operation.same_as else 0.0
    return 3.5 if operation.same_as else 1.0


def _judge_forms(
    operation: Operation, passing: frozenset[str], relation: Relation, observations: Observations
) -> CheckResult:
    own = _by_parameters(observations.of(operation))
    others = _by_parameters(observations.of(observations.document.by_id[operation.same_as]))
    pairs = ((others[key][0], own[key][0]) for key in own if key in others)
    outcomes = (outcome for first, second in pairs for outcome in compare(first, second, passing))
    return judged(relation, outcomes, "no two forms were asked with the same parameters")


def _judge_repeated(
    operation: Operation, passing: frozenset[str], relation: Relation, observations: Observations
) -> CheckResult:
    groups = _by_parameters(observations.of(operation)).values()
    pairs = ((group[0], later) for group in groups for later in group[1:])
    outcomes = (outcome for first, second in pairs for outcome in compare(first, second, passing))
    return judged(relation, outcomes, "no request was repeated")


def _by_parameters(seen: Iterable[Observation]) -> dict[str, list[Observation]]:
    groups: defaultdict[str, list[Observation]] = defaultdict(list)
    for item in seen:
        if item.exchange.request.credential in _OWN:
            given = {name: value for name, value in item.parameters.items() if value != []}
            groups[json.dumps(given, sort_keys=True)].append(item)
    return groups


def compare(first: Observation, second: Observation, passing: frozenset[str]) -> Iterator[Mismatch | None]:
    """Judge whether two answers of one operation say the same.

    Args:
        first: an answer.
        second: another.
        passing: places that are of the answer itself, such as its identity and its moment.
    """
    places = list(_differing(first, second, passing))
    for at, left, right in places[:_MOST_PLACES]:
        title = f"{at} differs: {left!r} by {_name(first)}, {right!r} by {_name(second)}"[:300]
        yield Mismatch(title, "the same answer", (first, second), at, right)
    if not places:
        yield None


def _name(seen: Observation) -> str:
    operation = seen.operation
    return f"{operation.method if operation else '?'} #{seen.number}"


def _differing(first: Observation, second: Observation, passing: frozenset[str]) -> Iterator[tuple[str, Any, Any]]:
    facts = first.annotations
    links = (first.collection.page.next, first.collection.page.previous) if _has_pages(first) else ()

    def skip(place: str) -> bool:
        return place in passing or (place not in facts.fields and not place.endswith("/*"))

    for at, left, right in differences(first.body, second.body, skip):
        if pattern_of(at) not in links or not same_link(left, right):
            yield at, left, right


def _has_pages(seen: Observation) -> bool:
    return seen.operation is not None and seen.operation.collection is not None
