"""Filters: what comes passes them, different values share nothing, and all values together miss nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from contracts.observations.expected_rows import chosen, matches, values_of
from contracts.observations.observations import Observation, Observations
from contracts.relations.relation_check import CheckResult, Mismatch, RelationCheck, judged, judged_each
from contracts.verdicts import Relation
from oas.contract import Contract
from oas.operation import Operation
from oas.pointers import get, tokens
from oas.vocabulary import Collection, Filter

__all__ = ["rules"]

_KIND = "collection"


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return the relations of every filter of every collection."""
    found: list[RelationCheck] = []
    for operation in document.operations:
        collection = operation.collection
        if collection is not None:
            found += [_subset(operation, rule) for rule in collection.filters]
            if collection.echo:
                found.append(_echo(operation, collection))
            if operation.id == operation.canonical_id:
                found += [item for rule in collection.filters for item in _family_rules(operation, rule)]
                found.append(_combined(operation, collection))
    return tuple(found)


def _subset(operation: Operation, rule: Filter) -> RelationCheck:
    meaning = f"Every item that {operation.id} returns for a {rule.parameter} passes it."
    return RelationCheck(
        _relation("subset", operation, rule, 1, meaning), partial(_judge_subset, operation, rule), is_single=True
    )


def _family_rules(operation: Operation, rule: Filter) -> Iterator[RelationCheck]:
    family = operation.canonical_id
    if rule.match in ("equal", "one-of"):
        meaning = f"No item comes for two different values of {rule.parameter}."
        yield RelationCheck(_relation("disjoint", operation, rule, 2, meaning), partial(_judge_disjoint, family, rule))
    parameter = operation.input(rule.parameter)
    values = len(parameter.enum) if parameter else 0
    meaning = f"{rule.parameter} misses nothing: every item that passes comes, and all values together give all items."
    relation = _relation("complete", operation, rule, 1 + max(values, 1), meaning)
    yield RelationCheck(relation, partial(_judge_complete, operation, rule))
    if rule.match.startswith("on-or-"):
        meaning = f"The day given as {rule.parameter} is itself included."
        yield RelationCheck(
            _relation("inclusive", operation, rule, 2, meaning), partial(_judge_inclusive, family, rule)
        )


def _relation(pattern: str, operation: Operation, rule: Filter, cost: int, meaning: str) -> Relation:
    return Relation(
        id=f"{_KIND}.{pattern}[{operation.id}:{rule.parameter}]",
        kind=_KIND,
        operation_id=operation.id,
        pointer=rule.pointer,
        cost=cost,
        meaning=meaning,
        assumed=rule.assumed,
    )


def _whole_relation(pattern: str, operation: Operation, collection: Collection, cost: int, meaning: str) -> Relation:
    return Relation(
        id=f"{_KIND}.{pattern}[{operation.id}]",
        kind=_KIND,
        operation_id=operation.id,
        pointer=collection.pointer,
        cost=cost,
        meaning=meaning,
        assumed=collection.assumed if pattern == "combined" else "",
    )


def _judge_subset(operation: Operation, rule: Filter, relation: Relation, observations: Observations) -> CheckResult:
    def check(seen: Observation) -> Iterator[Mismatch | None]:
        wanted = seen.filters[rule.parameter]
        for item in seen.items:
            if matches(rule, item, wanted):
                yield None
                continue
            value = get(item, tokens(rule.item))
            title = f"an item with {rule.item} {value!r} came for {rule.parameter} {wanted!r}"
            yield Mismatch(title, f"only items that pass ({rule.match})", (seen,), rule.parameter, value)

    asked = [item for item in observations.of(operation) if rule.parameter in item.filters]
    return judged_each(relation, asked, check, f"no item came for any {rule.parameter}" if asked else "not asked")


def _judge_disjoint(family: str, rule: Filter, relation: Relation, observations: Observations) -> CheckResult:
    asked = [item for item in observations.of_operation(family) if set(item.filters) == {rule.parameter} and item.ids]

    def outcomes() -> Iterator[Mismatch | None]:
        for place, first in enumerate(asked):
            for second in asked[place + 1 :]:
                left, right = first.filters[rule.parameter], second.filters[rule.parameter]
                if _share_nothing(left, right):
                    yield _overlap(rule, first, second)

    return judged(relation, outcomes(), "no two values that share nothing gave items")


def _share_nothing(left: Any, right: Any) -> bool:
    if isinstance(left, list) and isinstance(right, list):
        return not any(item in right for item in left)
    return bool(left != right)


def _overlap(rule: Filter, first: Observation, second: Observation) -> Mismatch | None:
    both = set(first.ids) & set(second.ids)
    if not both:
        return None
    values = f"{first.filters[rule.parameter]!r} and {second.filters[rule.parameter]!r}"
    title = f"{len(both)} items came for {rule.parameter} {values}"
    return Mismatch(title, "no item for both", (first, second), rule.parameter, sorted(map(str, both))[0])


def _judge_complete(operation: Operation, rule: Filter, relation: Relation, observations: Observations) -> CheckResult:
    family = operation.canonical_id
    alone = [item for item in observations.of_operation(family) if set(item.filters) == {rule.parameter}]
    outcomes = [*_by_values(operation, rule, alone, observations), *_by_rows(family, alone, observations)]
    reason = "not all items were seen, nor was every value asked for" if alone else "not asked"
    return judged(relation, outcomes, reason)


