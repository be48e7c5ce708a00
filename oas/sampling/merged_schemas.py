"""What a schema asks for, in one flat record: references followed, `allOf` merged.

A shape is a mapping of keywords, as in JSON Schema 2020-12, but for these:

    types         `type` as a tuple              alternatives  groups of `anyOf`, `oneOf`
    enum          also from `const`              conditions    `if`, `then`, `else`
    patterns      every `pattern`                contains      every `contains` with its bounds
    references    all that were followed         tags          property → value of a discriminator
    is_never      nothing is valid               is_denied     there is a `not`

Merging may say less than the schemas do, never more than they allow to say:
the maker of a value judges it by the schema.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias

from oas.sampling.seeded_random import Budget

__all__ = ["Alternatives", "MergedSchemas", "Shape", "all_of", "item_of"]

Shape: TypeAlias = Mapping[str, Any]

_COPIED: Final = frozenset(
    {"default", "enum", "examples", "format", "readOnly", "writeOnly"}
    | {"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf", "maxLength", "minLength"}
    | {"items", "maxItems", "minItems", "prefixItems", "unevaluatedItems", "uniqueItems"}
    | {"additionalProperties", "dependentRequired", "dependentSchemas", "maxProperties", "minProperties"}
    | {"patternProperties", "properties", "propertyNames", "required", "unevaluatedProperties"}
)
#: Keywords beside which the examples of a part no longer show the whole.
_ANNOTATIONS: Final = frozenset({"default", "discriminator", "examples", "readOnly", "writeOnly", "$ref"})


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One `anyOf` or `oneOf`, with the discriminator beside it."""

    branches: tuple[Any, ...]
    discriminator: Mapping[str, Any] | None
    is_exclusive: bool


class MergedSchemas:
    """Shapes of the schemas of one document and direction, for the time of one sample.

    Args:
        target: reference of a translated schema → the translated schema there.
        matches: whether a pattern matches a property name.
        budget: what merging is counted against.
    """

    def __init__(self, target: Callable[[str], Any], matches: Callable[[str, str], bool], budget: Budget) -> None:
        self._target = target
        self._matches = matches
        self._budget = budget
        # The schema is kept beside its shape: a freed one would lend its identity to another.
        self._known: dict[int, tuple[Any, Shape]] = {}

    def of(self, schema: Any) -> Shape:
        """Return the shape of a translated schema."""
        known = self._known.get(id(schema))
        if known is None:
            known = self._known[id(schema)] = schema, self._flattened(schema, frozenset())
        return known[1]

    def both(self, first: Shape, second: Shape) -> Shape:
        """Return the shape of what two shapes both allow."""
        self._budget.spend()
        if not first or not second:
            return first or second
        merged = {**first, **second}
        for keyword in first.keys() & second.keys() & _MERGED.keys():
            merged[keyword] = _MERGED[keyword](first[keyword], second[keyword])
        if ("types" in merged and not merged["types"]) or merged.get("enum") == []:
            merged["is_never"] = True
        self._merge_items(merged, first, second)
        self._merge_properties(merged, first, second)
        return merged

    def property_of(self, shape: Shape, name: str) -> Any:
        """Return the schema that a shape has for a property, declared or not."""
        found = [shape["properties"][name]] if name in shape.get("properties", ()) else []
        found += [schema for key, schema in shape.get("patternProperties", {}).items() if self._matches(key, name)]
        return all_of(*found) if found else shape.get("additionalProperties", True)

    def _flattened(self, schema: Any, trail: frozenset[str]) -> Shape:
        self._budget.spend()
        if isinstance(schema, bool):
            return {} if schema else {"is_never": True}
        shape: Shape = _own(schema)
        parts = [self._flattened(part, trail) for part in schema.get("allOf", ())]
        reference = schema.get("$ref")
        # A schema that is part of itself adds nothing to itself.
        if reference is not None and reference not in trail:
            parts.append(self._flattened(self._target(reference), trail | {reference}))
        is_alone = len(parts) == 1 and schema.keys() <= _ANNOTATIONS | {"allOf"}
        for part in parts:
            shape = self.both(shape, part if is_alone else _without_partial_examples(part))
        return shape

    def _merge_items(self, merged: dict[str, Any], first: Shape, second: Shape) -> None:
        if "prefixItems" in merged:
            length = max(len(first.get("prefixItems", ())), len(second.get("prefixItems", ())))
            merged["prefixItems"] = [all_of(item_of(first, at), item_of(second, at)) for at in range(length)]

    def _merge_properties(self, merged: dict[str, Any], first: Shape, second: Shape) -> None:
        if "properties" not in merged:
            return
        names = dict.fromkeys([*first.get("properties", ()), *second.get("properties", ())])
        self._budget.spend(len(names))
        merged["properties"] = {
            name: all_of(self.property_of(first, name), self.property_of(second, name)) for name in names
        }


