"""One try at a value for a schema: from its examples where they are valid, else made up.

What a schema asks for is its shape; a shape with alternatives is narrowed to one
of each before a value is made, and the value is judged by the schema itself where
making it right is not enough to be right.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from oas.dialect import Direction
from oas.sampling import containers, scalars
from oas.sampling.alternatives import SIMPLEST, AlternativeSearch, tagged, types_of
from oas.sampling.merged_schemas import MergedSchemas, Shape
from oas.sampling.seeded_random import BudgetSpent, SampleImpossible, SeededRandom
from oas.schemas import Schemas
from oas.violations import not_json

__all__ = ["GenerationOptions", "ValueGenerator"]

#: Nodes of a sample; beyond the first number only what is required is added.
_AMPLE_NODES: Final = 1_000
_MAX_NODES: Final = 4_000
#: Arrays and objects inside each other: beyond the first number little is added, at the second all ends.
_AMPLE_DEPTH: Final = 8
_MAX_DEPTH: Final = 40
_TRIES: Final = 12
_MAX_TRIES: Final = 40

#: Keywords that no value is made right by, so that it must be judged.
_JUDGED: Final = frozenset(
    {"is_denied", "conditions", "contains", "dependentSchemas", "propertyNames", "patternProperties"}
    | {"unevaluatedItems", "unevaluatedProperties", "alternatives", "tags"}
)


@dataclass(frozen=True, slots=True)
class GenerationOptions:
    """How a try goes about it.

    Attributes:
        is_spare: add only what is required.
        uses_examples: take examples, and defaults, where they are valid.
        is_loose: vary what the schema leaves open, instead of showing all of it.
    """

    is_spare: bool = False
    uses_examples: bool = True
    is_loose: bool = False


class ValueGenerator:
    """One try. Made for one value and thrown away.

    Args:
        schemas: of the document.
        direction: of the value.
        dice: chance and budget.
        manner: how to go about it.
    """

    def __init__(self, schemas: Schemas, direction: Direction, dice: SeededRandom, manner: GenerationOptions) -> None:
        self.dice = dice
        self.manner = manner
        self.is_loose = manner.is_loose
        self.shapes = MergedSchemas(lambda reference: schemas.target(reference, direction), self.matches, dice.budget)
        self._schemas = schemas
        self._direction = direction
        self._nodes = 0
        self._open: Counter[str] = Counter()
        self._judges: dict[int, tuple[Any, Any]] = {}
        self._patterns: dict[str, Any] = {}

    @property
    def is_spare(self) -> bool:
        """Whether only what is required is to be added from here on."""
        return self.manner.is_spare or self._nodes > _AMPLE_NODES

    def value(self, schema: Any, depth: int = 0) -> Any:
        """Make a value.

        Args:
            schema: a translated schema.
            depth: arrays and objects around it.

        Raises:
            SampleImpossible: none was found.
            BudgetSpent: the search has become too long, or the value too large.
        """
        self._count(1, depth)
        shape = self.shapes.of(schema)
        if shape.get("is_never"):
            raise SampleImpossible("the schema allows no value.")
        for given in self._given(shape):
            if self.fits(schema, given):
                self._count(not_json(given, "")[0], depth)
                return copy.deepcopy(given)
        shape = tagged(shape, schema)
        if shape.keys() & _JUDGED:
            return self._judged(schema, shape, depth)
        return self._made(shape, depth)

    def fits(self, schema: Any, value: Any) -> bool:
        """Judge a value by a translated schema."""
        self.dice.budget.spend()
        known = self._judges.get(id(schema))
        if known is None:
            known = self._judges[id(schema)] = schema, self._compiled(schema)
        try:
            return bool(known[1].is_valid(value))
        except ValueError:
            return False

    def matches(self, pattern: str, name: str) -> bool:
        """Whether a pattern occurs in a property name, in time that the pattern cannot stretch."""
        if pattern not in self._patterns:
            self._patterns[pattern] = self._compiled({"pattern": pattern})
        return bool(self._patterns[pattern].is_valid(name))

    def is_withheld(self, schema: Any) -> bool:
        """Whether a property is left out in this direction."""
        return bool(self.shapes.of(schema).get("readOnly" if self._direction == "request" else "writeOnly"))

    def is_leaf(self, schema: Any) -> bool:
        """Whether every value of a schema is a scalar."""
        types = self.shapes.of(schema).get("types", ("object",))
        return not {"object", "array"} & set(types)

    def _compiled(self, schema: Any) -> Any:
        return self._schemas.compile(schema, lambda: "", self._direction)

    def _count(self, nodes: int, depth: int) -> None:
        self.dice.budget.spend()
        self._nodes += nodes
        if self._nodes > _MAX_NODES:
            raise BudgetSpent(f"the sample would have more than {_MAX_NODES} nodes.")
        if depth > _MAX_DEPTH:
            raise SampleImpossible(f"required values are nested deeper than {_MAX_DEPTH} levels.")

    def _given(self, shape: Shape) -> Iterator[Any]:
        """Yield what the document itself offers as a value, best first."""
        if not self.manner.uses_examples or (self.is_loose and self.dice.below(2)):
            return
        examples = shape.get("examples", ())
        offered = [examples[0], *self.dice.shuffled(examples[1:5])] if examples else []
        if not isinstance(shape.get("default", []), dict | list):
            offered.append(shape["default"])
        for value in offered:
            if not_json(value, "")[0] + self._nodes <= _MAX_NODES:
                yield value

    def _judged(self, schema: Any, shape: Shape, depth: int) -> Any:
        """Make values until one is valid; each time with other alternatives, and from the second time on loosely."""
        narrowing = AlternativeSearch(self, shape, self._is_cut((), depth) or self._repeats(shape))
        was_loose = self.is_loose
        try:
            for at in range(min(_MAX_TRIES, max(_TRIES, 2 * narrowing.combinations))):
                try:
                    value = self._made(narrowing.shape(at), depth)
                except BudgetSpent:
                    raise
                except SampleImpossible:
                    continue
                for candidate in (value, *narrowing.unambiguous(value)):
                    if self.fits(schema, candidate):
                        return candidate
                self.is_loose = True
        finally:
            self.is_loose = was_loose
        raise SampleImpossible("no valid combination of its parts was found.")

    def _made(self, shape: Shape, depth: int) -> Any:
        """Make a value of a shape without alternatives."""
        if shape.get("is_never"):
            raise SampleImpossible("the schema allows no value.")
        if "enum" in shape:
            return self._constant(shape)
        references = shape.get("references", ())
        is_cut = self._is_cut(references, depth)
        self._open.update(references)
        try:
            return self._first_possible(shape, depth, is_cut)
        finally:
            self._open.subtract(references)

    def _first_possible(self, shape: Shape, depth: int, is_cut: bool) -> Any:
        reason = SampleImpossible("the schema allows no type.")
        for name in self._types(shape, is_cut):
            try:
                return self._typed(name, shape, depth, is_cut)
            except BudgetSpent:
                raise
            except SampleImpossible as error:
                reason = error
        raise reason

    def _typed(self, name: str, shape: Shape, depth: int, is_cut: bool) -> Any:
        if name == "object":
            return containers.make_object(self, shape, depth, is_cut)
        if name == "array":
            return containers.make_array(self, shape, depth, is_cut)
        if name == "string":
            judge = self._compiled(scalars.scalar_schema({**shape, "types": ("string",)}))
            return scalars.text(shape, self.dice, judge.is_valid)
        if name in ("integer", "number"):
            return (scalars.integer if name == "integer" else scalars.number)(shape, self.dice, self.is_loose)
        return None if name == "null" else self.dice.below(2) == 1

    def _constant(self, shape: Shape) -> Any:
        judge = self._compiled(scalars.scalar_schema(shape))
        options = [value for value in shape["enum"] if judge.is_valid(value)]
        if not options:
            raise SampleImpossible("none of the listed values is valid.")
        telling = [value for value in options if value is not None] or options
        return copy.deepcopy(self.dice.pick(options if self.is_loose else telling))

    def _types(self, shape: Shape, is_cut: bool) -> list[str]:
        """Return the types to try, best first: one that tells something before null, unless little shall be added."""
        types = types_of(shape)
        if is_cut:
            return sorted(types, key=SIMPLEST.index)
        if self.is_loose:
            return self.dice.shuffled(types if "types" in shape else SIMPLEST)
        telling = [name for name in types if name != "null"]
        return (self.dice.shuffled(telling) if "types" in shape else telling) + ["null"] * (len(telling) < len(types))

    def _repeats(self, shape: Shape) -> bool:
        """Whether one of the alternatives is a schema of which a value stands inside another already."""
        branches = [branch for group in shape.get("alternatives", ()) for branch in group.branches]
        return any(
            self._open[reference] > 1 for each in branches for reference in self.shapes.of(each).get("references", ())
        )

    def _is_cut(self, references: tuple[str, ...], depth: int) -> bool:
        """Whether to add little: deep inside, or inside a value of the same schema."""
        return self.is_spare or depth >= _AMPLE_DEPTH or any(self._open[reference] > 0 for reference in references)
