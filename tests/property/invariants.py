"""An interpreter of `x-invariants`, independent of everything that is tested with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

Parameters = Mapping[str, Any]


def breaches(spec: Mapping[str, Any], schema: Mapping[str, Any], instance: Any, sent: Parameters) -> Iterator[str]:
    """Describe each invariant that an instance breaks, at any depth.

    Args:
        spec: the document, for its references.
        schema: of the instance.
        instance: decoded JSON.
        sent: parameters of the request.
    """
    while "$ref" in schema:
        node: Any = spec
        for token in schema["$ref"].removeprefix("#/").split("/"):
            node = node[token]
        schema = node
    for rule in schema.get("x-invariants", []):
        ((kind, said),) = rule.items()
        if not RULES[kind](said, instance, sent):
            yield f"{kind} {said}"
    for name, below in schema.get("properties", {}).items():
        if isinstance(instance, dict) and name in instance:
            yield from (f"{name}: {breach}" for breach in breaches(spec, below, instance[name], sent))
    if isinstance(instance, list):
        for item in instance:
            yield from breaches(spec, schema["items"], item, sent)


def found(instance: Any, pattern: str) -> list[Any]:
    """List what a pointer finds; the token `*` stands for every item."""
    nodes = [instance]
    for token in pattern.split("/")[1:]:
        nodes = [below for node in nodes for below in (node if token == "*" else [node[token]])]
    return nodes


def _sum(said: Any, instance: Any, sent: Parameters) -> bool:
    of, equals = ([value for pattern in said[side] for value in found(instance, pattern)] for side in ("of", "equals"))
    return None in of or None in equals or sum(of) == sum(equals)


def _ratio(said: Any, instance: Any, sent: Parameters) -> bool:
    of, to, equals = (found(instance, said[name])[0] for name in ("of", "to", "equals"))
    right = Fraction(said["scale"]) * of / to if to else Fraction(0)
    # A decimal as it is written, so that a half is a half.
    return abs(Fraction(str(equals)) - right) <= Fraction(1, 2 * 10 ** said["decimals"])


def _at_most(said: Any, instance: Any, sent: Parameters) -> bool:
    value, limit = (found(instance, said[name])[0] for name in ("value", "limit"))
    if isinstance(value, str) and isinstance(limit, str):
        return datetime.fromisoformat(value) <= datetime.fromisoformat(limit)
    return None in (value, limit) or bool(value <= limit)


def _unique_by(said: Any, instance: Any, sent: Parameters) -> bool:
    keys = _keys(said, instance)
    return len(set(keys)) == len(keys)


def _ordered_by(said: Any, instance: Any, sent: Parameters) -> bool:
    keys = _keys(said, instance)
    return sorted(keys) == keys


def _within(said: Any, instance: Any, sent: Parameters) -> bool:
    low, high = sent.get(said["from"], ""), sent.get(said["to"], "9999-12-31")
    return all(low <= key <= high for key in _keys(said, instance))


def _now(said: Any, instance: Any, sent: Parameters) -> bool:
    """Hold for a moment; which one is now, only who asked a server can know."""
    return datetime.fromisoformat(found(instance, said["value"])[0]).tzinfo is not None


def _keys(said: Any, instance: Any) -> list[Any]:
    return found(instance, f"{said['items']}/*{said['key']}")


RULES = {
    "sum": _sum,
    "ratio": _ratio,
    "at-most": _at_most,
    "unique-by": _unique_by,
    "ordered-by": _ordered_by,
    "within": _within,
    "now": _now,
}
