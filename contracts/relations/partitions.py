"""Parts: figures for a part of the days, or of the entities, agree with the figures for all of them.

A series that two parameters cut holds the same days as the uncut one; the
range of all days is the uncut answer; the figures of single entities add up
to those of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from contracts.observations.cases import EXTRA_RANK, PlannedRequest, ask
from contracts.observations.comparison import agree, day_of, differences
from contracts.observations.known_values import KnownValues, windows_of
from contracts.observations.observations import Observation, Observations
from contracts.relations.errors import required_of
from contracts.relations.relation_check import CheckResult, Mismatch, RelationCheck, judged
from contracts.relations.same_as import compare
from contracts.verdicts import Relation
from oas.contract import Contract
from oas.operation import Input, Operation
from oas.pointers import get, join, tokens

__all__ = ["cases", "rules"]

_KIND = "parts"


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return the relations of every operation that cuts series by days, or figures by entities."""
    passing = frozenset((document.envelope.request_id, document.envelope.stamp))
    return tuple(
        rule
        for operation in document.operations
        if operation.id == operation.canonical_id and operation.collection is None
        for rule in (*_day_rules(operation, passing), *_entity_rules(operation))
    )


def _relation(pattern: str, operation: Operation, detail: str, pointer: str, meaning: str) -> Relation:
    name = f"{_KIND}.{pattern}[{operation.id}{':' if detail else ''}{detail}]"
    cost = 3 if pattern == "entities" else 2
    return Relation(id=name, kind=_KIND, operation_id=operation.id, pointer=pointer, cost=cost, meaning=meaning)


def _day_rules(operation: Operation, passing: frozenset[str]) -> Iterator[RelationCheck]:
    windows = windows_of(operation)
    for items, key, start, end in windows:
        meaning = f"{items} between {start} and {end} are those of the uncut answer on these days."
        relation = _relation("days", operation, items, join(operation.pointer, "parameters"), meaning)
        yield RelationCheck(relation, partial(_judge_days, operation, (items, key, start, end)))
    if windows:
        meaning = "The range of all days is the answer without a range."
        relation = _relation("all-days", operation, "", join(operation.pointer, "parameters"), meaning)
        yield RelationCheck(relation, partial(_judge_all_days, operation, passing))


def _entity_rules(operation: Operation) -> Iterator[RelationCheck]:
    for parameter in operation.inputs:
        if parameter.entity and parameter.is_array:
            for figure in _figures(operation):
                meaning = f"{figure} of all is the sum of that of single {parameter.name}."
                relation = _relation("entities", operation, figure, parameter.pointer, meaning)
                yield RelationCheck(relation, partial(_judge_entities, operation, parameter, figure))


def _figures(operation: Operation) -> list[str]:
    """List single figures that rules of sums name: those are counts, and counts add up."""
    rule = operation.success
    sums = [item for item in (rule.annotations.invariants if rule else ()) if item.rule == "sum" and "*" not in item.at]
    named = [item.at + place for item in sums for side in ("of", "equals") for place in item.terms[side]]
    return list(dict.fromkeys(place for place in named if "*" not in place))


def cases(known: KnownValues) -> tuple[PlannedRequest, ...]:
    """Return ranges of days, and single entities, for every operation that takes them."""
    found: list[PlannedRequest] = []
    for operation in known.document.operations:
        if operation.id == operation.canonical_id and operation.collection is None:
            forms = known.forms(operation.id)
            found += [*_day_cases(known, operation, forms), *_entity_cases(known, operation, forms)]
    return tuple(found)


