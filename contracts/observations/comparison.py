"""Comparing bodies: where two of them differ, values by their format, what never repeats taken out.

Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from oas.pointers import join, pattern_of

__all__ = [
    "agree",
    "day_of",
    "differences",
    "excerpt",
    "leaves",
    "moment_of",
]


def leaves(body: Any) -> dict[str, list[Any]]:
    """Return pattern → all values at its places, in the order of the body.

    A list or object that is not empty is not a leaf: what it holds is.
    """
    found: dict[str, list[Any]] = {}
    _collect(body, "", found)
    return found


def _collect(value: Any, at: str, found: dict[str, list[Any]]) -> None:
    if isinstance(value, dict) and value:
        for name, child in value.items():
            _collect(child, join(at, name), found)
    elif isinstance(value, list) and value:
        for item in value:
            _collect(item, f"{at}/*", found)
    else:
        found.setdefault(at, []).append(value)


_LONGEST = 160


def moment_of(value: Any) -> datetime | None:
    """Read a stamp with a zone; None where it is none. Source: RFC 3339 §5.6."""
    # Most texts are no stamps, and parsing is slow.
    if not isinstance(value, str) or len(value) < 19 or value[4] != "-" or value[13] != ":":
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def day_of(value: Any) -> date | None:
    """Read a day, or the UTC day of a stamp; None where it is neither."""
    moment = moment_of(value)
    if moment is not None:
        return moment.date()
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def agree(left: Any, right: Any) -> bool:
    """Whether two values say the same: numbers by value, stamps to the second, all else as JSON."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(left, str) and isinstance(right, str):
        return left == right or _same_second(left, right)
    if isinstance(left, dict | list) and type(left) is type(right):
        return next(differences(left, right), None) is None
    return type(left) is type(right) and bool(left == right)


def _same_second(left: str, right: str) -> bool:
    first, second = moment_of(left), moment_of(right)
    return first is not None and second is not None and abs((first - second).total_seconds()) < 1


def differences(
    left: Any, right: Any, skip: Callable[[str], bool] | None = None, at: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    """Yield pointer and both values of every place where two bodies differ.

    Args:
        left: a body, or part of one.
        right: another.
        skip: whether what a pattern names may differ.
        at: pointer of both.
    """
    if (not isinstance(left, bool) and left == right) or (skip is not None and at and skip(pattern_of(at))):
        return
    if isinstance(left, dict) and isinstance(right, dict):
        for name in dict.fromkeys((*left, *right)):
            below = join(at, name)
            if name in left and name in right:
                yield from differences(left[name], right[name], skip, below)
            elif skip is None or not skip(pattern_of(below)):
                yield below, left.get(name), right.get(name)
    elif isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            yield at, f"{len(left)} items", f"{len(right)} items"
            return
        for index, (first, second) in enumerate(zip(left, right, strict=True)):
            yield from differences(first, second, skip, f"{at}/{index}")
    elif not agree(left, right):
        yield at, left, right


def excerpt(value: Any) -> str:
    """Write a value in at most 160 characters."""
    text = repr(value) if not isinstance(value, str) else value
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
