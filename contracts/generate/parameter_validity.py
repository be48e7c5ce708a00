"""Whether a value fits its parameter: yes, no, or not for us to say.

`None` is for what servers may read either way without breaking the contract:
`01` for a number, a date of the year 0, 1.0 for an integer, more than 53 bits.
A text from a query is first given the type that the document says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

import jsonschema_rs

from oas.operation import Input

__all__ = ["ParameterValidity"]

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_BOOLEANS = {"true": True, "false": False}
_LIKE_BOOLEANS = frozenset(("true", "false", "0", "1", "yes", "no", "on", "off"))
_MOST = 2**53


class _Unclear:
    """Stands for a text that could be of the type or not."""


AMBIGUOUS = _Unclear()


class ParameterValidity:
    """Judges the values of one parameter.

    Args:
        parameter: as documented.
        is_text: values come from a query.
    """

    def __init__(self, parameter: Input, is_text: bool) -> None:
        self.parameter = parameter
        self._is_text = is_text

    def __call__(self, value: Any) -> bool | None:
        """Say whether a value fits; from a query, a list of texts is a repeated parameter."""
        if self._is_text:
            value = self._typed(value)
        if value is AMBIGUOUS or self._validator is None or _is_unclear(value):
            return None
        try:
            fits = bool(self._validator.is_valid(value))
        except (ValueError, OverflowError):
            return None
        return None if fits and self._is_odd_day(value) else fits

    @cached_property
    def _validator(self) -> Any:
        """The compiled schema; None where it refers to others, which are not at hand here."""
        schema = dict(self.parameter.schema)
        if self.parameter.is_array and self.parameter.items:
            schema["items"] = dict(self.parameter.items)
        if "$ref" in repr(schema):
            return None
        try:
            return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        except (jsonschema_rs.ValidationError, ValueError):
            return None

    def _typed(self, value: Any) -> Any:
        if self.parameter.is_array:
            items = value if isinstance(value, list) else [value]
            typed = [_typed(self.parameter.items, item) for item in items]
            return AMBIGUOUS if any(item is AMBIGUOUS for item in typed) else typed
        return AMBIGUOUS if isinstance(value, list) else _typed(self.parameter.schema, value)

    def _is_odd_day(self, value: Any) -> bool:
        if self.parameter.schema.get("format") != "date" or not isinstance(value, str):
            return False
        try:
            date.fromisoformat(value)
        except ValueError:
            return True
        return False


def _typed(schema: Mapping[str, Any], text: Any) -> Any:
    """Give a text the type of a schema; the text itself where it is clearly of another type."""
    kind = schema.get("type", "string")
    if kind == "string" or not isinstance(text, str):
        return text
    if kind == "boolean":
        return _BOOLEANS.get(text, AMBIGUOUS if text.lower() in _LIKE_BOOLEANS else text)
    if kind not in ("integer", "number"):
        return AMBIGUOUS
    if _INTEGER.fullmatch(text) and text != "-0":
        return int(text) if len(text) < 20 else AMBIGUOUS
    return _number(kind, text)


def _number(kind: str, text: str) -> Any:
    try:
        value = float(text)
    except ValueError:
        return text
    if kind == "integer" and value % 1 and text.isascii():
        return value
    return AMBIGUOUS


def _is_unclear(value: Any) -> bool:
    """Whether a value holds numbers that JSON readers do not agree on."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) > _MOST
    if isinstance(value, float):
        return value.is_integer()
    if isinstance(value, list):
        return any(_is_unclear(item) for item in value)
    return isinstance(value, dict) and any(_is_unclear(item) for item in value.values())
