"""What a run has seen so far: answers with what they were asked, and the rows and entities learnt from them.

Built anew from the exchanges whenever a stage begins; never changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contracts.messages import NOT_JSON, Answer, Exchange
from contracts.observations.cases import PlannedRequest, typed_parameters
from contracts.observations.expected_rows import chosen
from oas.annotations import EntityAnnotation, SchemaAnnotations
from oas.contract import Contract
from oas.operation import Operation, Response
from oas.pointers import MISSING, get, locate, tokens
from oas.vocabulary import Collection

__all__ = ["EntityValue", "Observation", "Observations"]


@dataclass(frozen=True)
class Observation:
    """A case as it was answered.

    Attributes:
        case: what was planned.
        exchange: what happened; has an answer.
        operation: None for a path or method outside the document.
        walk: label that the pages of one walk share; empty elsewhere.
        now: what the target's own clock showed, seconds since the epoch; None where it has none to ask.
    """

    case: PlannedRequest
    exchange: Exchange
    operation: Operation | None
    walk: str = ""
    now: float | None = None

    @cached_property
    def answer(self) -> Answer:
        """The answer; cases without one are not kept."""
        assert self.exchange.answer is not None
        return self.exchange.answer

    @property
    def number(self) -> int:
        """Number of the exchange."""
        return self.exchange.number

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.answer.status

    @property
    def body(self) -> Any:
        """The body as JSON, `NOT_JSON` where it is none."""
        return NOT_JSON if self.answer.is_cut else self.answer.json

    @property
    def is_success(self) -> bool:
        """Whether the answer is a 2xx with a JSON object."""
        return 200 <= self.status < 300 and isinstance(self.body, dict)

    @cached_property
    def rule(self) -> Response | None:
        """What the document says of this answer; None where it says nothing."""
        return self.operation.response(self.status) if self.operation else None

    @property
    def annotations(self) -> SchemaAnnotations:
        """What the schema says about places in the body."""
        return self.rule.annotations if self.rule else SchemaAnnotations()

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """Parameters that the request gave, typed as documented."""
        return typed_parameters(self.operation, self.exchange.request) if self.operation else {}

    @cached_property
    def collection(self) -> Collection:
        """The collection of the operation; only asked where there is one."""
        assert self.operation is not None
        assert self.operation.collection is not None
        return self.operation.collection

    @cached_property
    def items(self) -> list[Any]:
        """Items of the page; empty where there are none."""
        found = get(self.body, self.collection.items)
        return found if isinstance(found, list) else []

    @cached_property
    def total(self) -> int | None:
        """Total of the collection in the answer; None where it is not a number."""
        found = get(self.body, self.collection.total)
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    @cached_property
    def ids(self) -> list[Any]:
        """Identities of the items, in order, those without one left out."""
        path = tokens(self.collection.identity)
        return [found for item in self.items if isinstance(found := get(item, path), str | int)]

    @cached_property
    def filters(self) -> Mapping[str, Any]:
        """The parameters that select items, lists that filter nothing left out."""
        names = {rule.parameter for rule in self.collection.filters}
        return {name: value for name, value in self.parameters.items() if name in names and value != []}

    @property
    def is_whole(self) -> bool:
        """Whether the page holds every item that passes its filters."""
        return self.total is not None and len(self.items) == self.total


@dataclass(frozen=True, slots=True)
class EntityValue:
    """An entity's attribute in one answer."""

    value: Any
    seen: Observation
    mark: EntityAnnotation
    pointer: str


