"""The requests that show whether a collection filters, sorts and pages; values drawn from its rows.

Forms of the operation alternate, so that each value is asked for once and
each parameter in every form.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from contracts.observations.cases import EXTRA_RANK, PlannedRequest, ask
from contracts.observations.comparison import day_of
from contracts.observations.expected_rows import matches
from contracts.observations.known_values import KnownValues, values_at
from oas.operation import Operation
from oas.vocabulary import Collection, Filter, Sort

__all__ = ["cases"]

_KIND = "collection"
_WALK_PAGES = 3
_DIRECTIONS = ("desc", "asc")
_LAST_PAGE = ("size[{op}]", "current[{op}]", "pages[{op}]", "next[{op}]", "page-echo[{op}]", "default-limit[{op}]")


@dataclass(slots=True)
class _Questions:
    """Builds the cases of one collection, its forms in turn."""

    known: KnownValues
    forms: tuple[Operation, ...]
    collection: Collection
    rows: tuple[Any, ...]
    spare: list[str]
    turn: int = 0

    def ask(
        self, parameters: dict[str, Any], serves: tuple[str, ...], rank: float, form: int | None = None
    ) -> PlannedRequest:
        place = self.turn if form is None else form
        if form is None:
            self.turn += 1
        operation = self.forms[place % len(self.forms)]
        meaning = ", ".join(f"{name}={value}" for name, value in parameters.items()) or "no parameters"
        family = self.forms[0].id
        ids = tuple(f"{_KIND}.{name}".replace("{op}", operation.id).replace("{family}", family) for name in serves)
        return PlannedRequest(request=ask(operation, parameters), meaning=meaning, covers=ids, priority=rank)

    def spare_sort(self, rule: Filter, value: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Take a rising sort by a field in which the rows of a value differ, so that it needs no request of its own."""
        sort = self.collection.sort
        rows = tuple(row for row in self.rows if matches(rule, row, value))
        for field, place in sort.fields.items():
            if field in self.spare and len(set(map(str, values_at(rows, place)))) > 2:
                self.spare.remove(field)
                return {sort.by: field, sort.order: "asc"}, _sort_serves(sort, field, "asc")
        return {}, ()

    def parameter_values(self, rule: Filter) -> list[Any]:
        """Return values of a filter: all that are documented, else those seen, the most frequent first."""
        parameter = self.forms[0].input(rule.parameter)
        seen = values_at(self.rows, rule.item)
        documented = list(parameter.enum) if parameter else []
        values = documented or list(dict.fromkeys(seen))
        return sorted(values, key=lambda value: -seen.count(value))


def cases(known: KnownValues) -> tuple[PlannedRequest, ...]:
    """Return the questions to every collection of the document."""
    found: list[PlannedRequest] = []
    for operation in known.document.operations:
        if operation.collection and operation.id == operation.canonical_id:
            rows = known.rows.get(operation.id, ())
            spare = [
                field for field in operation.collection.sort.fields if field != operation.collection.sort.default_by
            ]
            questions = _Questions(known, known.forms(operation.id), operation.collection, rows, spare)
            found += [*_filters(questions), *_combined(questions), *_sorts(questions), *_pages(questions)]
    return tuple(found)


def _serves(rule: Filter) -> tuple[str, ...]:
    name = rule.parameter
    return tuple(f"{pattern}:{name}]" for pattern in ("subset[{op}", "complete[{family}", "disjoint[{family}"))


def _filters(questions: _Questions) -> Iterator[PlannedRequest]:
    for place, rule in enumerate(questions.collection.filters):
        if rule.match == "equal":
            yield from _equal(questions, rule, 4.0 + place)
        elif rule.match == "one-of":
            yield from _one_of(questions, rule, 4.0 + place)
        elif rule.match == "contains-ignoring-case":
            yield from _contains(questions, rule, 6.0)
    yield from _days(questions)


