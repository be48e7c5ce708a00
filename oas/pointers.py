"""RFC 6901 JSON pointers, in their plain form and as the fragment of a `$ref`.

A pointer is empty for the whole document or begins with `/`; a fragment is the
same behind `#`, percent-encoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

__all__ = ["children", "escape", "find", "fragment_of", "join", "lookup", "pointer_of", "tokens", "unescape"]


def escape(token: str) -> str:
    """Write one member name as a reference token: `~` → `~0`, `/` → `~1`.

    Source: RFC 6901 §3.
    """
    return token.replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """Read one reference token back into the member name.

    Source: RFC 6901 §4: `~1` first, so that `~01` stays `~1`.
    """
    return token.replace("~1", "/").replace("~0", "~")


def join(pointer: str, *steps: str | int) -> str:
    """Append member names or indexes, unescaped, to a pointer."""
    return pointer + "".join(f"/{escape(str(step))}" for step in steps)


@lru_cache(maxsize=4096)
def tokens(pointer: str) -> tuple[str, ...]:
    """Split a pointer into unescaped tokens; empty for the whole document.

    Raises:
        ValueError: the pointer is not empty and does not begin with `/`.
    """
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"{pointer!r} is no JSON pointer: it must be empty or begin with '/'.")
    return tuple(unescape(token) for token in pointer[1:].split("/"))


def lookup(document: Any, pointer: str) -> Any:
    """Return what the pointer names.

    Raises:
        LookupError: nothing is there.
        ValueError: the pointer is malformed.
    Source: RFC 6901 §4; an array index is `0` or has no leading zero.
    """
    node = document
    for token in tokens(pointer):
        if isinstance(node, Mapping):
            node = node[token]
        elif _is_list(node) and token.isascii() and token.isdigit() and (token == "0" or token[0] != "0"):
            node = node[int(token)]
        else:
            raise LookupError(f"{token!r} of {pointer!r} is not there.")
    return node


def pointer_of(fragment: str) -> str:
    """Turn a `$ref` of the form `#…` into a pointer.

    Raises:
        ValueError: the reference leaves the document or names an anchor.
    Source: RFC 6901 §6.
    """
    pointer = unquote(fragment[1:])
    if not fragment.startswith("#") or (pointer and not pointer.startswith("/")):
        raise ValueError(f"{fragment!r} is no JSON pointer into this document.")
    return pointer


def fragment_of(pointer: str) -> str:
    """Turn a pointer into a `$ref` of the form `#…`."""
    return "#" + quote(pointer, safe="/~$")


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
    """Return what lies one step below an object or array, empty for anything else."""
    if isinstance(node, Mapping):
        return list(node.items())
    return list(enumerate(node)) if _is_list(node) else ()


def _is_list(node: Any) -> bool:
    return isinstance(node, Sequence) and not isinstance(node, str)