def _by_values(
    operation: Operation, rule: Filter, alone: list[Observation], observations: Observations
) -> Iterator[Mismatch | None]:
    """Compare the totals of all values with the total of everything."""
    parameter = operation.input(rule.parameter)
    plain = next((item for item in observations.of_operation(operation.canonical_id) if not item.filters), None)
    if parameter is None or plain is None or plain.total is None:
        return
    wanted = set(observations.entities(parameter.entity)) if parameter.entity else set(parameter.enum)
    parts: list[Observation] = []
    for item in alone:
        values = values_of(item.filters[rule.parameter])
        if values and values <= wanted and item.total is not None:
            wanted -= values
            parts.append(item)
    if not parts or wanted or not (parameter.entity or parameter.enum):
        return
    total = sum(item.total or 0 for item in parts)
    title = f"all values of {rule.parameter} together give {total} items, no {rule.parameter} gives {plain.total}"
    yield None if total == plain.total else Mismatch(title, str(plain.total), (plain, *parts), "values", total)


def _by_rows(family: str, asked: list[Observation], observations: Observations) -> Iterator[Mismatch | None]:
    """Compare each answer with what all rows, once seen, say that it must hold."""
    rows = observations.complete_listings.get(family)
    plain = [item for item in observations.of_operation(family) if not item.filters]
    for seen in asked:
        expected = observations.passing(seen)
        if rows is not None and expected is not None:
            yield _against(seen, expected, len(rows), plain[0])


def _against(seen: Observation, expected: list[Any], every: int, plain: Observation) -> Mismatch | None:
    asked = ", ".join(f"{name}={value}" for name, value in seen.filters.items())
    path = tokens(seen.collection.identity)
    names = ",".join(sorted(seen.filters))
    if seen.total != len(expected):
        title = f"{asked} has a total of {seen.total}, yet {len(expected)} of all {every} items pass"
        return Mismatch(title, f"{len(expected)}", (plain, seen), f"total {names}", seen.total)
    missing = {get(row, path) for row in expected} - set(seen.ids) if seen.is_whole else set()
    if missing:
        title = f"{asked} misses {len(missing)} items that pass"
        return Mismatch(title, "every item that passes", (plain, seen), f"missing {names}", min(map(str, missing)))
    return None


def _judge_inclusive(family: str, rule: Filter, relation: Relation, observations: Observations) -> CheckResult:
    every = observations.of_operation(family)
    asked = [item for item in every if rule.parameter in item.filters and item.is_whole]
    rows = observations.rows(family)

    def outcomes() -> Iterator[Mismatch | None]:
        for seen in asked:
            edge = seen.filters[rule.parameter]
            for row in chosen(seen.collection, rows.values(), seen.filters):
                if str(get(row, tokens(rule.item)))[:10] == edge:
                    yield _included(rule, seen, get(row, tokens(seen.collection.identity)), every)

    return judged(relation, outcomes(), "no item lies on a day that was asked for" if asked else "not asked")


def _included(rule: Filter, seen: Observation, identity: Any, every: tuple[Observation, ...]) -> Mismatch | None:
    if identity in seen.ids:
        return None
    source = next(item for item in every if identity in item.ids)
    title = f"an item of the day {seen.filters[rule.parameter]}, given as {rule.parameter}, is not in the answer"
    return Mismatch(title, "it is", (source, seen), rule.parameter, identity)


def _combined(operation: Operation, collection: Collection) -> RelationCheck:
    meaning = "Two or more filters together give exactly the items that pass each of them."
    relation = _whole_relation("combined", operation, collection, 3, meaning)
    return RelationCheck(relation, partial(_judge_combined, operation.canonical_id))


def _judge_combined(family: str, relation: Relation, observations: Observations) -> CheckResult:
    asked = [item for item in observations.of_operation(family) if len(item.filters) > 1]
    by_rows = list(_by_rows(family, asked, observations))
    by_totals = [outcome for item in asked for outcome in _within_parts(item, family, observations)]
    return judged(relation, [*by_rows, *by_totals], "nothing to compare with" if asked else "not asked")


def _within_parts(seen: Observation, family: str, observations: Observations) -> Iterator[Mismatch | None]:
    """Compare with each answer that had one of the filters alone: both can give no more."""
    for other in observations.of_operation(family):
        if len(other.filters) == 1 and other.filters.items() <= seen.filters.items() and other.total is not None:
            title = f"{len(seen.filters)} filters give {seen.total} items, one of them alone {other.total}"
            fits = seen.total is not None and seen.total <= other.total
            yield None if fits else Mismatch(title, "no more items", (other, seen), "total", seen.total)


def _echo(operation: Operation, collection: Collection) -> RelationCheck:
    meaning = f"{operation.id} repeats every filter, date and sort of the request as sent, and no other."
    relation = _whole_relation("echo", operation, collection, 1, meaning)
    return RelationCheck(relation, partial(_judge_echo, operation), is_single=True)


def _judge_echo(operation: Operation, relation: Relation, observations: Observations) -> CheckResult:
    def check(seen: Observation) -> Iterator[Mismatch | None]:
        collection = seen.collection
        reported = get(seen.body, collection.echo)
        if not isinstance(reported, dict):
            return
        names = [rule.parameter for rule in collection.filters] + [collection.sort.by, collection.sort.order]
        for name in names:
            sent, repeated = seen.parameters.get(name), reported.get(name)
            if sent == repeated or (sent == [] and not repeated):
                yield None
            else:
                title = f"{collection.echo} says {name} {repeated!r}, the request said {sent!r}"
                yield Mismatch(title, f"{sent!r}", (seen,), name, repeated)

    return judged_each(relation, observations.of(operation), check, "no answer repeats its filters")
