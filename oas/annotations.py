"""What the schema of a response says about places in its body: entities, invariants, formats, assumptions.

Every fact is found once, by walking the schema through its references, and
is kept with two pointers: into the document and into the body (a pattern, `*`
for every item).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from oas.errors import SpecInvalid
from oas.pointers import join, scope_of, tokens
from oas.references import References

__all__ = ["EntityAnnotation", "Invariant", "SchemaAnnotations", "annotations_of"]

_MAX_DEPTH = 24


@dataclass(frozen=True, slots=True)
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


def annotations_of(references: References, schema: Any, pointer: str) -> SchemaAnnotations:
    """Walk a response schema and collect everything that it says about places in the body.

    Args:
        references: of the document.
        schema: a Schema Object.
        pointer: to it.
    """
    facts = SchemaAnnotations()
    _walk(references, facts, schema, ("", pointer), 0)
    for place, invariant in enumerate(facts.invariants):
        facts.invariants[place] = _with_assumption(facts, invariant)
    return facts


def _walk(references: References, facts: SchemaAnnotations, schema: Any, where: tuple[str, str], depth: int) -> None:
    at, origin = where
    try:
        keywords, pointer, name = references.schema(schema, origin)
    except SpecInvalid:  # a finding of the document
        return
    if depth > _MAX_DEPTH or not isinstance(keywords, Mapping):
        return
    pointer = pointer or origin
    home = origin if "x-entity" in schema else pointer
    _note(facts, keywords, at, (home, pointer, name))
    parts = keywords.get("allOf")
    for index, part in enumerate(parts if isinstance(parts, list) else ()):
        _walk(references, facts, part, (at, join(pointer, "allOf", index)), depth + 1)
    properties = keywords.get("properties")
    if not properties and "allOf" not in keywords and "object" in _types(keywords):
        facts.open.add(at)
    for member, child in properties.items() if isinstance(properties, Mapping) else ():
        below = join(at, member)
        facts.fields.add(below)
        _walk(references, facts, child, (below, join(pointer, "properties", member)), depth + 1)
    items = keywords.get("items")
    if isinstance(items, Mapping):
        _walk(references, facts, items, (at + "/*", join(pointer, "items")), depth + 1)


def _note(facts: SchemaAnnotations, keywords: Mapping[str, Any], at: str, where: tuple[str, str, str]) -> None:
    home, pointer, name = where
    facts.shapes.setdefault(at, {}).update(keywords)
    facts.pointers.setdefault(at, pointer)
    if name:
        facts.components.setdefault(at, name)
    sentence = keywords.get("x-assumed", "")
    if isinstance(sentence, str) and sentence:
        facts.assumed.setdefault(at, sentence)
    if keywords.get("x-secret"):
        facts.secrets.append(at)
    entity = keywords.get("x-entity")
    if isinstance(entity, Mapping) and {"type", "attribute"} <= entity.keys():
        unless = tuple(entity.get("unless", ()))
        place = join(home, "x-entity")
        facts.marks.append(EntityAnnotation(entity["type"], entity["attribute"], unless, at, place))
    facts.invariants.extend(_invariants(keywords, at, pointer))


def _invariants(keywords: Mapping[str, Any], at: str, pointer: str) -> Iterator[Invariant]:
    entries = keywords.get("x-invariants", ())
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        for rule, terms in entry.items() if isinstance(entry, Mapping) else ():
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
