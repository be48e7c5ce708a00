"""Counts: figures of another operation equal the total of the collection under the same filters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from contracts.observations.observations import Observation, Observations
from contracts.relations.relation_check import CheckResult, Mismatch, RelationCheck, judged
from contracts.verdicts import Relation
from oas.contract import Contract
from oas.operation import Operation
from oas.pointers import get
from oas.vocabulary import Collection, Count

__all__ = ["rules"]

_KIND = "collection"


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return one relation for every figure that counts a collection."""
    return tuple(
        _rule(operation, operation.collection, count)
        for operation in document.operations
        if operation.collection and operation.id == operation.canonical_id
        for count in operation.collection.counts
    )


def _rule(operation: Operation, collection: Collection, count: Count) -> RelationCheck:
    where = ", ".join(f"{name} {value}" for name, value in count.where.items()) or "no filter"
    relation = Relation(
        id=f"{_KIND}.counted[{count.operation_id}:{count.figure}]",
        kind=_KIND,
        operation_id=count.operation_id,
        pointer=count.pointer,
        cost=2,
        meaning=f"{count.figure} of {count.operation_id} is the total of {operation.id} with {where}.",
    )
    return RelationCheck(relation, partial(_judge, operation, count))


def _judge(operation: Operation, count: Count, relation: Relation, observations: Observations) -> CheckResult:
    figures = observations.of_operation(count.operation_id)
    totals = observations.of_operation(operation.canonical_id)

    def outcomes() -> Iterator[Mismatch | None]:
        for figure in figures:
            shared = _shared(figure, operation)
            if shared is None:
                continue
            wanted = {**shared, **count.where}
            base = next((item for item in totals if dict(item.filters) == wanted), None)
            if base is not None and base.total is not None:
                yield _compare(count, figure, (base, figure), base.total)
            else:
                yield from _by_rows(operation, count, figure, observations)

    return judged(relation, outcomes(), "no figure and total of the same selection were seen")


def _by_rows(
    operation: Operation, count: Count, figure: Observation, observations: Observations
) -> Iterator[Mismatch | None]:
    """Count all rows, once seen, where the total was not asked for."""
    shared = _shared(figure, operation)
    plain = next((item for item in observations.of_operation(operation.canonical_id) if not item.filters), None)
    if plain is not None and shared is not None:
        expected = observations.passing(plain, {**shared, **count.where})
        if expected is not None:
            yield _compare(count, figure, (plain, figure), len(expected))


def _compare(count: Count, figure: Observation, shown: tuple[Observation, ...], expected: int) -> Mismatch | None:
    value = get(figure.body, count.figure)
    if value == expected and not isinstance(value, bool):
        return None
    return Mismatch(f"{count.figure} is {value!r}", f"{expected}, the total of the list", shown, count.figure, value)


def _shared(figure: Observation, operation: Operation) -> dict[str, object] | None:
    """Return the entities that a figure was asked for, as filters of the collection; None where there are none such."""
    if figure.operation is None or operation.collection is None:
        return None
    found: dict[str, object] = {}
    for name, value in figure.parameters.items():
        parameter = figure.operation.input(name)
        if parameter is not None and parameter.entity and value != []:
            if operation.collection.filter_of(name) is None:
                return None
            found[name] = value
    return found
