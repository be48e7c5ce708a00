"""Objects and arrays of a sample: how many, which, and each part from its own schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from oas.sampling.merged_schemas import Shape, all_of, item_of
from oas.sampling.regex import parse
from oas.sampling.regex_text import text_for
from oas.sampling.seeded_random import BudgetSpent, SampleImpossible
from oas.sampling.strings import word

if TYPE_CHECKING:
    from oas.sampling.generator import ValueGenerator

__all__ = ["make_array", "make_object"]

#: Items or properties that a schema may require of one array or object.
_MAX_PARTS: Final = 2_000
_TRIES: Final = 40


def make_object(draft: ValueGenerator, shape: Shape, depth: int, is_cut: bool) -> dict[str, Any]:
    """Make an object.

    Args:
        draft: makes the values of the properties.
        shape: of the object, without alternatives.
        depth: arrays and objects around it.
        is_cut: take what is required, and of the rest scalars at most.

    Raises:
        SampleImpossible: a required property has no value, or too many are required.
    """
    names = _names(draft, shape, is_cut)
    shape = _with_dependents(draft, shape, names)
    made: dict[str, Any] = {}
    _add(draft, shape, made, dict.fromkeys([*names, *shape.get("required", ())]), depth)
    _fill(draft, shape, made, depth)
    return made


def _add(draft: ValueGenerator, shape: Shape, made: dict[str, Any], names: Iterable[str], depth: int) -> None:
    """Add properties; one that has no value is left out unless it is required."""
    for name in names:
        try:
            made[name] = _property(draft, shape, name, depth)
        except BudgetSpent:
            raise
        except SampleImpossible:
            if name in shape.get("required", ()):
                raise


def _names(draft: ValueGenerator, shape: Shape, is_cut: bool) -> list[str]:
    """Return the properties to make, in the order of the document; the required ones first where not all may be."""
    declared = shape.get("properties", {})
    required = dict.fromkeys(shape.get("required", ()))
    if max(len(required), shape.get("minProperties", 0)) > _MAX_PARTS:
        raise SampleImpossible(f"more than {_MAX_PARTS} properties are required.")
    optional = [name for name in declared if name not in required and _is_wanted(draft, shape, name, is_cut)]
    room = max(0, int(shape.get("maxProperties", _MAX_PARTS)) - len(required))
    kept = _closed({*required, *optional[:room]}, shape)
    if len(kept) > shape.get("maxProperties", _MAX_PARTS):
        kept = _closed(set(required), shape)
    return [name for name in dict.fromkeys([*declared, *required, *_dependents(shape)]) if name in kept]


def _is_wanted(draft: ValueGenerator, shape: Shape, name: str, is_cut: bool) -> bool:
    schema = shape["properties"][name]
    if schema is False or draft.is_spare or draft.is_withheld(schema):
        return False
    if draft.is_loose and draft.dice.below(2):
        return False
    return not is_cut or draft.is_leaf(schema)


def _dependents(shape: Shape) -> list[str]:
    return [name for names in shape.get("dependentRequired", {}).values() for name in names]


def _closed(names: set[str], shape: Shape) -> set[str]:
    """Add what the properties at hand make required."""
    waiting = list(names)
    while waiting:
        for name in shape.get("dependentRequired", {}).get(waiting.pop(), ()):
            if name not in names:
                names.add(name)
                waiting.append(name)
    return names


def _with_dependents(draft: ValueGenerator, shape: Shape, names: list[str]) -> Shape:
    for name, schema in shape.get("dependentSchemas", {}).items():
        if name in names:
            shape = draft.shapes.both(shape, draft.shapes.of(schema))
    return shape


def _property(draft: ValueGenerator, shape: Shape, name: str, depth: int) -> Any:
    schema = draft.shapes.property_of(shape, name)
    tag = shape.get("tags", {}).get(name)
    return tag if tag is not None and draft.fits(schema, tag) else draft.value(schema, depth + 1)


def _fill(draft: ValueGenerator, shape: Shape, made: dict[str, Any], depth: int) -> None:
    """Add properties until there are enough: tags, declared ones, then such as the schema leaves to others to name."""
    for name in shape.get("tags", {}):
        if name not in made and draft.shapes.property_of(shape, name) is not False:
            made[name] = _property(draft, shape, name, depth)
    low = int(shape.get("minProperties", 0))
    declared = [name for name in shape.get("properties", {}) if name not in made]
    for name in draft.dice.shuffled(declared) if low > len(made) else ():
        if len(made) < low:
            _add(draft, shape, made, [name], depth)
    if not shape.get("properties") and not draft.is_spare and _is_map(shape) and not made:
        low = max(low, min(2, int(shape.get("maxProperties", 2))) if depth < 4 else 0)
    for _ in range(_TRIES + low):
        if len(made) >= low:
            return
        name = _invented(draft, shape)
        if name not in made and "propertyNames" in shape and not draft.fits(shape["propertyNames"], name):
            continue
        schema = draft.shapes.property_of(shape, name)
        if name not in made and schema is not False:
            made[name] = draft.value(schema, depth + 1)
    if len(made) < int(shape.get("minProperties", 0)):
        raise SampleImpossible("not enough properties were found.")


def _is_map(shape: Shape) -> bool:
    """Whether the schema describes properties whose names are not its own."""
    return isinstance(shape.get("additionalProperties"), dict) or bool(shape.get("patternProperties"))


def _invented(draft: ValueGenerator, shape: Shape) -> str:
    """Return a property name that nothing declares."""
    if "propertyNames" in shape and draft.dice.below(2):
        name = draft.value(all_of({"type": "string"}, shape["propertyNames"]), 0)
        return str(name)
    patterns = list(shape.get("patternProperties", ()))
    if patterns and (shape.get("additionalProperties") is False or draft.dice.below(2)):
        return text_for(parse(draft.dice.pick(patterns)), draft.dice, 3)
    return word(draft.dice) if draft.dice.below(4) else f"{word(draft.dice)}_{draft.dice.below(10_000)}"


def make_array(draft: ValueGenerator, shape: Shape, depth: int, is_cut: bool) -> list[Any]:
    """Make an array.

    Args:
        draft: makes the items.
        shape: of the array, without alternatives.
        depth: arrays and objects around it.
        is_cut: make no more items than are required.

    Raises:
        SampleImpossible: a required item has no value, or too many are required.
    """
    schemas = _item_schemas(draft, shape, is_cut)
    low = int(shape.get("minItems", 0))
    contained = sum(minimum for _, minimum in shape.get("contains", ()))
    made: list[Any] = []
    seen: set[str] = set()
    for at, schema in enumerate(schemas):
        try:
            item = _item(draft, schema, depth, seen if shape.get("uniqueItems") else None)
        except BudgetSpent:
            raise
        except SampleImpossible:
            if at < low or contained:
                raise
            break
        made.append(item)
    return made


def _item_schemas(draft: ValueGenerator, shape: Shape, is_cut: bool) -> list[Any]:
    """Return the schema of each item to make; those that `contains` asks for stand last."""
    low, high = int(shape.get("minItems", 0)), int(shape.get("maxItems", _MAX_PARTS))
    contained = [schema for schema, minimum in shape.get("contains", ()) for _ in range(min(minimum, _MAX_PARTS + 1))]
    prefix = shape.get("prefixItems", ())
    low = max(low, len(contained))
    if low > _MAX_PARTS:
        raise SampleImpossible(f"more than {_MAX_PARTS} items are required.")
    high = min(high, len(prefix)) if shape.get("items", True) is False else high
    if low > high:
        raise SampleImpossible("more items are required than allowed.")
    count = low if is_cut or draft.is_spare else max(low, min(high, _liking(draft, len(prefix))))
    schemas = [item_of(shape, at) for at in range(count)]
    for at, schema in enumerate(contained, count - len(contained)):
        schemas[at] = all_of(schemas[at], schema)
    return schemas


def _liking(draft: ValueGenerator, prefix: int) -> int:
    """Return how many items to make where any number will do."""
    return draft.dice.below(4) if draft.is_loose else prefix or draft.dice.between(1, 2)


def _item(draft: ValueGenerator, schema: Any, depth: int, seen: set[str] | None) -> Any:
    if seen is None:
        return draft.value(schema, depth + 1)
    return _unseen(draft, lambda: draft.value(schema, depth + 1), seen)


def _unseen(draft: ValueGenerator, make: Callable[[], Any], seen: set[str]) -> Any:
    """Make items until one is new; from the second try on loosely."""
    was_loose = draft.is_loose
    try:
        for _ in range(_TRIES):
            item = make()
            key = json.dumps(_normal(item), sort_keys=True)
            if key not in seen:
                seen.add(key)
                return item
            draft.is_loose = True
    finally:
        draft.is_loose = was_loose
    raise SampleImpossible("not enough different items were found.")


def _normal(value: Any) -> Any:
    """Write equal JSON values alike: 1.0 is 1."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_normal(item) for item in value]
    return {name: _normal(item) for name, item in value.items()} if isinstance(value, dict) else value
