"""The rules of `x-invariants` as functions on one instance of a schema.

A rule holds (True), does not apply because a figure is null or missing
(False), or is broken (`InvariantFailure`). Numbers of the wrong type are the schema's
business. Pure; may import `bodies`, `pointers` and the standard library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from contracts.observations.comparison import day_of, moment_of
from oas.pointers import get, tokens, values

__all__ = ["CHECKS", "SLACK_S", "Check", "InvariantFailure", "RequestFacts", "apart"]

#: A moment may differ this much from the target's own clock, seconds.
SLACK_S = 120.0
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class InvariantFailure:
    """What an instance breaks: title, expectation and the values that show it."""

    title: str
    expected: str
    shown: Any


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What an instance answers.

    Attributes:
        parameters: of the request, typed.
        clocks: moments that the target's clock may have shown; empty where nothing is known of it.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    clocks: tuple[datetime, ...] = ()


#: Instance and what it answers → how the rule stands.
Check = Callable[[Any, RequestFacts], InvariantFailure | bool]
_Path = tuple[str, ...]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _sum(terms: Mapping[str, Any]) -> Check:
    of, equals = ([(pattern, tokens(pattern)) for pattern in terms[name]] for name in ("of", "equals"))

    def check(instance: Any, _asked: RequestFacts) -> InvariantFailure | bool:
        left, right = _total(instance, of), _total(instance, equals)
        if left is None or right is None:
            return False
        if abs(left - right) <= _EPSILON * max(1.0, abs(left), abs(right)):
            return True
        names = " + ".join(pattern for pattern, _ in of), " + ".join(pattern for pattern, _ in equals)
        return InvariantFailure(f"{names[0]} is {left}, {names[1]} is {right}", f"both the same, {left}", (left, right))

    return check


def _total(instance: Any, patterns: list[tuple[str, _Path]]) -> float | None:
    """Add up the figures of patterns; None where one is not a number, or a single figure is missing."""
    total = 0
    for _, path in patterns:
        if "*" in path:
            found = list(values(instance, path))
            items = get(instance, path[: path.index("*")])
            if not isinstance(items, list) or (items and not found):
                return None
        else:
            found = [get(instance, path)]
        if not all(_is_number(value) for value in found):
            return None
        total += sum(found)
    return total


def _ratio(terms: Mapping[str, Any]) -> Check:
    of, to, equals = (tokens(terms[name]) for name in ("of", "to", "equals"))
    scale, decimals = float(terms["scale"]), int(terms["decimals"])

    def check(instance: Any, _asked: RequestFacts) -> InvariantFailure | bool:
        part, whole, reported = (get(instance, path) for path in (of, to, equals))
        if not (_is_number(part) and _is_number(whole) and _is_number(reported)):
            return False
        exact = scale * part / whole if whole else 0.0
        is_near = abs(reported - exact) <= 0.5 * 10**-decimals + _EPSILON
        if is_near and abs(round(reported, decimals) - reported) <= _EPSILON:
            return True
        title = f"{terms['equals']} is {reported}, {terms['of']} of {terms['to']} is {part} of {whole}"
        return InvariantFailure(title, f"{exact:.{decimals}f}", (part, whole, reported))

    return check


def _at_most(terms: Mapping[str, Any]) -> Check:
    low, high = tokens(terms["value"]), tokens(terms["limit"])

    def check(instance: Any, _asked: RequestFacts) -> InvariantFailure | bool:
        value, limit = get(instance, low), get(instance, high)
        if isinstance(value, str) and isinstance(limit, str):
            first, last = moment_of(value), moment_of(limit)
            holds = None if first is None or last is None else first <= last
        elif _is_number(value) and _is_number(limit):
            holds = value <= limit
        else:
            holds = None
        if holds is None:
            return False
        title = f"{terms['value']} is {value!r}, {terms['limit']} is {limit!r}"
        return holds or InvariantFailure(title, f"at most {limit!r}", (value, limit))

    return check


def _keys(instance: Any, items: _Path, key: _Path) -> list[Any]:
    return [value for value in values(instance, (*items, "*", *key)) if isinstance(value, str) or _is_number(value)]


def _unique_by(terms: Mapping[str, Any]) -> Check:
    items, key = tokens(terms["items"]), tokens(terms["key"])

    def check(instance: Any, _asked: RequestFacts) -> InvariantFailure | bool:
        keys = _keys(instance, items, key)
        if len(keys) < 2 or len(set(keys)) == len(keys):
            return len(keys) > 1
        twice = next(value for value in keys if keys.count(value) > 1)
        return InvariantFailure(f"two of {terms['items']} have the {terms['key']} {twice!r}", "each once", twice)

    return check


def _ordered_by(terms: Mapping[str, Any]) -> Check:
    items, key = tokens(terms["items"]), tokens(terms["key"])

    def check(instance: Any, _asked: RequestFacts) -> InvariantFailure | bool:
        keys = _keys(instance, items, key)
        for first, second in pairwise(keys):
            if type(first) is type(second) and first > second:
                title = f"{terms['key']} falls from {first!r} to {second!r} in {terms['items']}"
                return InvariantFailure(title, "keys that never fall", (first, second))
        return len(keys) > 1

    return check


def _within(terms: Mapping[str, Any]) -> Check:
    items, key = tokens(terms["items"]), tokens(terms["key"])

    def check(instance: Any, asked: RequestFacts) -> InvariantFailure | bool:
        first, last = day_of(asked.parameters.get(terms["from"])), day_of(asked.parameters.get(terms["to"]))
        days = [(value, day_of(value)) for value in _keys(instance, items, key)]
        if first is None and last is None:
            return False
        for value, day in days:
            if day is not None and ((first and day < first) or (last and day > last)):
                title = f"{terms['items']} holds {value!r}, outside {first or '…'} to {last or '…'}"
                return InvariantFailure(title, "days of the range asked for", value)
        return bool(days)

    return check


def apart(moment: datetime, clocks: tuple[datetime, ...]) -> tuple[float, datetime]:
    """Return how far a moment is from the nearest of some clocks, seconds, and what that shows."""
    nearest = min(clocks, key=lambda clock: abs((moment - clock).total_seconds()))
    return abs((moment - nearest).total_seconds()), nearest


def _now(terms: Mapping[str, Any]) -> Check:
    place = tokens(terms["value"])

    def check(instance: Any, asked: RequestFacts) -> InvariantFailure | bool:
        reported = get(instance, place)
        moment = moment_of(reported)
        if moment is None or not asked.clocks:
            return False
        apart_s, clock = apart(moment, asked.clocks)
        if apart_s <= SLACK_S:
            return True
        title = f"{terms['value']} is {reported!r}, {apart_s:.0f} s from the target's clock"
        return InvariantFailure(title, f"a moment within {SLACK_S:.0f} s of {clock.isoformat()}", reported)

    return check


#: Word of the vocabulary → terms → the check that they make.
CHECKS: Mapping[str, Callable[[Mapping[str, Any]], Check]] = {
    "sum": _sum,
    "ratio": _ratio,
    "at-most": _at_most,
    "unique-by": _unique_by,
    "ordered-by": _ordered_by,
    "within": _within,
    "now": _now,
}
