"""What the schema of a response says about places in its body: entities, invariants, formats, assumptions.

Every fact is found once, by walking the schema through its references, and
is kept with two pointers: into the document and into the body (a pattern, `*`
for every item).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.contract.pointers import join, lookup, scope_of, tokens

__all__ = ["EntityAnnotation", "Invariant", "SchemaAnnotations", "facts_of", "resolve"]

_PREFIX = "#"
_MAX_DEPTH = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityAnnotation:
    """An attribute of an entity at a place of the body. Source: `x-entity`.

    Attributes:
        type: of the entity.
        attribute: its name; `id` identifies.
        unless: request parameters that make it incomparable.
        at: pattern of the value in the body.
        pointer: into the document.
        assumed: sentence it rests on, empty where the vendor says it.
    """

    type: str
    attribute: str
    unless: tuple[str, ...]
    at: str
    pointer: str
    assumed: str = ""

    @property
    def scope(self) -> str:
        """Pattern of the innermost array item around the value, or of the body."""
        return scope_of(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """A rule inside every instance of a schema. Source: `x-invariants`.

    Attributes:
        rule: `sum`, `ratio`, `at-most`, `unique-by`, `ordered-by`, `within` or `now`.
        terms: as written; pointers start at the instance.
        at: pattern of the instance in the body.
        pointer: into the document.
        assumed: sentence it rests on, empty where the vendor says it.
    """

    rule: str
    terms: Mapping[str, Any]
    at: str
    pointer: str
    assumed: str = ""


@dataclass(frozen=True, slots=True)
class SchemaAnnotations:
    """All that a response schema says about its body, by pattern.

    Attributes:
        fields: patterns of every documented member.
        open: patterns of objects that document no member at all.
        shapes: pattern → keywords of the schema there, references followed.
        components: pattern → name of the component that the schema there is, if it is one.
        pointers: pattern → pointer into the document.
        assumed: pattern → the `x-assumed` sentence there.
    """

    marks: list[EntityAnnotation] = field(default_factory=list)
    invariants: list[Invariant] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    shapes: dict[str, dict[str, Any]] = field(default_factory=dict)
    components: dict[str, str] = field(default_factory=dict)
    pointers: dict[str, str] = field(default_factory=dict)
    assumed: dict[str, str] = field(default_factory=dict)

    def assumption(self, *patterns: str) -> str:
        """Return the first assumption at, or around, any of the patterns; empty where there is none."""
        for pattern in patterns:
            parts = tokens(pattern)
            for length in range(len(parts), 0, -1):
                sentence = self.assumed.get(join("", *parts[:length]))
                if sentence:
                    return sentence
        return ""


def resolve(document: Mapping[str, Any], node: Mapping[str, Any], pointer: str) -> tuple[dict[str, Any], str, str]:
    """Follow a `$ref` chain inside the document.

    Returns:
        The keywords, those beside a reference before those behind it; the pointer
        of the schema in the end; the name of the last component, empty for none.
    """
    merged: dict[str, Any] = {}
    name = ""
    for _ in range(_MAX_DEPTH):
        merged = {**{key: value for key, value in node.items() if key != "$ref"}, **merged}
        reference = node.get("$ref")
        if not isinstance(reference, str) or not reference.startswith(_PREFIX):
            break
        pointer = reference[len(_PREFIX) :]
        name = tokens(pointer)[-1]
        target = lookup(document, pointer)
        if not isinstance(target, Mapping):
            break
        node = target
    return merged, pointer, name


def facts_of(document: Mapping[str, Any], schema: Mapping[str, Any], pointer: str) -> SchemaAnnotations:
    """Walk a response schema and collect everything that it says about places in the body."""
    facts = SchemaAnnotations()
    _walk(document, facts, schema, ("", pointer), 0)
    for place, invariant in enumerate(facts.invariants):
        facts.invariants[place] = _with_assumption(facts, invariant)
    return facts


def _walk(
    document: Mapping[str, Any], facts: SchemaAnnotations, schema: Mapping[str, Any], where: tuple[str, str], depth: int
) -> None:
    at, origin = where
    keywords, pointer, name = resolve(document, schema, origin)
    if depth > _MAX_DEPTH:
        return
    home = origin if "x-entity" in schema else pointer
    _note(facts, keywords, at, (home, pointer, name))
    for index, part in enumerate(keywords.get("allOf", ())):
        _walk(document, facts, part, (at, join(pointer, "allOf", index)), depth + 1)
    properties = keywords.get("properties", {})
    if not properties and "allOf" not in keywords and "object" in _types(keywords):
        facts.open.add(at)
    for member, child in properties.items():
        below = join(at, member)
        facts.fields.add(below)
        _walk(document, facts, child, (below, join(pointer, "properties", member)), depth + 1)
    items = keywords.get("items")
    if isinstance(items, Mapping):
        _walk(document, facts, items, (at + "/*", join(pointer, "items")), depth + 1)


def _note(facts: SchemaAnnotations, keywords: dict[str, Any], at: str, where: tuple[str, str, str]) -> None:
    home, pointer, name = where
    facts.shapes.setdefault(at, {}).update(keywords)
    facts.pointers.setdefault(at, pointer)
    if name:
        facts.components.setdefault(at, name)
    sentence = keywords.get("x-assumed", "")
    if sentence:
        facts.assumed.setdefault(at, sentence)
    if keywords.get("x-secret"):
        facts.secrets.append(at)
    entity = keywords.get("x-entity")
    if entity:
        unless = tuple(entity.get("unless", ()))
        where_marked = join(home, "x-entity")
        facts.marks.append(
            EntityAnnotation(
                type=entity["type"], attribute=entity["attribute"], unless=unless, at=at, pointer=where_marked
            )
        )
    facts.invariants.extend(_invariants(keywords, at, pointer))


def _invariants(keywords: Mapping[str, Any], at: str, pointer: str) -> Iterator[Invariant]:
    for index, entry in enumerate(keywords.get("x-invariants", ())):
        for rule, terms in entry.items():
            yield Invariant(rule=rule, terms=terms, at=at, pointer=join(pointer, "x-invariants", index))


def _with_assumption(facts: SchemaAnnotations, invariant: Invariant) -> Invariant:
    figures: list[str] = []
    for key in ("equals", "of", "value", "limit", "to", "items"):
        term = invariant.terms.get(key, ())
        figures += [term] if isinstance(term, str) else list(term)
    sentence = facts.assumption(*(invariant.at + figure for figure in figures))
    return Invariant(
        rule=invariant.rule, terms=invariant.terms, at=invariant.at, pointer=invariant.pointer, assumed=sentence
    )


def _types(keywords: Mapping[str, Any]) -> tuple[str, ...]:
    types = keywords.get("type", ())
    return (types,) if isinstance(types, str) else tuple(types)
