"""What a user of the API does, made from the document: list, page, open what is listed, look at figures.

    list    a collection, with filters whose values were seen in its rows
    page    the next page, where there is one
    open    an operation that needs the id of something listed
    figures any other read, with ids and days that were seen

Reads only, and nothing of any particular API: collections, links, entities and
pairs of dates are those that the vocabulary declares. Pure: sends nothing.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from contracts.messages import Request
from contracts.observations.cases import ask
from oas.contract import Contract
from oas.operation import Input, Operation
from oas.pointers import get, tokens, values
from oas.vocabulary import Collection, Filter

__all__ = ["Journeys", "SeenValues", "Step"]

#: Rows, and ids of each type, that are remembered.
MOST_REMEMBERED = 500
#: Most pages after the first, most things opened, most filters at once.
MOST_PAGES, MOST_OPENED, MOST_FILTERS = 2, 2, 2
_LIMITS = (10, 25, 50)
_MOST_IDS = 3
#: How often a parameter that may be given is given.
_SHARE_GIVEN = 0.6

Kind = Literal["list", "page", "open", "figures"]


@dataclass(frozen=True, slots=True)
class Step:
    """A request of a journey, and the part of the journey that it is."""

    kind: Kind
    request: Request


@dataclass(slots=True)
class SeenValues:
    """What answers have shown so far; the users of one process share it.

    Attributes:
        ids: type of entity → ids, in the order first seen.
        rows: family of a collection → items.
        days: family of a collection → days that its rows name, ascending.
    """

    ids: dict[str, dict[Any, None]] = field(default_factory=dict)
    rows: dict[str, list[Any]] = field(default_factory=dict)
    days: dict[str, list[str]] = field(default_factory=dict)

    def note(self, operation: Operation, body: Any) -> None:
        """Remember entities and rows of a success."""
        for mark in operation.success.annotations.marks if operation.success else ():
            known = self.ids.setdefault(mark.type, {})
            if mark.attribute == "id" and len(known) < MOST_REMEMBERED:
                known.update(dict.fromkeys(found for found in values(body, tokens(mark.at)) if _is_scalar(found)))
        if operation.collection is not None:
            rows = self.rows.setdefault(operation.canonical_id, [])
            if len(rows) < MOST_REMEMBERED:
                rows += items_of(operation.collection, body)
                self.days[operation.canonical_id] = sorted(set(_days(operation.collection, rows)))


def _days(collection: Collection, rows: list[Any]) -> Iterator[str]:
    for rule in collection.filters:
        if rule.match.startswith("on-or-"):
            path = tokens(rule.item)
            yield from (found[:10] for row in rows if isinstance(found := get(row, path), str))


def items_of(collection: Collection, body: Any) -> list[Any]:
    """Return the rows of a page; empty where there are none."""
    found = get(body, collection.items)
    return found if isinstance(found, list) else []


class Journeys:
    """Makes journeys.

    Args:
        document: the contract.
        memory: filled by the answers.
        dice: of every choice.
    """

    def __init__(self, document: Contract, memory: SeenValues, dice: random.Random) -> None:
        reads = [operation for operation in document.operations if not operation.is_write]
        self._memory = memory
        self._dice = dice
        self._lists = [operation for operation in reads if operation.collection is not None]
        self._opens = [operation for operation in reads if operation.collection is None and _needed(operation)]
        self._figures = [operation for operation in reads if operation.collection is None and not _needed(operation)]

    def steps(self) -> Generator[Step, Any, None]:
        """Yield the requests of one journey; send the JSON of a success to each, None for any other answer."""
        if self._lists:
            yield from self._listing(self._dice.choice(self._lists))
        for operation in self._dice.sample(self._opens, len(self._opens)):
            for _ in range(self._dice.randint(1, MOST_OPENED)):
                if parameters := self._required(operation):
                    yield from self._asked("open", operation, parameters)
        if self._figures:
            operation = self._dice.choice(self._figures)
            yield from self._asked("figures", operation, self._optional(operation))

    def _listing(self, operation: Operation) -> Generator[Step, Any, None]:
        collection = operation.collection
        assert collection is not None
        chosen = {collection.page.limit: self._dice.choice(_LIMITS), **self._filters(operation, collection)}
        body = yield from self._asked("list", operation, chosen)
        for _ in range(self._dice.randint(0, MOST_PAGES)):
            link = get(body, collection.page.next) if body is not None else None
            if not isinstance(link, str):
                return
            body = yield from self._sent(Step("page", _linked(operation, link)), operation)

    def _filters(self, operation: Operation, collection: Collection) -> dict[str, Any]:
        rows = self._memory.rows.get(operation.canonical_id, [])
        chosen: dict[str, Any] = {}
        for rule in self._dice.sample(collection.filters, min(len(collection.filters), MOST_FILTERS)):
            parameter = operation.input(rule.parameter)
            value = get(self._dice.choice(rows), rule.item) if rows and self._dice.random() < _SHARE_GIVEN else None
            if parameter is not None and isinstance(value, str):
                chosen[rule.parameter] = _filtering(parameter, rule, value)
        return _in_order(operation, chosen)

    def _required(self, operation: Operation) -> dict[str, Any]:
        """Return values for every parameter that is needed; empty where one of them is not known yet."""
        needed = [parameter for parameter in operation.inputs if parameter.is_required]
        found = {parameter.name: self._value(parameter) for parameter in needed}
        return found if None not in found.values() else {}

    def _optional(self, operation: Operation) -> dict[str, Any]:
        """Return ids for a parameter that takes some, and a pair of days where the document knows one."""
        chosen: dict[str, Any] = {}
        for parameter in operation.inputs:
            value = self._value(parameter)
            if value is not None and self._dice.random() < _SHARE_GIVEN:
                chosen[parameter.name] = value
        days = self._dice.choice([*self._memory.days.values(), []])
        for pair in _pairs(operation) if days else ():
            chosen.update({name: self._dice.choice(days) for name in pair})
        return _in_order(operation, chosen)

    def _value(self, parameter: Input) -> Any:
        """Return an id, or a few, that a parameter may take; None where none is known."""
        known = list(self._memory.ids.get(parameter.entity, {})) if parameter.entity else []
        if not known:
            return None
        if not parameter.is_array:
            return self._dice.choice(known)
        return self._dice.sample(known, min(len(known), self._dice.randint(1, _MOST_IDS)))

    def _asked(self, kind: Kind, operation: Operation, parameters: Mapping[str, Any]) -> Generator[Step, Any, Any]:
        return (yield from self._sent(Step(kind, ask(operation, parameters)), operation))

    def _sent(self, step: Step, operation: Operation) -> Generator[Step, Any, Any]:
        body = yield step
        if body is not None:
            self._memory.note(operation, body)
        return body


def _needed(operation: Operation) -> bool:
    return any(parameter.is_required for parameter in operation.inputs)


def _pairs(operation: Operation) -> Iterator[tuple[str, str]]:
    """Yield the parameters of which one begins and the other ends a span, as the errors of an operation name them."""
    return ((rule.start, rule.end) for rule in operation.errors if rule.start and rule.end)


def _in_order(operation: Operation, chosen: dict[str, Any]) -> dict[str, Any]:
    """Let no span end before it starts."""
    for start, end in _pairs(operation):
        if start in chosen and end in chosen:
            chosen[start], chosen[end] = sorted((chosen[start], chosen[end]))
    return chosen


def _filtering(parameter: Input, rule: Filter, value: str) -> Any:
    """Return what a filter asks for, so that the row with this value passes it."""
    if rule.match.startswith("on-or-"):
        return value[:10]
    if rule.match == "contains-ignoring-case":
        return value.split()[0] if value.split() else value
    return [value] if parameter.is_array else value


def _linked(operation: Operation, link: str) -> Request:
    """Return the request that a link to the next page means; a body form's link is its other form's query."""
    query = tuple(parse_qsl(urlsplit(link).query, keep_blank_values=True))
    return Request(operation_id=operation.id, method="GET", path=operation.path, query=query)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int)