class Observations:
    """All answers of a run, in order, and what follows from them.

    Args:
        document: the contract.
        seen: answered cases in the order of sending.
    """

    def __init__(self, document: Contract, seen: Iterable[Observation]) -> None:
        self.document = document
        self.seen = tuple(seen)
        limits = document.limits
        self.refusal_status = limits.status if limits else 429
        self._passing: dict[str, list[Any]] = {}
        #: Answers that say something: no refusals for the rate.
        self.judged = tuple(item for item in self.seen if item.status != self.refusal_status)

    @cached_property
    def successes(self) -> Mapping[str, tuple[Observation, ...]]:
        """2xx answers with a JSON object, by operation."""
        grouped: defaultdict[str, list[Observation]] = defaultdict(list)
        for item in self.judged:
            if item.operation and item.is_success:
                grouped[item.operation.id].append(item)
        return {name: tuple(items) for name, items in grouped.items()}

    def of(self, operation: Operation) -> tuple[Observation, ...]:
        """Return the 2xx answers of an operation."""
        return self.successes.get(operation.id, ())

    def of_operation(self, family: str) -> tuple[Observation, ...]:
        """Return the 2xx answers of all forms of an operation, in the order of sending."""
        found = (item for form in self.document.forms(family) for item in self.of(form))
        return tuple(sorted(found, key=lambda item: item.number))

    @cached_property
    def refused_share(self) -> float:
        """Share of answers that were refused for the rate, 0 to 1."""
        return 1 - len(self.judged) / len(self.seen) if self.seen else 0.0

    @cached_property
    def entity_values(self) -> Mapping[tuple[str, Any], Mapping[str, tuple[EntityValue, ...]]]:
        """(type, id) of every entity seen → attribute → its value in each answer."""
        table: defaultdict[tuple[str, Any], defaultdict[str, list[EntityValue]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for items in self.successes.values():
            for item in items:
                for entity, reported in _entities(item):
                    table[entity][reported.mark.attribute].append(reported)
        return {entity: {name: tuple(reported) for name, reported in found.items()} for entity, found in table.items()}

    def entities(self, kind: str) -> tuple[Any, ...]:
        """Return the ids of all entities of a type, in the order in which they were first seen."""
        return tuple(identity for found, identity in self.entity_values if found == kind)

    @cached_property
    def complete_listings(self) -> Mapping[str, Mapping[Any, Any]]:
        """Family of a collection → id → item, where every item has been seen; other families are left out."""
        found: dict[str, Mapping[Any, Any]] = {}
        for operation in self.document.operations:
            if operation.collection and operation.id == operation.canonical_id:
                plain = [item for item in self.of_operation(operation.canonical_id) if not item.filters]
                rows = _rows(plain)
                if plain and plain[0].total == len(rows):
                    found[operation.canonical_id] = rows
        return found

    def passing(self, seen: Observation, filters: Mapping[str, Any] | None = None) -> list[Any] | None:
        """Return all items that pass filters, where every item has been seen; None otherwise.

        Args:
            seen: an answer of the collection.
            filters: typed; None takes those of the answer.
        """
        family = seen.operation.canonical_id if seen.operation else ""
        rows = self.complete_listings.get(family)
        if rows is None:
            return None
        wanted = seen.filters if filters is None else filters
        key = f"{family} {sorted(wanted.items())!r}"
        if key not in self._passing:
            self._passing[key] = chosen(seen.collection, rows.values(), wanted)
        return self._passing[key]

    def rows(self, family: str) -> Mapping[Any, Any]:
        """Return every item of a collection seen so far, by identity, as it was first seen."""
        return _rows(self.of_operation(family))

    def total(self, family: str) -> int | None:
        """Return the total of a collection without filters, None where it is unknown."""
        return next((item.total for item in self.of_operation(family) if not item.filters), None)


def _rows(answers: Iterable[Observation]) -> dict[Any, Any]:
    rows: dict[Any, Any] = {}
    for item in answers:
        path = tokens(item.collection.identity)
        for row in item.items:
            identity = get(row, path)
            if isinstance(identity, str | int):
                rows.setdefault(identity, row)
    return rows


def _entities(seen: Observation) -> Iterable[tuple[tuple[str, Any], EntityValue]]:
    """Yield (type, id) and one attribute for everything that an answer tells of entities."""
    scopes: defaultdict[tuple[str, str], list[EntityAnnotation]] = defaultdict(list)
    for mark in seen.annotations.marks:
        scopes[mark.scope, mark.type].append(mark)
    for (scope, kind), marks in scopes.items():
        inner = [(mark, tokens(mark.at[len(scope) :])) for mark in marks]
        identity = next((path for mark, path in inner if mark.attribute == "id"), None)
        for at, value in locate(seen.body, tokens(scope)) if identity is not None else ():
            found = get(value, identity or ())
            if isinstance(found, str | int):
                for mark, path in inner:
                    reported = get(value, path)
                    if reported is not MISSING:
                        pointer = at + mark.at[len(scope) :]
                        yield (kind, found), EntityValue(reported, seen, mark, pointer)