def _equal(questions: _Questions, rule: Filter, rank: float) -> Iterator[PlannedRequest]:
    """Ask for every value, the first in both forms; from the third on together with a sort that its rows can show."""
    values = questions.parameter_values(rule)
    for place, value in enumerate(values):
        sort, serves = questions.spare_sort(rule, value) if place > 1 else ({}, ())
        yield questions.ask({rule.parameter: value, **sort}, (*_serves(rule), *serves), rank + 5 * place, place)
    for value in values[:1]:
        yield questions.ask({rule.parameter: value}, _serves(rule), rank + 5, 1)


def _one_of(questions: _Questions, rule: Filter, rank: float) -> Iterator[PlannedRequest]:
    values = questions.parameter_values(rule)
    parameter = questions.forms[0].input(rule.parameter)
    every = list(questions.known.entities.get(parameter.entity, ())) if parameter and parameter.entity else values
    if not values and not every:
        return
    first = [*values, *every][:1]
    rest = [value for value in every if value not in first]
    yield questions.ask({rule.parameter: first}, _serves(rule), rank, 0)
    yield questions.ask({rule.parameter: first}, _serves(rule), rank + 9, 1)
    if rest:
        yield questions.ask({rule.parameter: rest}, _serves(rule), rank + 4, 1)


def _contains(questions: _Questions, rule: Filter, rank: float) -> Iterator[PlannedRequest]:
    term = _term([str(value) for value in values_at(questions.rows, rule.item)])
    if term:
        yield questions.ask({rule.parameter: term.swapcase()}, _serves(rule), rank, 0)
        yield questions.ask({rule.parameter: term.lower()}, _serves(rule), rank + 9, 1)


def _term(names: list[str]) -> str:
    """Choose a word, with letters, that some names hold and, if possible, others do not."""
    words = dict.fromkeys(word for name in names for word in name.split() if word.isascii() and word.isalpha())
    counts = {word: sum(word.casefold() in name.casefold() for name in names) for word in words}
    some = [word for word in words if 1 < counts[word] < len(names)] or [w for w in words if counts[w] < len(names)]
    return next(iter(some or words), "")


