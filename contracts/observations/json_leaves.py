"""The leaves of a body by pattern: every scalar, every empty list and object, `*` for each item of a list."""

from __future__ import annotations

from typing import Any

from oas.pointers import join

__all__ = ["leaves"]


def leaves(body: Any) -> dict[str, list[Any]]:
    """Return pattern → all values at its places, in the order of the body.

    A list or object that is not empty is no leaf: what it holds is.
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
