"""RFC 6901 JSON pointers, and patterns of them in which `*` stands for every item of an array."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["MISSING", "join", "locate", "lookup", "pattern_of", "scope_of", "tokens", "values"]


class _Missing:
    """Stands for what a pointer does not find; false."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"


#: Returned by `lookup` where nothing is; JSON's null is a value.
MISSING: Any = _Missing()


def join(pointer: str, *steps: str | int) -> str:
    """Append member names or indexes, unescaped, to a pointer."""
    return pointer + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def tokens(pointer: str) -> tuple[str, ...]:
    """Split a pointer or pattern into unescaped tokens; empty for the whole document.

    Source: RFC 6901 §4.
    """
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])


def lookup(value: Any, path: tuple[str, ...] | str) -> Any:
    """Return what the pointer, split or not, names in `value`; `MISSING` where nothing is."""
    for token in tokens(path) if isinstance(path, str) else path:
        if isinstance(value, dict):
            value = value.get(token, MISSING)
        elif isinstance(value, list) and token.isdigit() and int(token) < len(value):
            value = value[int(token)]
        else:
            return MISSING
    return value


def locate(value: Any, pattern: tuple[str, ...], at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield pointer and value of everything that a split pattern names.

    Args:
        value: where the pattern begins.
        pattern: tokens; `*` is every item of an array.
        at: pointer of `value`, put before the pointers yielded.
    """
    for place, token in enumerate(pattern):
        if token == "*":
            if isinstance(value, list):
                rest = pattern[place + 1 :]
                for index, item in enumerate(value):
                    yield from locate(item, rest, f"{at}/{index}")
            return
        if not isinstance(value, dict) or token not in value:
            return
        value, at = value[token], join(at, token)
    yield at, value


def values(value: Any, pattern: tuple[str, ...]) -> Iterator[Any]:
    """Yield the value of everything that a split pattern names; faster than `locate`, which tells pointers too."""
    for place, token in enumerate(pattern):
        if token == "*":
            if isinstance(value, list):
                rest = pattern[place + 1 :]
                for item in value:
                    yield from values(item, rest)
            return
        if not isinstance(value, dict) or token not in value:
            return
        value = value[token]
    yield value


def pattern_of(pointer: str) -> str:
    """Replace every index of a pointer by `*`, so that it is the same whatever the data."""
    return "/".join("*" if token.isdigit() else token for token in pointer.split("/"))


def scope_of(pattern: str) -> str:
    """Return the pattern of the innermost array item around what `pattern` names, empty for the body."""
    at = pattern.rfind("/*/")
    if pattern.endswith("/*"):
        return pattern
    return pattern[: at + 2] if at >= 0 else ""
