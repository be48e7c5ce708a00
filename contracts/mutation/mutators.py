"""Puts a fault into an answer: one place of its body, or one of its headers, changed in one way."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import date, datetime, timedelta
from typing import Any

from contracts.mutation.mutants import Mutant
from oas.pointers import tokens

__all__ = ["mutate_body", "mutate_headers"]

#: Stands for an array item in a pattern.
_ITEM = "*"


def mutate_body(mutant: Mutant, body: Any, known: Mapping[str, list[Any]]) -> Any:
    """Return the body with its fault, the same object where the place does not exist in it.

    Args:
        mutant: the fault.
        body: parsed JSON; not changed.
        known: type of entity → ids seen so far.
    """
    changed = copy.deepcopy(body)
    for holder, key in _places(changed, tokens(mutant.place)):
        before = holder[key]
        after = _changed(mutant, before, known)
        if after is not _SAME and after != before:
            holder[key] = after
            return changed
    return body


def _places(node: Any, steps: tuple[str, ...]) -> Iterator[tuple[Any, Any]]:
    """Yield holder and key of every place that a pattern names, in order."""
    if not steps:
        return
    step, rest = steps[0], steps[1:]
    keys: list[Any] = []
    if step == _ITEM and isinstance(node, list):
        keys = list(range(len(node)))
    elif isinstance(node, Mapping) and step in node:
        keys = [step]
    for key in keys:
        if rest:
            yield from _places(node[key], rest)
        else:
            yield node, key


_SAME = object()


def _changed(mutant: Mutant, value: Any, known: Mapping[str, list[Any]]) -> Any:
    if mutant.mutator == "null":
        return None
    if mutant.mutator == "type changed":
        return str(value) if isinstance(value, int | float) else 7
    if value is None:
        return _SAME
    if mutant.category == "id":
        return _other_id(value, known.get(mutant.entity, []))
    return _CHANGES[mutant.mutator](value, mutant)


def _other_id(value: Any, known: list[Any]) -> Any:
    """Return another id that exists, a made-up one where none is known."""
    others = [one for one in known if one != value]
    if others:
        return others[0]
    # Without one, always the same: an id that should be fresh is then given twice.
    return value + 1 if isinstance(value, int) else f"{str(value)[:4]}0000000000"


def _day_later(value: Any, mutant: Mutant) -> Any:
    text = str(value)
    try:
        if len(text) == 10:
            return (date.fromisoformat(text) + timedelta(days=1)).isoformat()
        moment = datetime.fromisoformat(text) + timedelta(days=1)
    except (ValueError, OverflowError):
        return _SAME
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + text[19:]


def _other_value(value: Any, mutant: Mutant) -> Any:
    return next((one for one in mutant.enum if one != value), _SAME)


def _dropped(value: Any, mutant: Mutant) -> Any:
    return value[1:] if isinstance(value, list) and value else _SAME


def _doubled(value: Any, mutant: Mutant) -> Any:
    return [value[0], *value] if isinstance(value, list) and value else _SAME


def _swapped(value: Any, mutant: Mutant) -> Any:
    return [value[1], value[0], *value[2:]] if isinstance(value, list) and len(value) > 1 else _SAME


_CHANGES: Mapping[str, Callable[[Any, Mutant], Any]] = {
    "plus one": lambda value, _: value + 1,
    "day later": _day_later,
    "other value": _other_value,
    "flipped": lambda value, _: not value,
    "other link": lambda value, _: re.sub(r"\d+", lambda found: str(int(found[0]) + 1), str(value), count=1),
    "other text": lambda value, _: f"{value} changed",
    "dropped": _dropped,
    "doubled": _doubled,
    "swapped": _swapped,
}


def mutate_headers(mutant: Mutant, headers: MutableMapping[str, str]) -> bool:
    """Put the fault into response headers; returns whether they had the place.

    Args:
        mutant: of the category `header`.
        headers: lower-cased name → value; changed in place.
    """
    name = mutant.place.lower()
    if name not in headers:
        return False
    if mutant.mutator == "dropped":
        del headers[name]
    else:
        headers[name] = str(int(headers[name]) + 1)
    return True
