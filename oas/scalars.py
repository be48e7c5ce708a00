"""The core schema of YAML 1.2: which plain scalars are null, booleans and numbers.

Source: YAML 1.2.2 §10.3.2, tag resolution. `no`, `on`, `12:30`, `0777_1` and
dates are text.
"""

from __future__ import annotations

import re
from typing import Any, Final

__all__ = ["NOT_TEXT", "plain_value", "tagged_value"]

#: The first characters of plain scalars that may be something else than text.
NOT_TEXT: Final = frozenset("nNtTfF~+-.0123456789")

_CORE: Final = "tag:yaml.org,2002:"
_TEXT_TAGS: Final = frozenset({"!", _CORE + "str", _CORE + "timestamp"})
_TYPED_TAGS: Final[dict[str, tuple[type, ...]]] = {
    _CORE + "null": (type(None),),
    _CORE + "bool": (bool,),
    _CORE + "int": (int,),
    _CORE + "float": (float, int),
}
_WORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("null", "Null", "NULL", "~", "")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
_DECIMAL: Final = re.compile("[-+]?[0-9]+")
_BASED: Final = re.compile("0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


def plain_value(text: str) -> Any:
    """Return the value of a scalar without quotes and tag.

    Raises:
        ValueError: an integer has more digits than Python converts (`sys.set_int_max_str_digits`).
    """
    if text in _WORDS:
        return _WORDS[text]
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def tagged_value(tag: str, text: str) -> Any:
    """Return the value of a scalar with a tag, in quotes or not.

    Args:
        tag: in its full form, such as `tag:yaml.org,2002:int`.
        text: of the scalar.

    Raises:
        LookupError: the tag is not of the core schema, or the text is not of its type.
        ValueError: as `plain_value`.
    """
    if tag in _TEXT_TAGS:
        return text
    value = plain_value(text)
    if type(value) not in _TYPED_TAGS.get(tag, ()):
        raise LookupError(tag)
    return float(value) if tag == _CORE + "float" else value