def _days(questions: _Questions) -> Iterator[PlannedRequest]:
    rules = questions.collection.filters
    start = next((rule for rule in rules if rule.match == "on-or-after"), None)
    end = next((rule for rule in rules if rule.match == "on-or-before"), None)
    if start is None or end is None:
        return
    days = sorted({day for value in values_at(questions.rows, start.item) if (day := day_of(value)) is not None})
    if not days:
        return
    middle = days[len(days) // 2]
    before = max((day for day in days if day < middle), default=middle - timedelta(days=1))
    edges = ("inclusive[{family}", "complete[{family}", "subset[{op}")
    starts = tuple(f"{pattern}:{start.parameter}]" for pattern in edges)
    ends = tuple(f"{pattern}:{end.parameter}]" for pattern in edges)
    both = ("inclusive[{family}:" + start.parameter + "]", "inclusive[{family}:" + end.parameter + "]")
    yield questions.ask({start.parameter: middle.isoformat()}, starts, 6.5, 0)
    yield questions.ask({end.parameter: before.isoformat()}, ends, 7.5, 1)
    span = {start.parameter: before.isoformat(), end.parameter: middle.isoformat()}
    yield questions.ask(span, (*starts[2:], *ends[2:], *both, "combined[{family}]", "echo[{op}]"), 15.5, 1)
    single = {start.parameter: middle.isoformat(), end.parameter: middle.isoformat()}
    yield questions.ask(single, (*starts[2:], *ends[2:], *both, "combined[{family}]", "echo[{op}]"), 9.5, 0)


def _combined(questions: _Questions) -> Iterator[PlannedRequest]:
    """Ask for two filters at once, and for a filter with a sort, by values that one row has."""
    rules = [rule for rule in questions.collection.filters if rule.match in ("equal", "one-of")]
    row = questions.known.random("combined").choice(questions.rows) if questions.rows else None
    if row is None or len(rules) < 2:
        return
    for place, (first, second) in enumerate(pairwise(rules)):
        values = {}
        for rule in (first, second):
            found = values_at((row,), rule.item)
            values.update({rule.parameter: found if rule.match == "one-of" else found[0]} if found else {})
        if len(values) == 2:
            yield questions.ask(values, ("combined[{family}]", "echo[{op}]"), 13 + 6 * place, place)


def _sorts(questions: _Questions) -> Iterator[PlannedRequest]:
    """Ask for every field, falling, and for those not yet asked for with a filter, rising."""
    sort = questions.collection.sort
    other = next(direction for direction in _DIRECTIONS if direction != sort.default_order)
    yield questions.ask({sort.order: other}, _sort_serves(sort, sort.default_by, other), 10.0, 0)
    both = {sort.by: sort.default_by, sort.order: sort.default_order}
    yield questions.ask(both, _sort_serves(sort, sort.default_by, sort.default_order), EXTRA_RANK, 1)
    for place, field in enumerate(field for field in sort.fields if field != sort.default_by):
        serves = _sort_serves(sort, field, sort.default_order)
        yield questions.ask({sort.by: field}, serves, 17.0 + 6 * place, place)
        rank = 20.0 + 6 * place if field in questions.spare else EXTRA_RANK
        serves = _sort_serves(sort, field, other)
        yield questions.ask({sort.by: field, sort.order: other}, serves, rank, place + 1)


def _sort_serves(sort: Sort, field: str, direction: str) -> tuple[str, ...]:
    return "sorted[{family}:" + f"{field}.{direction}]", "equivalent[{family}:" + f"{sort.by}]", "echo[{op}]"


def _pages(questions: _Questions) -> Iterator[PlannedRequest]:
    page, family = questions.collection.page, questions.forms[0].id
    total = questions.known.totals.get(family)
    if not total:
        return
    fits = questions.known.fits[family]
    limit = min(fits, max(1, math.ceil(total / _WALK_PAGES)) if total <= fits else 50)
    serves = ("walk[{family}]", "size[{op}]", "pages[{op}]", "current[{op}]", "next[{op}]", "page-echo[{op}]")
    steps = min(_WALK_PAGES, math.ceil(total / limit)) - 1
    first = questions.ask({page.limit: limit}, serves, 8.0, 0)
    yield _walk(first, steps, page.next)
    if steps:
        later = ("previous[{op}]", "current[{op}]", "size[{op}]", "pages[{op}]")
        yield questions.ask({page.limit: limit, page.offset: limit}, later, 16.0, 1)
    if total > 1:
        yield questions.ask({page.offset: total - 1}, _LAST_PAGE, 30.0, 1)
    yield questions.ask({page.offset: total}, ("past-end[{op}]",), 33.0, 0)
    yield questions.ask({page.offset: total}, ("past-end[{op}]",), EXTRA_RANK, 1)
    yield from _filtered_walk(questions)
    if limit > 50 and not questions.known.has_whole(family):
        yield questions.ask({page.limit: total}, ("size[{op}]",), 5.0, 1)


def _filtered_walk(questions: _Questions) -> Iterator[PlannedRequest]:
    page, fits = questions.collection.page, questions.known.fits[questions.forms[0].id]
    rule = next((rule for rule in questions.collection.filters if rule.match == "equal"), None)
    values = questions.parameter_values(rule) if rule else []
    count = values_at(questions.rows, rule.item).count(values[0]) if rule and values else 0
    if rule is not None and count > 1:
        parameters = {rule.parameter: values[0], page.limit: min(fits, math.ceil(count / 2))}
        first = questions.ask(parameters, ("walk[{family}]", "next[{op}]", "echo[{op}]"), 22.0, 0)
        yield _walk(first, 1, page.next)


def _walk(first: PlannedRequest, steps: int, link: str) -> PlannedRequest:
    return PlannedRequest(
        request=first.request,
        meaning=f"walk: {first.meaning}, then {steps} links",
        covers=first.covers,
        priority=first.priority,
        follows=steps,
        link=link,
    )
