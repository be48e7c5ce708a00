"""Faults that a server can have, generated from the schemas: one place of one answer, changed in one way.

Every documented answer of every operation but the 500, which no right server
sends; every leaf, array and documented header of it; every mutator that fits.
A success is mutated per operation; an error that several operations share is
one answer of the document, and mutated once, wherever it is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from oas.contract import Contract
from oas.operation import Operation, Response

__all__ = ["CATEGORIES", "Mutant", "mutants"]

#: What the score is made of; free text, which no relation reads, has a line of its own.
CATEGORIES = ("number", "date", "enum", "id", "array", "header", "flag", "link", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One fault of one operation, which every answer of that status has wherever the place exists.

    Attributes:
        operation_id: whose answers are changed; of a shared error, the first that gives it.
        targets: method and path of every operation whose answers are changed.
        status: of the answers that are changed.
        place: pattern of the body place, `*` for an array item; or the name of a header.
        mutator: name of the change.
        category: of `CATEGORIES`.
        entity: type of the entity that the value identifies; empty for other ids and values.
        enum: values that the schema allows; empty where it does not say.
    """

    operation_id: str
    targets: frozenset[tuple[str, str]]
    status: int
    place: str
    mutator: str
    category: str
    entity: str = ""
    enum: tuple[Any, ...] = ()

    @property
    def id(self) -> str:
        """Stable name, such as `getCampaignInfo 200 /data/campaign_info/* dropped`."""
        return f"{self.operation_id} {self.status} {self.place} {self.mutator}"


def mutants(document: Contract, headers: tuple[str, ...]) -> tuple[Mutant, ...]:
    """Return every fault, in the order of the document.

    Args:
        document: the contract.
        headers: names of response headers that hold whole numbers.
    """
    found: list[Mutant] = []
    for answer in _answers(document):
        found += _of_body(answer, document.envelope.request_id)
        found += _of_headers(answer, headers)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One documented answer, with every operation that gives it."""

    operation_id: str
    targets: frozenset[tuple[str, str]]
    status: int
    rule: Response

    def mutant(self, place: str, mutator: str, category: str, **more: Any) -> Mutant:
        return Mutant(
            operation_id=self.operation_id,
            targets=self.targets,
            status=self.status,
            place=place,
            mutator=mutator,
            category=category,
            **more,
        )


def _answers(document: Contract) -> Iterator[_Answer]:
    shared: dict[tuple[int, str], list[tuple[Operation, Response]]] = {}
    for operation in document.operations:
        for status, rule in operation.responses.items():
            key = rule.pointer if status >= 400 else operation.id
            shared.setdefault((status, key), []).append((operation, rule))
    for (status, _), given in sorted(shared.items()):
        if status != 500:
            targets = frozenset((operation.method, operation.path) for operation, _ in given)
            yield _Answer(given[0][0].id, targets, status, given[0][1])


def _of_body(answer: _Answer, request_id: str) -> Iterator[Mutant]:
    facts = answer.rule.annotations
    ids = {request_id: "", **{mark.at: mark.type for mark in facts.marks if mark.attribute == "id"}}
    for place, shape in sorted(facts.shapes.items()):
        category = _category(shape, place in ids) if place else ""
        for mutator in _MUTATORS.get(category, ()):
            enum = tuple(shape.get("enum", ()))
            yield answer.mutant(place, mutator, category, entity=ids.get(place, ""), enum=enum)


def _of_headers(answer: _Answer, headers: tuple[str, ...]) -> Iterator[Mutant]:
    for name in headers:
        for mutator in ("dropped", "plus one"):
            yield answer.mutant(name, mutator, "header")


def _category(shape: Mapping[str, Any], is_id: bool) -> str:
    """Say what kind of place a schema describes; empty for an object, whose members are places of their own."""
    declared = shape.get("type", ())
    types = {declared} if isinstance(declared, str) else set(declared)
    if "object" in types or "properties" in shape:
        return ""
    if "array" in types:
        return "array"
    if is_id:
        return "id"
    if "enum" in shape:
        return "enum"
    if types & {"integer", "number"}:
        return "number"
    if "boolean" in types:
        return "flag"
    formats = {"date": "date", "date-time": "date", "uri-reference": "link", "uri": "link"}
    return formats.get(str(shape.get("format")), "text")


_ALWAYS = ("null", "type changed")
_MUTATORS: Mapping[str, tuple[str, ...]] = {
    "number": ("plus one", *_ALWAYS),
    "date": ("day later", *_ALWAYS),
    "enum": ("other value", *_ALWAYS),
    "id": ("other id", *_ALWAYS),
    "flag": ("flipped", *_ALWAYS),
    "link": ("other link", *_ALWAYS),
    "text": ("other text", *_ALWAYS),
    "array": ("dropped", "doubled", "swapped", *_ALWAYS),
}
