"""RFC 6901 JSON pointers: read, written, followed, and as the fragment of a `$ref`.

A pointer is empty for the whole document or begins with `/`. A fragment is a
pointer behind `#`, percent-encoded. A pattern is a pointer in which `*` stands
for every item of an array.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, unquote

__all__ = [
    "MISSING",
    "children",
    "escape",
    "find",
    "fragment_of",
    "get",
    "join",
    "locate",
    "lookup",
    "pattern_of",
    "pointer_of",
    "scope_of",
    "tokens",
    "unescape",
    "values",
]


class _Missing:
    """Stands for what a pointer does not find; false."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"


#: Returned by `get` where nothing is; JSON's null is a value.
MISSING: Final[Any] = _Missing()


def escape(token: str) -> str:
    """Write one member name as a reference token: `~` becomes `~0`, `/` becomes `~1`.

    Source: RFC 6901 §3.
    """
    return token.replace("~", "~0").replace("/", "~1") if "~" in token or "/" in token else token


def unescape(token: str) -> str:
    """Read one reference token back into the member name.

    Source: RFC 6901 §4: `~1` first, so that `~01` stays `~1`.
    """
    return token.replace("~1", "/").replace("~0", "~")


def join(pointer: str, *steps: str | int) -> str:
    """Append member names or indexes, unescaped, to a pointer."""
    for step in steps:
        pointer = f"{pointer}/{escape(step) if type(step) is str else step}"
    return pointer


@lru_cache(maxsize=4096)
def tokens(pointer: str) -> tuple[str, ...]:
    """Split a pointer or pattern into unescaped tokens; empty for the whole document.

    Raises:
        ValueError: the pointer is not empty and does not begin with `/`.
    """
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"{pointer!r} is not a JSON pointer: it must be empty or begin with '/'.")
    return tuple(unescape(token) for token in pointer[1:].split("/"))


def lookup(document: Any, pointer: str) -> Any:
    """Return what the pointer names; for pointers that must lead somewhere.

    Raises:
        LookupError: nothing is there.
        ValueError: the pointer is malformed.
    Source: RFC 6901 §4.
    """
    found = get(document, pointer)
    if found is MISSING:
        raise LookupError(f"{pointer!r} leads nowhere.")
    return found


def get(document: Any, pointer: str | tuple[str, ...]) -> Any:
    """Return what the pointer, split or not, names; `MISSING` where nothing is.

    Raises:
        ValueError: the pointer is malformed.
    Source: RFC 6901 §4; an array index is `0` or has no leading zero.
    """
    node = document
    for token in tokens(pointer) if isinstance(pointer, str) else pointer:
        if type(node) is dict or isinstance(node, Mapping):
            node = node.get(token, MISSING)
        elif _is_list(node) and _is_index(token) and int(token) < len(node):
            node = node[int(token)]
        else:
            return MISSING
    return node


def find(document: Any, wanted: object) -> str | None:
    """Return the pointer to an object of the document by identity, None if it is elsewhere.

    Walks the whole document: for error messages, not for the request path.
    """
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        pointer, node = waiting.pop()
        if node is wanted:
            return pointer
        waiting.extend((join(pointer, step), child) for step, child in children(node))
    return None


def children(node: Any) -> Iterable[tuple[str | int, Any]]:
    """Return step and value of what lies directly below an object or array; empty for anything else."""
    if isinstance(node, Mapping):
        return list(node.items())
    return list(enumerate(node)) if _is_list(node) else ()


def pointer_of(fragment: str) -> str:
    """Turn a `$ref` of the form `#…` into a pointer.

    Raises:
        ValueError: the reference leaves the document or names an anchor.
    Source: RFC 6901 §6.
    """
    pointer = unquote(fragment[1:])
    if not fragment.startswith("#") or (pointer and not pointer.startswith("/")):
        raise ValueError(f"{fragment!r} is not a JSON pointer into this document.")
    return pointer


def fragment_of(pointer: str) -> str:
    """Turn a pointer into a `$ref` of the form `#…`."""
    return "#" + quote(pointer, safe="/~$", errors="replace")


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
    """Yield the value of everything that a split pattern names; faster than `locate`."""
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
    if pattern.endswith("/*"):
        return pattern
    at = pattern.rfind("/*/")
    return pattern[: at + 2] if at >= 0 else ""


def _is_index(token: str) -> bool:
    return token.isascii() and token.isdigit() and (token == "0" or token[0] != "0")


def _is_list(node: Any) -> bool:
    return isinstance(node, Sequence) and not isinstance(node, str | bytes)
