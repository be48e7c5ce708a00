"""What jsonschema-rs says about a value → violations of ours: bounded, ordered, fit to be shown.

Slow path only: asked after a value was found invalid.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

import jsonschema_rs

from oas.messages import Violation
from oas.pointers import join

__all__ = ["MAX_DEPTH", "MAX_VIOLATIONS", "not_json", "sentence_of", "violations_of"]

#: Violations reported of one value.
MAX_VIOLATIONS: Final = 20
#: Arrays and objects inside each other; the validator's own stack ends some way above 1,000.
MAX_DEPTH: Final = 200
#: Characters of a message, and of the offending value inside it.
_MAX_MESSAGE: Final = 300
_MAX_ECHO: Final = 60
#: Above so many nodes only the first error is asked for: the library collects all before it shows one.
_MAX_NODES: Final = 20_000
#: Errors looked at before they are put in order.
_MAX_ERRORS: Final = 1_000

_NAMES: Final = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}

_EXPECTED: Final[Mapping[str, Callable[[Any], str]]] = {
    "type": lambda types: "must be of type " + " or ".join(types),
    "required": lambda name: f"must have the property {_shown(name)}",
    "dependentRequired": lambda name: f"must also have the property {_shown(name)}, because of another one it has",
    "enum": lambda options: "must be one of " + ", ".join(_shown(option) for option in options[:20]),
    "const": lambda value: f"must be {_shown(value)}",
    "format": lambda name: f"must be in the format {name}",
    "pattern": lambda pattern: f"must match the pattern {_shown(pattern)}",
    "minimum": lambda limit: f"must be {limit} or more",
    "maximum": lambda limit: f"must be {limit} or less",
    "exclusiveMinimum": lambda limit: f"must be more than {limit}",
    "exclusiveMaximum": lambda limit: f"must be less than {limit}",
    "multipleOf": lambda factor: f"must be a multiple of {factor}",
    "minLength": lambda limit: f"must have {limit} characters or more",
    "maxLength": lambda limit: f"must have {limit} characters or fewer",
    "minItems": lambda limit: f"must have {limit} items or more",
    "maxItems": lambda limit: f"must have {limit} items or fewer",
    "minProperties": lambda limit: f"must have {limit} properties or more",
    "maxProperties": lambda limit: f"must have {limit} properties or fewer",
    "uniqueItems": lambda _: "must not hold equal items",
    "contains": lambda _: "must hold the right number of items of the kind that `contains` describes",
    "additionalProperties": lambda names: "must have no properties but the described ones" + _listed(names),
    "unevaluatedProperties": lambda names: "must have no properties but the described ones" + _listed(names),
    "items": lambda _: "must not be there: the array has more items than are described",
    "unevaluatedItems": lambda _: "must have no items but the described ones",
    "propertyNames": lambda error: "must have permitted property names only" + _listed([error.instance]),
    "anyOf": lambda _: "must match one of the described alternatives, and matches none",
    "oneOf": lambda _: "must match exactly one of the described alternatives",
    "not": lambda _: "must not match the schema that `not` excludes",
}
_HOLDERS: Final = frozenset({"properties", "patternProperties", "dependentSchemas"})


def violations_of(compiled: jsonschema_rs.Validator, value: Any, location: str) -> tuple[Violation, ...]:
    """Judge a value and put what is wrong into words.

    Args:
        compiled: the schema.
        value: anything; what JSON cannot say is a violation, never an exception.
        location: `path`, `query`, `header`, `body` or `response`.

    Returns:
        At most 20, ordered by pointer, then by keyword; empty for a valid value.
    """
    nodes, strange = not_json(value, location)
    if strange:
        return strange[:MAX_VIOLATIONS]
    try:
        errors = list(_errors(compiled, value, nodes > _MAX_NODES))
    except ValueError as error:  # A value that the library refuses to read.
        return (Violation(location, "", "malformed", f"The value cannot be read: {_cut(str(error), 200)}."),)
    leaves = [leaf for error in errors for leaf in _leaves(error)]
    leaves.sort(key=lambda leaf: (_place(leaf), _code(leaf), leaf.message))
    unique = dict.fromkeys(_violation(leaf, location) for leaf in leaves)
    return tuple(islice(unique, MAX_VIOLATIONS))


def _place(leaf: jsonschema_rs.ValidationError) -> list[tuple[bool, int, str]]:
    """Return where an error stands so that it sorts: the library gives a member called `0` as a number."""
    return [(True, 0, step) if isinstance(step, str) else (False, step, "") for step in leaf.instance_path]


def not_json(value: Any, location: str) -> tuple[int, tuple[Violation, ...]]:
    """Find what JSON cannot say: NaN and infinity, lone surrogates, depth above 200, Python's own types.

    Returns:
        The number of nodes seen and the violations, code `malformed`; the walk
        ends at the twentieth of them.
    """
    found: list[Violation] = []
    waiting: list[tuple[str, int, Any]] = [("", 0, value)]
    nodes = 0
    while waiting and len(found) < MAX_VIOLATIONS:
        pointer, depth, node = waiting.pop()
        nodes += 1
        reason = _strangeness(node, depth)
        if reason:
            found.append(Violation(location, pointer, "malformed", f"The value {reason}."))
        elif isinstance(node, dict):
            waiting.extend((join(pointer, name), depth + 1, node[name]) for name in reversed(node))
        elif isinstance(node, list):
            waiting.extend((join(pointer, index), depth + 1, node[index]) for index in range(len(node) - 1, -1, -1))
    return nodes, tuple(found)


def _strangeness(node: Any, depth: int) -> str:
    if depth > MAX_DEPTH:
        return f"is nested deeper than {MAX_DEPTH} levels"
    if isinstance(node, float):
        return "" if math.isfinite(node) else f"is {node}, expected a finite number"
    if isinstance(node, str):
        return "" if _is_text(node) else "holds a lone surrogate, expected Unicode text"
    if isinstance(node, dict):
        is_sound = all(isinstance(name, str) and _is_text(name) for name in node)
        return "" if is_sound else "has a property name that is not Unicode text"
    is_json = node is None or isinstance(node, bool | int | list)
    return "" if is_json else f"is a {type(node).__name__}, expected what JSON can say"


def _is_text(text: str) -> bool:
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _errors(compiled: jsonschema_rs.Validator, value: Any, is_large: bool) -> Iterator[jsonschema_rs.ValidationError]:
    if not is_large:
        yield from islice(compiled.iter_errors(value), _MAX_ERRORS)
        return
    try:
        compiled.validate(value)
    except jsonschema_rs.ValidationError as error:
        yield error


def _leaves(error: jsonschema_rs.ValidationError) -> Iterator[jsonschema_rs.ValidationError]:
    """Replace "matches no alternative" by its reasons where only one alternative can have been meant."""
    if error.kind.name in ("anyOf", "oneOf"):
        meant = [branch for branch in error.kind.value if branch and not any(_misses(leaf, error) for leaf in branch)]
        if len(meant) == 1:
            for leaf in meant[0][:_MAX_ERRORS]:
                yield from _leaves(leaf)
            return
    yield error


def _misses(leaf: jsonschema_rs.ValidationError, parent: jsonschema_rs.ValidationError) -> bool:
    """Whether an alternative asks for another type, or another constant, than the value's."""
    return leaf.instance_path == parent.instance_path and leaf.kind.name in ("type", "const", "enum", "falseSchema")


