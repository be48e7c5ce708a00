"""What the planners draw values from: rows, entities and days that the server showed, or averages of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from contracts.messages import MAX_BODY_BYTES
from contracts.observations.comparison import day_of
from contracts.observations.observations import Observation, Observations
from oas.contract import Contract
from oas.operation import Operation
from oas.pointers import get, tokens, values
from oas.vocabulary import Collection

__all__ = ["KnownValues", "known_of", "typical_values", "values_at", "windows_of"]

_AVERAGE_ROWS = 24
_AVERAGE_ENTITIES = 4
_AVERAGE_DAYS = 10
_MOST_ROWS = 2500


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownValues:
    """Values that requests can be made from.

    Attributes:
        document: the contract.
        entities: type → ids, in the order first seen.
        attributes: (type, id) → attribute → value as first seen.
        rows: family of a collection → its items as first seen.
        totals: family → total without filters; None where unknown.
        fits: family → items that one answer can hold and still be read whole, judged by the largest seen.
        days: family → days of its series, ascending.
        seed: of every choice.
        has_member: a key without administrator's rights is at hand.
        allow_writes: operations that change something may be sent.
    """

    document: Contract
    entities: Mapping[str, tuple[Any, ...]]
    attributes: Mapping[tuple[str, Any], Mapping[str, Any]]
    rows: Mapping[str, tuple[Any, ...]]
    totals: Mapping[str, int | None]
    fits: Mapping[str, int]
    days: Mapping[str, tuple[date, ...]]
    seed: int = 0
    has_member: bool = False
    allow_writes: bool = True

    @classmethod
    def nothing(cls, document: Contract, seed: int = 0) -> KnownValues:
        """Know the contract only."""
        return cls(document=document, entities={}, attributes={}, rows={}, totals={}, fits={}, days={}, seed=seed)

    def random(self, purpose: str) -> random.Random:
        """Return a random source of its own for a purpose, the same for the same seed."""
        return random.Random(f"{self.seed} {purpose}")

    def most_active(self, kind: str) -> Any:
        """Return the id of the entity whose figures are largest, the first of equals; None where none is known."""
        ids = self.entities.get(kind, ())
        return max(ids, key=lambda identity: _weight(self.attributes.get((kind, identity), {})), default=None)

    def has_whole(self, family: str) -> bool:
        """Whether every row of a collection is known."""
        return self.totals.get(family) == len(self.rows.get(family, ()))

    def forms(self, family: str) -> tuple[Operation, ...]:
        """Return the operation and its other forms."""
        return self.document.forms(family)


def _weight(attributes: Mapping[str, Any]) -> float:
    return sum(value for value in attributes.values() if isinstance(value, int | float))


def known_of(observations: Observations, seed: int = 0) -> KnownValues:
    """Gather what a run has seen."""
    document = observations.document
    families = [item for item in document.operations if item.canonical_id == item.id]
    attributes = {
        entity: {name: reported[0].value for name, reported in found.items()}
        for entity, found in observations.entity_values.items()
    }
    return KnownValues(
        document=document,
        entities={kind: observations.entities(kind) for kind in dict.fromkeys(kind for kind, _ in attributes)},
        attributes=attributes,
        rows={item.id: tuple(observations.rows(item.id).values()) for item in families if item.collection},
        totals={item.id: observations.total(item.id) for item in families if item.collection},
        fits={item.id: _fitting(observations.of_operation(item.id)) for item in families if item.collection},
        days={item.id: _days(observations, item) for item in families},
        seed=seed,
    )


def windows_of(operation: Operation) -> tuple[tuple[str, str, str, str], ...]:
    """List series that two parameters cut: pattern of the items, pointer of the key, the parameters from and to."""
    rule = operation.success
    found = [item for item in (rule.annotations.invariants if rule else ()) if item.rule == "within"]
    return tuple(
        (item.at + item.terms["items"], item.terms["key"], item.terms["from"], item.terms["to"])
        for item in found
        if "*" not in item.at
    )


def _fitting(answers: Iterable[Observation]) -> int:
    """Return how many items fill half of what is read of a body: others may be larger than those seen."""
    largest = max((len(seen.answer.body) / len(seen.items) for seen in answers if seen.items), default=0.0)
    return min(_MOST_ROWS, max(1, int(MAX_BODY_BYTES / 2 / largest))) if largest else _MOST_ROWS


def _days(observations: Observations, operation: Operation) -> tuple[date, ...]:
    found: set[date] = set()
    for items, key, _, _ in windows_of(operation):
        for seen in observations.of_operation(operation.id):
            for value in values(seen.body, (*tokens(items), "*", *tokens(key))):
                day = day_of(value)
                if day is not None:
                    found.add(day)
    return tuple(sorted(found))


def typical_values(document: Contract, seed: int = 0) -> KnownValues:
    """Make up data of average size, so that a plan can be priced without a request."""
    kinds = {mark.type for item in document.operations if item.success for mark in item.success.annotations.marks}
    entities = {kind: tuple(f"<{kind} {index}>" for index in range(1, _AVERAGE_ENTITIES + 1)) for kind in sorted(kinds)}
    families = [item for item in document.operations if item.canonical_id == item.id]
    rows = {item.id: _rows(item, item.collection, entities) for item in families if item.collection}
    first = date(2025, 5, 1)
    days = tuple(first + timedelta(days=index) for index in range(_AVERAGE_DAYS))
    return KnownValues(
        document=document,
        entities=entities,
        attributes={},
        rows=rows,
        totals={family: len(found) for family, found in rows.items()},
        fits=dict.fromkeys(rows, _MOST_ROWS),
        days={item.id: days if windows_of(item) else () for item in families},
        seed=seed,
        has_member=True,
    )


def _rows(
    operation: Operation, collection: Collection, entities: Mapping[str, tuple[Any, ...]]
) -> tuple[dict[str, Any], ...]:
    rows: list[dict[str, Any]] = []
    for index in range(_AVERAGE_ROWS):
        row: dict[str, Any] = {}
        _put(row, tokens(collection.identity), f"<row {index + 1}>")
        for name, place in collection.sort.fields.items():
            _put(row, tokens(place), f"{name} {index % 7}")
        for rule in collection.filters:
            parameter = operation.input(rule.parameter)
            values = parameter.enum if parameter else ()
            if rule.match.startswith("on-or-"):
                _put(row, tokens(rule.item), f"2025-05-{index % 28 + 1:02}T00:00:00Z")
            elif parameter and parameter.entity:
                found = entities[parameter.entity]
                _put(row, tokens(rule.item), found[index % len(found)])
            elif values:
                _put(row, tokens(rule.item), values[index % len(values)])
        rows.append(row)
    return tuple(rows)


def _put(row: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for token in path[:-1]:
        row = row.setdefault(token, {})
    row[path[-1]] = value


def values_at(rows: tuple[Any, ...], pointer: str) -> list[Any]:
    """List what a pointer names in each row, rows that lack it left out."""
    path = tokens(pointer)
    return [found for row in rows if isinstance(found := get(row, path), str | int | float)]
