"""Query strings read into typed parameters, as the document declares them.

Compiled once per operation; a request costs one pass over its pairs. What
cannot be read is a `Violation`, what does not fit is left for the schema to
judge.

Source: OpenAPI 3.1.0, Parameter Object (style, explode); WHATWG URL,
application/x-www-form-urlencoded parsing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from oas.fast_dataclass import record
from oas.messages import Violation

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_INTEGER = re.compile(r"-?[0-9]{1,4000}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_SEPARATORS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
#: Separator → what stands for it in a query string; a comma that belongs to an item is sent percent-encoded.
_SPLITS = {",": re.compile(","), " ": re.compile(r" |\+|%20"), "|": re.compile(r"\||%7[Cc]")}


class Malformed(ValueError):
    """A name or value is not percent-encoded UTF-8."""


@dataclass(frozen=True, slots=True)
class ParameterReader:
    """One declared parameter of the query, the path or the headers.

    Attributes:
        name: as in the document; of a `deepObject`, without the brackets.
        cast: text → value of the declared type; text that does not fit comes back as it is.
        is_array: values are collected into a list.
        separator: between the items of one occurrence; empty when each item is an occurrence.
        is_object: `name[key]=value` pairs are collected (`deepObject`).
        is_required: must be sent.
        members: key → cast, of a `deepObject`; a key that is not here stays text.
    """

    name: str
    cast: Callable[[str], Any]
    is_array: bool = False
    separator: str = ""
    is_object: bool = False
    is_required: bool = False
    members: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)

    def value_of(self, text: str) -> Any:
        """Return one decoded text as the declared type, an array where that is one."""
        if self.is_array:
            return [self.cast(item) for item in text.split(self.separator or ",")]
        return self.cast(text)


@record(frozen=True, slots=True)
class ParsedQuery:
    """What a query string says.

    Attributes:
        values: declared parameters that were sent, cast, in the order of the query.
        violations: what could not be read, and what is missing.
        undocumented: names that the operation does not declare.
    """

    values: dict[str, Any]
    violations: tuple[Violation, ...] = ()
    undocumented: tuple[str, ...] = ()


def cast_for(types: frozenset[str]) -> Callable[[str], Any]:
    """Return the reading of one text as the most specific of some JSON Schema types.

    Args:
        types: such as `{"integer", "null"}`; empty when anything goes.
    """
    casts = [_CASTS[name] for name in ("integer", "number", "boolean") if name in types]
    if not casts or "string" in types:
        return _as_text
    if len(casts) == 1:
        return casts[0]
    return lambda text: next((value for value in (cast(text) for cast in casts) if value is not text), text)


def _as_text(text: str) -> str:
    return text


def _as_integer(text: str) -> Any:
    return int(text) if _INTEGER.fullmatch(text) else text


def _as_number(text: str) -> Any:
    if not _NUMBER.fullmatch(text):
        return text
    value = float(text)
    return text if value in (float("inf"), float("-inf")) else value


def _as_boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


_CASTS: Mapping[str, Callable[[str], Any]] = {"integer": _as_integer, "number": _as_number, "boolean": _as_boolean}


def decode(text: str) -> str:
    """Return a query name or value without its percent-encoding; `+` is a space.

    Raises:
        Malformed: an escape is incomplete or the bytes are no UTF-8.
    """
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text and text.isascii():
        return text
    if _BAD_ESCAPE.search(text):
        raise Malformed("a % must be followed by two hexadecimal digits")
    try:
        # Servers hand bytes beyond ASCII over as Latin-1.
        raw = text.encode("latin-1") if not text.isascii() else text
        return unquote_to_bytes(raw).decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise Malformed("the bytes are no UTF-8") from error


class QueryReader:
    """Reads the query strings of one operation.

    Args:
        parameters: as declared.
    """

    __slots__ = ("_declared", "_required")

    def __init__(self, parameters: tuple[ParameterReader, ...]) -> None:
        self._declared = {parameter.name: parameter for parameter in parameters}
        self._required = tuple(parameter.name for parameter in parameters if parameter.is_required)

    @property
    def names(self) -> tuple[str, ...]:
        """Declared names in the order of the document."""
        return tuple(self._declared)

    def read(self, query: str) -> ParsedQuery:
        """Read a query string, without `?`.

        A repeated parameter that is not an array is a violation: which of the two
        values counts would be a guess.
        """
        values: dict[str, Any] = {}
        problems: list[Violation] = []
        unknown: list[str] = []
        if query:
            for pair in query.split("&"):
                if pair:
                    self._take(pair, values, problems, unknown)
        for name in self._required:
            if name not in values:
                problems.append(Violation("query", f"/{name}", "required", f"the parameter {name} is required"))
        return ParsedQuery(values, tuple(problems), tuple(unknown))

    def _take(self, pair: str, values: dict[str, Any], problems: list[Violation], unknown: list[str]) -> None:
        name, _, text = pair.partition("=")
        try:
            name = decode(name)
        except Malformed as error:
            problems.append(Violation("query", "", "malformed", f"a parameter name cannot be read: {error}"))
            return
        parameter, key = self._declared.get(name), None
        if parameter is None or parameter.is_object:
            stem, _, rest = name.partition("[")
            parameter, key = self._declared.get(stem), rest.removesuffix("]")
            if parameter is None or not parameter.is_object or not name.endswith("]"):
                unknown.append(name)
                return
            name = stem
        try:
            if key is not None:
                members = values.setdefault(name, {})
                members[key] = parameter.members.get(key, _as_text)(decode(text))
            elif parameter.is_array:
                values.setdefault(name, []).extend(_items(parameter, text))
            elif name in values:
                message = f"{name} stands more than once; send it once"
                problems.append(Violation("query", f"/{name}", "repeated", message))
            else:
                values[name] = parameter.cast(decode(text))
        except Malformed as error:
            values.setdefault(name, "")  # sent, so not missing as well
            problems.append(Violation("query", f"/{name}", "malformed", f"the value of {name} cannot be read: {error}"))


def _items(parameter: ParameterReader, text: str) -> list[Any]:
    texts = _SPLITS[parameter.separator].split(text) if parameter.separator else [text]
    return [parameter.cast(decode(item)) for item in texts]


def separator_of(style: str, explode: bool) -> str:
    """Return what parts the items of one occurrence of an array, empty when each is an occurrence of its own."""
    return "" if explode else _SEPARATORS.get(style, ",")
