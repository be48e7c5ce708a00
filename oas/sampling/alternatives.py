"""Alternatives of a shape, one chosen of each: `anyOf`, `oneOf`, `if`, discriminators."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from oas.pointers import pointer_of, tokens
from oas.sampling.merged_schemas import Alternatives, Shape

if TYPE_CHECKING:
    from oas.sampling.generator import ValueGenerator

__all__ = ["SIMPLEST", "AlternativeSearch", "tagged", "types_of"]

#: Types by how little a value of them needs.
SIMPLEST: Final = ("null", "boolean", "integer", "number", "string", "array", "object")
#: Types in the order in which a schema without any hint is taken for one of them.
_TYPES: Final = ("string", "integer", "boolean", "object", "array", "number", "null")
_HINTS: Final[Mapping[str, frozenset[str]]] = {
    "object": frozenset(
        {"additionalProperties", "dependentRequired", "dependentSchemas", "discriminators", "maxProperties"}
        | {"minProperties", "patternProperties", "properties", "propertyNames", "required", "unevaluatedProperties"}
    ),
    "array": frozenset({"contains", "items", "maxItems", "minItems", "prefixItems", "unevaluatedItems", "uniqueItems"}),
    "string": frozenset({"format", "maxLength", "minLength", "patterns"}),
    "number": frozenset({"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"}),
}
#: What a property may be set to so that the schemas that describe it no longer match.
_SPOILERS: Final = (None, "none", 0, False)


class AlternativeSearch:
    """The ways to settle the alternatives of one shape.

    Args:
        draft: whose shapes, dice and judgement are used.
        shape: with alternatives or conditions, or without.
        is_cut: take the simplest branches first, instead of a random order.
    """

    def __init__(self, draft: ValueGenerator, shape: Shape, is_cut: bool) -> None:
        self._draft = draft
        self._shape = shape
        self._is_cut = is_cut
        self._groups: tuple[Alternatives, ...] = shape.get("alternatives", ())
        self._orders: dict[int, tuple[Any, list[Any]]] = {}
        self.combinations = math.prod([len(group.branches) for group in self._groups]) << len(
            shape.get("conditions", ())
        )

    def shape(self, at: int) -> Shape:
        """Return the shape with one branch of every alternative; the `at`-th choice differs from the one before."""
        shape, turn = self._shape, at
        while "alternatives" in shape or "conditions" in shape:
            keyword = "alternatives" if "alternatives" in shape else "conditions"
            group, *rest = shape[keyword]
            left = {name: value for name, value in shape.items() if name != keyword}
            if rest:
                left[keyword] = tuple(rest)
            order = self._order(group)
            turn, place = divmod(turn, len(order))
            branch = order[place]
            shape = self._draft.shapes.both(left, self._draft.shapes.of(branch))
            if isinstance(group, Alternatives) and group.discriminator is not None:
                shape = {**shape, "discriminators": (*shape.get("discriminators", ()), group.discriminator)}
            shape = tagged(shape, branch)
        return shape

    def unambiguous(self, value: Any) -> Iterator[Any]:
        """Yield variations of an object that matches several branches of a `oneOf`, each to match fewer.

        A property that only the others describe is set to what they do not allow.
        """
        for group in self._groups if isinstance(value, dict) else ():
            matching = [branch for branch in group.branches if self._draft.fits(branch, value)]
            if group.is_exclusive and len(matching) > 1:
                for kept in matching[:4]:
                    yield self._spoiled(value, kept, [branch for branch in matching if branch is not kept])

    def _spoiled(self, value: dict[str, Any], kept: Any, others: list[Any]) -> dict[str, Any]:
        shapes, fits = self._draft.shapes, self._draft.fits
        value = dict(value)
        for other in others:
            for name, schema in shapes.of(other).get("properties", {}).items():
                allowed = shapes.property_of(shapes.of(kept), name)
                spoilers = [each for each in _SPOILERS if not fits(schema, each) and fits(allowed, each)]
                if name not in value and spoilers:
                    value[name] = spoilers[0]
                    break
        return value

    def _order(self, group: Any) -> list[Any]:
        # The group is kept beside its order: a freed one would lend its identity to another.
        if id(group) not in self._orders:
            self._orders[id(group)] = group, self._ordered(group)
        return self._orders[id(group)][1]

    def _ordered(self, group: Any) -> list[Any]:
        dice = self._draft.dice
        if isinstance(group, Alternatives):
            branches = dice.shuffled(group.branches)
            return sorted(branches, key=self._complexity if self._is_cut else self._is_null)
        condition, consequence, otherwise = group
        return dice.shuffled([{"allOf": [condition, consequence]}, otherwise])

    def _is_null(self, branch: Any) -> bool:
        # Last in the order: null is what an optional value says when it says nothing.
        return types_of(self._draft.shapes.of(branch)) == ["null"]

    def _complexity(self, branch: Any) -> tuple[int, int]:
        shape = self._draft.shapes.of(branch)
        return SIMPLEST.index(types_of(shape)[0]), len(shape.get("required", ()))


def types_of(shape: Shape) -> list[str]:
    """Return the types that a shape names, else those that its keywords are about, else all."""
    if "types" in shape:
        return list(dict.fromkeys(shape["types"])) or list(_TYPES)
    return [name for name, keywords in _HINTS.items() if keywords & shape.keys()] or list(_TYPES)


def tagged(shape: Shape, schema: Any) -> Shape:
    """Note what the discriminators of a shape say of a value of a schema, if that is a reference."""
    discriminators = shape.get("discriminators", ())
    if not discriminators or not isinstance(schema, dict) or "$ref" not in schema:
        return shape
    pointer = tokens(pointer_of(schema["$ref"]))[1]
    tags = {each["propertyName"]: _tag(each, pointer) for each in discriminators}
    return {**shape, "tags": {**shape.get("tags", {}), **tags}}


def _tag(discriminator: Mapping[str, Any], pointer: str) -> str:
    """Return the value that stands for a schema.

    Source: OpenAPI 3.0.3, Discriminator Object: a name of the mapping, else the schema's own.
    """
    own = tokens(pointer)[-1]
    mapping = discriminator.get("mapping")
    for value, target in mapping.items() if isinstance(mapping, Mapping) else ():
        if target in (own, f"#{pointer}"):
            return str(value)
    return own