def all_of(*schemas: Any) -> Any:
    """Return one translated schema for several that all hold."""
    distinct = {id(schema): schema for schema in schemas if schema is not True}
    if any(schema is False for schema in distinct.values()):
        return False
    if len(distinct) > 1:
        return {"allOf": list(distinct.values())}
    return next(iter(distinct.values()), True)


def item_of(shape: Shape, index: int) -> Any:
    """Return the schema of one item of an array."""
    prefix = shape.get("prefixItems", ())
    return prefix[index] if index < len(prefix) else shape.get("items", True)


def _own(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the shape of a schema's own keywords."""
    shape = {keyword: value for keyword, value in schema.items() if keyword in _COPIED}
    if "type" in schema:
        shape["types"] = (schema["type"],) if isinstance(schema["type"], str) else tuple(schema["type"])
    if "const" in schema:
        shape["enum"] = [schema["const"]]
    if "pattern" in schema:
        shape["patterns"] = (schema["pattern"],)
    if "contains" in schema:
        shape["contains"] = ((schema["contains"], schema.get("minContains", 1)),)
    if "if" in schema:
        shape["conditions"] = ((schema["if"], schema.get("then", True), schema.get("else", True)),)
    if "not" in schema:
        shape["is_denied"] = True
    if "$ref" in schema:
        shape["references"] = (schema["$ref"],)
    return {**shape, **_alternatives(schema)}


def _alternatives(schema: Mapping[str, Any]) -> dict[str, Any]:
    discriminator = schema.get("discriminator")
    if not isinstance(discriminator, Mapping) or not isinstance(discriminator.get("propertyName"), str):
        discriminator = None
    groups = [
        Alternatives(tuple(schema[keyword]), discriminator, keyword == "oneOf")
        for keyword in ("anyOf", "oneOf")
        if schema.get(keyword)
    ]
    if groups:
        return {"alternatives": tuple(groups)}
    return {"discriminators": (discriminator,)} if discriminator else {}


def _without_partial_examples(part: Shape) -> Shape:
    examples = [example for example in part.get("examples", ()) if not isinstance(example, dict | list)]
    return {**{keyword: part[keyword] for keyword in part if keyword != "examples"}, "examples": examples}


def _types(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """Intersect; an integer is a number."""
    narrowed = [name for name in first if name in second or (name == "integer" and "number" in second)]
    narrowed += ["integer"] if "integer" in second and "number" in first and "integer" not in first else []
    return tuple(narrowed)


def _enum(first: list[Any], second: list[Any]) -> list[Any]:
    return [value for value in first if any(_is_same(value, other) for other in second)]


def _is_same(value: Any, other: Any) -> bool:
    return isinstance(value, bool) == isinstance(other, bool) and bool(value == other)


def _multiple(first: float, second: float) -> float:
    """Return the least common multiple, which may be a fraction."""
    one, two = Fraction(str(first)), Fraction(str(second))
    common = Fraction(math.lcm(one.numerator, two.numerator), math.gcd(one.denominator, two.denominator))
    return int(common) if common.denominator == 1 else float(common)


def _named(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    return {**first, **second, **{name: all_of(first[name], second[name]) for name in first if name in second}}


def _union(first: Iterable[Any], second: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys([*first, *second]))


def _dependent(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    return {**first, **second, **{name: _union(first[name], second[name]) for name in first if name in second}}


def _first(first: Any, _: Any) -> Any:
    return first


def _chain(first: Any, second: Any) -> Any:
    return first + second


#: Keyword of a shape → how two of its values become one; of any other the second wins.
_MERGED: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    **dict.fromkeys(["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "uniqueItems"], max),
    **dict.fromkeys(["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"], min),
    **dict.fromkeys(["additionalProperties", "items", "propertyNames"], all_of),
    **dict.fromkeys(["patternProperties", "dependentSchemas"], _named),
    **dict.fromkeys(["alternatives", "conditions", "contains", "discriminators", "examples", "patterns"], _chain),
    **dict.fromkeys(["default", "format"], _first),
    "dependentRequired": _dependent,
    "enum": _enum,
    "multipleOf": _multiple,
    "references": _chain,
    "required": _union,
    "types": _types,
}