def _day_cases(known: KnownValues, operation: Operation, forms: tuple[Operation, ...]) -> Iterator[PlannedRequest]:
    windows, days = windows_of(operation), known.days.get(operation.id, ())
    own = required_of(known, operation)
    if not windows or not days:
        return
    _, _, start, end = windows[0]
    serves = tuple(f"{_KIND}.days[{operation.id}:{items}]" for items, *_ in windows)
    middle = days[len(days) // 2]
    before = middle - timedelta(days=1)
    ranges = ({start: middle}, {end: before}, {start: middle, end: middle}, {start: days[0], end: days[-1]})
    for place, span in enumerate(ranges):
        parameters = {**own, **{name: day.isoformat() for name, day in span.items()}}
        ids = (f"{_KIND}.all-days[{operation.id}]",) if place == 3 else serves
        form = forms[place % len(forms)]
        # The range of all days protects every figure, so it comes first.
        rank = (11.0, 14.0, EXTRA_RANK, 6.0)[place]
        yield PlannedRequest(request=ask(form, parameters), meaning=_words(parameters), covers=ids, priority=rank)


def _entity_cases(known: KnownValues, operation: Operation, forms: tuple[Operation, ...]) -> Iterator[PlannedRequest]:
    for parameter in operation.inputs:
        ids = known.entities.get(parameter.entity, ()) if parameter.entity and parameter.is_array else ()
        serves = tuple(f"{_KIND}.entities[{operation.id}:{figure}]" for figure in _figures(operation))
        for place, part in enumerate((ids[:1], ids[1:])):
            if part:
                parameters = {parameter.name: list(part)}
                form = forms[place % len(forms)]
                yield PlannedRequest(
                    request=ask(form, parameters), meaning=_words(parameters), covers=serves, priority=7.0 + 2 * place
                )


def _words(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in parameters.items())


def _judge_days(
    operation: Operation, window: tuple[str, str, str, str], relation: Relation, observations: Observations
) -> CheckResult:
    items, key, start, end = window
    seen = observations.of_operation(operation.id)

    def outcomes() -> Iterator[Mismatch | None]:
        for whole, part in _cuts(seen, start, end):
            every = get(whole.body, tokens(items))
            some = get(part.body, tokens(items))
            if isinstance(every, list) and isinstance(some, list) and every:
                bounds = part.parameters.get(start), part.parameters.get(end)
                expected = [item for item in every if _lies(get(item, tokens(key)), *bounds)]
                place = next(differences(expected, some), None)
                title = f"{items} of {part.case.meaning}: {len(some)} days, {len(expected)} of the uncut answer"
                shown = place and place[2]
                yield Mismatch(title, "the same days", (whole, part), items, shown) if place else None

    return judged(relation, outcomes(), "no series was cut, or none has days")


def _lies(value: Any, first: Any, last: Any) -> bool:
    day, start, end = day_of(value), day_of(first), day_of(last)
    return day is not None and (start is None or day >= start) and (end is None or day <= end)


def _cuts(seen: tuple[Observation, ...], start: str, end: str) -> Iterator[tuple[Observation, Observation]]:
    """Yield every cut answer with an uncut one to the same other parameters."""
    for part in seen:
        if start in part.parameters or end in part.parameters:
            rest = {name: value for name, value in part.parameters.items() if name not in (start, end)}
            whole = next((item for item in seen if dict(item.parameters) == rest), None)
            if whole is not None:
                yield whole, part


def _judge_all_days(
    operation: Operation, passing: frozenset[str], relation: Relation, observations: Observations
) -> CheckResult:
    windows = windows_of(operation)
    _, _, start, end = windows[0]

    def outcomes() -> Iterator[Mismatch | None]:
        for whole, part in _cuts(observations.of_operation(operation.id), start, end):
            days = [day for items, key, *_ in windows for day in _series(whole, items, key)]
            bounds = part.parameters.get(start), part.parameters.get(end)
            if days and all(_lies(day.isoformat(), *bounds) for day in days):
                yield from compare(whole, part, passing)

    return judged(relation, outcomes(), "no range of all days was asked for, or there are no days")


def _series(seen: Observation, items: str, key: str) -> list[date]:
    found = get(seen.body, tokens(items))
    days = (day_of(get(item, tokens(key))) for item in (found if isinstance(found, list) else ()))
    return [day for day in days if day is not None]


def _judge_entities(
    operation: Operation, parameter: Input, figure: str, relation: Relation, observations: Observations
) -> CheckResult:
    seen = observations.of_operation(operation.id)
    whole = next((item for item in seen if not any(item.parameters.values())), None)
    missing = set(observations.entities(parameter.entity))
    parts: list[Observation] = []
    for item in seen:
        asked = set(item.parameters.get(parameter.name, ())) if set(item.parameters) == {parameter.name} else set()
        if asked and asked <= missing:
            missing -= asked
            parts.append(item)
    if whole is None or not parts or missing:
        return CheckResult(reason="single entities were not asked for, or not all of them")
    values = [get(item.body, tokens(figure)) for item in (whole, *parts)]
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return CheckResult(reason=f"{figure} is not a number")
    title = f"{figure} is {values[0]} for all, {' + '.join(str(value) for value in values[1:])} for its parts"
    is_sum = agree(values[0], sum(values[1:]))
    outcome = None if is_sum else Mismatch(title, "the sum of the parts", (whole, *parts), figure, values)
    return judged(relation, [outcome], "")
