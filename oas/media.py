"""Request bodies read strictly: JSON as RFC 8259 says it, nothing that readers disagree about.

What is refused beside bad syntax: duplicate member names, `NaN` and
`Infinity`, numbers that overflow, lone surrogates, nesting deeper than the
limit, other content types.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from oas.messages import Violation

_SYNTAX = "the body is not JSON: {}"


class _Refused(ValueError):
    """The text parses, but not to one value that all readers agree on."""


def read_json(body: bytes, max_depth: int) -> tuple[Any, Violation | None]:
    """Parse a JSON body.

    Args:
        body: UTF-8, not empty.
        max_depth: deepest nesting of arrays and objects.

    Returns:
        The value and None, or None and what is wrong with the body.
    """
    try:
        value = _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        return None, _violation("malformed", f"the body is not UTF-8 (byte {error.start})")
    except RecursionError:
        return None, _violation("depth", f"the body is nested deeper than {max_depth}")
    except _Refused as error:
        return None, _violation("malformed", str(error))
    except ValueError as error:
        return None, _violation("malformed", _SYNTAX.format(error))
    if (body.count(b"[") + body.count(b"{")) > max_depth and _depth(value) > max_depth:
        return None, _violation("depth", f"the body is nested deeper than {max_depth}")
    if b"\\u" in body and not _is_unicode(value):
        return None, _violation("malformed", "the body has a lone surrogate, which is not a character")
    return value, None


def write_json(value: Any) -> bytes:
    """Return a value as compact JSON in UTF-8; integers of any size are written as they are.

    Raises:
        ValueError: NaN or infinity, which JSON does not have, or a lone surrogate.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # an integer beyond 64 bits
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def is_json(content_type: str) -> bool:
    """Whether a `Content-Type` announces JSON in UTF-8. Source: RFC 8259 §8.1, RFC 6839 §3.1 (+json)."""
    essence, _, parameters = content_type.partition(";")
    essence = essence.strip().lower()
    if essence != "application/json" and not (essence.startswith("application/") and essence.endswith("+json")):
        return False
    for parameter in filter(None, (part.strip().lower() for part in parameters.split(";"))):
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in ("utf-8", "utf8"):
            return False
    return "," not in content_type


def _violation(code: str, message: str) -> Violation:
    return Violation("body", "", code, message)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _Refused(f"the member {twice[:60]!r} stands twice in one object; send it once")
    return members


def _number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise _Refused(f"the number {text[:60]} is too large")
    # JSON Schema counts 10.0 as an integer, so what reads a valid body may rely on an int.
    return int(value) if value.is_integer() else value


def _integer(text: str) -> int:
    if len(text) > 4000:  # Python refuses to convert more; so do we, by name
        raise _Refused("a number has more than 4,000 digits")
    return int(text)


def _constant(text: str) -> Any:
    raise _Refused(f"{text} is not a JSON value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members, parse_float=_number, parse_int=_integer, parse_constant=_constant
)


def _depth(value: Any) -> int:
    depth, level = 0, [value] if isinstance(value, list | dict) else []
    while level:
        depth += 1
        level = [
            item
            for node in level
            for item in (node.values() if isinstance(node, Mapping) else node)
            if isinstance(item, list | dict)
        ]
    return depth


def _is_unicode(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def essence_of(media_type: str) -> str:
    """Return a media type without its parameters, lower-cased. Source: RFC 9110 §8.3.1."""
    return media_type.partition(";")[0].strip().lower()


def is_json_type(media_type: str) -> bool:
    """Whether a media type name of a document is JSON: application/json, +json, or a range over it."""
    essence = essence_of(media_type)
    return essence in ("application/json", "*/*", "application/*") or essence.endswith("+json")