def sentence_of(error: jsonschema_rs.ValidationError) -> str:
    """Say in a sentence of at most 300 characters what is wrong with a value."""
    value = error.instance
    expected = _EXPECTED.get(_code(error), lambda _: "is not allowed here")
    clause = expected(None if error.kind.name == "falseSchema" else error.kind.value)
    return f"The {_NAMES.get(type(value), 'value')} {_shown(value)} {_cut(clause, _MAX_MESSAGE - 80)}."


def _violation(error: jsonschema_rs.ValidationError, location: str) -> Violation:
    return Violation(location, join("", *error.instance_path), _code(error), sentence_of(error))


def _code(error: jsonschema_rs.ValidationError) -> str:
    """Return the keyword that failed, also where the library only says that a schema was `false`."""
    steps = error.schema_path
    if steps and steps[-1] == "dependentRequired":
        return "dependentRequired"
    if error.kind.name != "falseSchema":
        return str(error.kind.name)
    if len(steps) > 1 and steps[-2] in _HOLDERS:
        return str(steps[-2])
    return str(steps[-1]) if steps and isinstance(steps[-1], str) else "false"


def _shown(value: Any) -> str:
    """Show a JSON value in at most 60 characters."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, list | dict):
        one, many = ("item", "items") if isinstance(value, list) else ("property", "properties")
        return f"of {len(value)} {one if len(value) == 1 else many}"
    if not isinstance(value, str):
        return _number(value)
    is_long = len(value) > _MAX_ECHO - 2  # Cut before it is quoted: the text may be of any length.
    return _cut(repr(value[: _MAX_ECHO - 3] + "…" if is_long else value), _MAX_ECHO)


def _number(value: Any) -> str:
    # A decimal of thousands of digits would not even be converted.
    is_huge = isinstance(value, int) and value.bit_length() > 200
    return f"of {value.bit_length()} bits" if is_huge else _cut(str(value), _MAX_ECHO)


def _listed(names: Any) -> str:
    shown = [_shown(name) for name in names[:5]] if isinstance(names, list) else []
    return f", not {', '.join(shown)}" if shown else ""


def _cut(text: str, limit: int) -> str:
    return _printable(text if len(text) <= limit else text[: limit - 1] + "…")


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
