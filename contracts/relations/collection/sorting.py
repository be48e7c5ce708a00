"""Sorting: items come in the order asked for, by default in the documented one, and no item is lost by it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from contracts.observations.comparison import agree
from contracts.observations.expected_rows import is_ordered, key_orders, order_of, page_of
from contracts.observations.observations import Observation, Observations
from contracts.relations.relation_check import CheckResult, Mismatch, RelationCheck, judged
from contracts.verdicts import Relation
from oas.contract import Contract
from oas.operation import Operation
from oas.pointers import get, join, tokens
from oas.vocabulary import Collection

__all__ = ["rules"]

_KIND = "collection"
_DIRECTIONS = ("asc", "desc")


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return the relations of every field and direction of every collection."""
    return tuple(
        rule
        for operation in document.operations
        if operation.collection and operation.id == operation.canonical_id
        for rule in _rules(operation, operation.collection)
    )


def _rules(operation: Operation, collection: Collection) -> Iterator[RelationCheck]:
    sort = collection.sort
    parameter = operation.input(sort.by)
    for field in sort.fields:
        for direction in _DIRECTIONS:
            meaning = f"Sorted by {field}, {direction}: keys never go against it."
            pointer = join(sort.pointer, "fields", field)
            relation = _relation("sorted", operation, f"{field}.{direction}", pointer, meaning)
            yield RelationCheck(relation, partial(_judge_sorted, operation.canonical_id, field, direction))
    meaning = f"Without {sort.by} and {sort.order} items come by {sort.default_by}, {sort.default_order}."
    assumed = parameter.assumed if parameter else ""
    pointer = join(sort.pointer, "default")
    relation = _relation("default-order", operation, "", pointer, meaning, assumed)
    yield RelationCheck(relation, partial(_judge_default, operation.canonical_id), is_universal=True)
    meaning = "Sorting changes the order of the items and nothing else."
    relation = _relation("equivalent", operation, sort.by, sort.pointer, meaning)
    yield RelationCheck(relation, partial(_judge_equivalent, operation.canonical_id))


def _relation(
    pattern: str, operation: Operation, detail: str, pointer: str, meaning: str, assumed: str = ""
) -> Relation:
    return Relation(
        id=f"{_KIND}.{pattern}[{operation.id}{':' if detail else ''}{detail}]",
        kind=_KIND,
        operation_id=operation.id,
        pointer=pointer,
        cost=2 if pattern == "equivalent" else 1,
        meaning=meaning,
        assumed=assumed,
    )


def _is_sorted(seen: Observation) -> bool:
    sort = seen.collection.sort
    return sort.by in seen.parameters or sort.order in seen.parameters


def _judge_sorted(
    family: str, field: str, direction: str, relation: Relation, observations: Observations
) -> CheckResult:
    asked = [
        item
        for item in observations.of_operation(family)
        if _is_sorted(item) and order_of(item.collection.sort, item.parameters) == (field, direction)
    ]
    return _judge_order(asked, field, direction, relation, observations)


def _judge_default(family: str, relation: Relation, observations: Observations) -> CheckResult:
    asked = [item for item in observations.of_operation(family) if not _is_sorted(item)]
    sort = asked[0].collection.sort if asked else None
    if sort is None:
        return CheckResult(reason="not asked")
    return _judge_order(asked, sort.default_by, sort.default_order, relation, observations)


def _judge_order(
    asked: list[Observation], field: str, direction: str, relation: Relation, observations: Observations
) -> CheckResult:
    def outcomes() -> Iterator[Mismatch | None]:
        for seen in asked:
            place = seen.collection.sort.fields[field]
            keys = [get(item, tokens(place)) for item in seen.items]
            if _distinct(keys) > 1:
                yield _order(seen, field, direction, keys)
            expected = _expected(seen, field, observations)
            if expected is not None and _distinct(expected) > 1:
                yield _slice(seen, field, direction, keys, expected)

    return judged(relation, outcomes(), "no answer has two different keys" if asked else "not asked")


def _distinct(keys: list[Any]) -> int:
    return len({str(key) for key in keys if key is not None})


def _order(seen: Observation, field: str, direction: str, keys: list[Any]) -> Mismatch | None:
    if is_ordered(keys, direction):
        return None
    title = f"{seen.case.meaning}: items are not in the order of {field}, {direction}"
    return Mismatch(title, f"{field} {'falling' if direction == 'desc' else 'rising'}", (seen,), field, keys[:8])


def _expected(seen: Observation, field: str, observations: Observations) -> list[Any] | None:
    """Return the keys of all items that a page was taken from; None where they are not all known."""
    rows = observations.passing(seen)
    if rows is None or seen.total != len(rows) or seen.is_whole:
        return None
    keys = [get(row, tokens(seen.collection.sort.fields[field])) for row in rows]
    return None if any(key is None for key in keys) else keys


def _slice(seen: Observation, field: str, direction: str, keys: list[Any], every: list[Any]) -> Mismatch | None:
    """Compare the keys of a page with those that all items, sorted, put there."""
    _, offset = page_of(seen.parameters, seen.collection, None)
    if len(every[offset : offset + len(keys)]) != len(keys):
        return None  # too many items, or too few, are no matter of order
    for order in key_orders(every):
        expected = sorted(every, key=order, reverse=direction == "desc")[offset : offset + len(keys)]
        if all(agree(*pair) for pair in zip(expected, keys, strict=True)):
            return None
    title = f"{seen.case.meaning}: the page does not hold the {len(keys)} items that {field}, {direction} puts there"
    return Mismatch(title, "the sorted items from the offset on", (seen,), f"page {field}", keys[:8])


def _judge_equivalent(family: str, relation: Relation, observations: Observations) -> CheckResult:
    asked = observations.of_operation(family)
    plain = [item for item in asked if not _is_sorted(item) and item.is_whole]

    def outcomes() -> Iterator[Mismatch | None]:
        for seen in asked:
            base = next((item for item in plain if item.filters == seen.filters), None)
            if base is None or not _is_sorted(seen) or not base.items:
                continue
            lost = set(base.ids) ^ set(seen.ids) if seen.is_whole else set()
            title = f"{seen.case.meaning}: {len(lost)} items differ from the unsorted answer"
            if seen.total != base.total:
                title = f"{seen.case.meaning}: the total is {seen.total}, without sorting {base.total}"
            is_same = not lost and seen.total == base.total
            yield None if is_same else Mismatch(title, "the same items", (base, seen), "items", seen.total)

    return judged(relation, outcomes(), "no sorted answer has one to compare with")
