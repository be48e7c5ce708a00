"""Paging: sizes, figures and links of a page, and the walk through all of them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any

from contracts.observations.expected_rows import page_of
from contracts.observations.observations import Observation, Observations
from contracts.relations.relation_check import Check, CheckResult, Mismatch, RelationCheck, judged, judged_each
from contracts.verdicts import Relation
from oas.contract import Contract
from oas.operation import Operation
from oas.pointers import get, join
from oas.vocabulary import Collection

__all__ = ["limit_of", "rules"]

_KIND = "collection"


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return the relations of the pages of every collection."""
    return tuple(
        rule
        for operation in document.operations
        if operation.collection
        for rule in _rules(operation, operation.collection)
    )


def _rules(operation: Operation, collection: Collection) -> Iterator[RelationCheck]:
    def relation(pattern: str, pointer: str, meaning: str, cost: int = 1, assumed: str = "") -> Relation:
        name = f"{_KIND}.{pattern}[{operation.id}]"
        return Relation(
            id=name,
            kind=_KIND,
            operation_id=operation.id,
            pointer=pointer,
            cost=cost,
            meaning=meaning,
            assumed=assumed,
        )

    page = collection.page.pointer
    each: tuple[tuple[str, str, str, Check], ...] = (
        ("size", join(page, "limit"), "A page holds limit items, the last one the rest.", _size),
        ("pages", join(page, "pages"), "The number of pages is the total by the limit, rounded up.", _pages),
        ("current", join(page, "current"), "The number of the page is the offset by the limit, from 1.", _current),
        ("page-echo", join(page, "limit-echo"), "The page repeats its limit and its offset.", _page_echo),
        ("default-limit", join(page, "limit"), "Without a limit the documented one holds.", _default_limit),
    )
    for pattern, pointer, meaning, check in each:
        judge = partial(_judge_each, operation, check)
        yield RelationCheck(relation(pattern, pointer, meaning), judge, is_single=True, is_universal=True)
    meaning = "An offset past the end gives an empty page."
    past = relation("past-end", join(page, "offset"), meaning, assumed=collection.assumed)
    yield RelationCheck(past, partial(_judge_past, operation), is_single=True)
    if operation.id == operation.canonical_id:
        meaning = "Pages share no item, and together they are the whole collection."
        yield RelationCheck(relation("walk", page, meaning, 3), partial(_judge_walk, operation.canonical_id))


def limit_of(operation: Operation, collection: Collection) -> int | None:
    """Return the documented default of the limit, None where there is none."""
    parameter = operation.input(collection.page.limit)
    value = parameter.schema.get("default") if parameter else None
    return value if isinstance(value, int) else None


def _judge_each(operation: Operation, check: Check, relation: Relation, observations: Observations) -> CheckResult:
    return judged_each(relation, observations.of(operation), check, "no page was asked for")


def _place(seen: Observation) -> tuple[int | None, int]:
    assert seen.operation is not None
    return page_of(seen.parameters, seen.collection, limit_of(seen.operation, seen.collection))


def _size(seen: Observation) -> Iterator[Mismatch | None]:
    limit, offset = _place(seen)
    if limit is None or seen.total is None:
        return
    expected = max(0, min(limit, seen.total - offset))
    title = f"{len(seen.items)} items with limit {limit}, offset {offset}, total {seen.total}"
    fits = len(seen.items) == expected
    yield None if fits else Mismatch(title, f"{expected} items", (seen,), seen.collection.items, len(seen.items))


def _pages(seen: Observation) -> Iterator[Mismatch | None]:
    limit, _ = _place(seen)
    if limit and seen.total is not None:
        place = seen.collection.page.pages
        yield _equals(seen, place, math.ceil(seen.total / limit), f"total {seen.total} by {limit}")


def _current(seen: Observation) -> Iterator[Mismatch | None]:
    limit, offset = _place(seen)
    if limit:
        yield _equals(seen, seen.collection.page.current, offset // limit + 1, f"offset {offset} by {limit}")


def _page_echo(seen: Observation) -> Iterator[Mismatch | None]:
    limit, offset = _place(seen)
    if limit is not None and seen.collection.page.limit in seen.parameters:
        yield _equals(seen, seen.collection.page.limit_echo, limit, "as asked for")
    if seen.parameters.get(seen.collection.page.offset, 0) == offset:
        yield _equals(seen, seen.collection.page.offset_echo, offset, "as asked for")


def _default_limit(seen: Observation) -> Iterator[Mismatch | None]:
    limit, _ = _place(seen)
    if limit is not None and seen.collection.page.limit not in seen.parameters:
        yield _equals(seen, seen.collection.page.limit_echo, limit, "the documented default")


def _equals(seen: Observation, place: str, expected: Any, why: str) -> Mismatch | None:
    value = get(seen.body, place)
    if value == expected and not isinstance(value, bool):
        return None
    return Mismatch(f"{place} is {value!r}", f"{expected!r}, {why}", (seen,), place, value)


def _judge_past(operation: Operation, relation: Relation, observations: Observations) -> CheckResult:
    def check(seen: Observation) -> Iterator[Mismatch | None]:
        title = f"{len(seen.items)} items came with an offset past the end"
        yield Mismatch(title, "an empty page", (seen,), "items", len(seen.items)) if seen.items else None

    asked = [
        item for item in observations.of(operation) if item.total is not None and _place(item)[1] >= item.total > 0
    ]
    return judged_each(relation, asked, check, "no offset past the end was asked for")


def _judge_walk(family: str, relation: Relation, observations: Observations) -> CheckResult:
    walks: defaultdict[str, list[Observation]] = defaultdict(list)
    for seen in observations.of_operation(family):
        if seen.walk:
            walks[seen.walk].append(seen)
    outcomes = [outcome for pages in walks.values() if len(pages) > 1 for outcome in _walk(pages, observations)]
    return judged(relation, outcomes, "the collection has one page only" if walks else "not asked")


def _walk(pages: list[Observation], observations: Observations) -> Iterator[Mismatch | None]:
    met: dict[Any, Observation] = {}
    for page in pages:
        for identity in page.ids:
            before = met.setdefault(identity, page)
            if before is not page:
                title = f"an item is on page {pages.index(before) + 1} and on page {pages.index(page) + 1}"
                yield Mismatch(title, "no item twice", (before, page), "disjoint", identity)
                return
        if page.total != pages[0].total:
            title = f"the total changes from {pages[0].total} to {page.total} between pages"
            yield Mismatch(title, "the same total on every page", (pages[0], page), "total", page.total)
            return
    yield _covers(pages, met, observations)


def _covers(pages: list[Observation], met: dict[Any, Observation], observations: Observations) -> Mismatch | None:
    """Compare what a walk has met with its total, and with all rows where those are known."""
    last, total = pages[-1], pages[0].total
    limit, offset = _place(last)
    if limit is None or total is None or offset + limit < total:
        return None
    if len(met) != total:
        title = f"{len(pages)} pages hold {len(met)} items, the total is {total}"
        return Mismatch(title, f"{total} items", tuple(pages), "complete", len(met))
    expected = observations.passing(last)
    if expected is None or len(expected) == total:
        return None
    title = f"the pages hold {total} items, {len(expected)} pass the filters"
    return Mismatch(title, f"{len(expected)} items", tuple(pages), "filters", total)
