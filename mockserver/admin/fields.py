"""The members of a control request: of a JSON object, or of a query string.

Strict on purpose: a misspelt member of a control request is refused with a reason,
instead of testing something else than they think.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from mockserver.admin.problem import Problem
from mockserver.timestamps import iso_z
from oas.api_keys import redact

_STAMP = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?\d*([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
#: A whole number with more digits is not a finite double either.
MAX_DIGITS = 310
_DIGITS = re.compile(r"-?\d{1,18}", re.ASCII)


class RequestFields:
    """Named values, each taken and judged once.

    Args:
        values: name → value.
        allowed: every name that may occur.

    Raises:
        Problem: 400, a name is not allowed.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any], allowed: Iterable[str]) -> None:
        names = tuple(allowed)
        for name in values:
            if name not in names:
                expected = ", ".join(f"`{item}`" for item in names) or "none at all"
                raise Problem(400, f"{_shown(name)} is not known here; expected of: {expected}.")
        self._values = values

    def __contains__(self, name: str) -> bool:
        """Whether a member is there, be its value null."""
        return name in self._values

    def __len__(self) -> int:
        """Return the number of members."""
        return len(self._values)

    def everything(self) -> Mapping[str, Any]:
        """Return all values as they came, for a reader that judges them itself."""
        return self._values

    def text(self, name: str, max_chars: int = 200) -> str | None:
        """Return a text of at most `max_chars`, None where the member is missing."""
        value = self._values.get(name)
        if name in self and not (isinstance(value, str) and len(value) <= max_chars):
            self._refuse(name, f"a text of at most {max_chars} characters")
        return value

    def choice(self, name: str, *choices: str) -> str:
        """Return one of the choices; the member must be there."""
        value = self._values.get(name)
        if not (isinstance(value, str) and value in choices):
            self._refuse(name, " or ".join(f'"{choice}"' for choice in choices))
        return value

    def boolean(self, name: str) -> bool:
        """Return true or false; the member must be there."""
        value = self._values.get(name)
        if not isinstance(value, bool):
            self._refuse(name, "true or false")
        return value

    def integer(self, name: str, least: int, most: int) -> int | None:
        """Return a whole number within bounds, also one written as text; None where the member is missing."""
        if name not in self:
            return None
        value = self._values[name]
        if isinstance(value, str) and _DIGITS.fullmatch(value):
            value = int(value)
        elif isinstance(value, float) and value.is_integer():
            value = int(value)  # 1.0 is an integer. Source: JSON Schema 2020-12, Validation, `type`
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self._refuse(name, f"a whole number from {least} to {most}")
        return value

    def number(self, name: str) -> float:
        """Return a finite number; the member must be there."""
        value = self._values.get(name)
        try:
            if not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(float(value)):
                return float(value)
        except OverflowError:
            pass
        self._refuse(name, "a finite number")

    def moment(self, name: str, earliest: float = -math.inf, latest: float = math.inf) -> float | None:
        """Return an RFC 3339 date-time in seconds since the epoch, None where the member is missing."""
        if name not in self:
            return None
        value = self._values[name]
        if isinstance(value, str) and (match := _STAMP.fullmatch(value)):
            try:
                # The microsecond is as fine as it gets here: further digits are left out.
                moment = datetime.fromisoformat(value[:19] + (match[2] or "") + match[3].upper()).timestamp()
            except ValueError:
                moment = math.nan
            if earliest <= moment <= latest:
                return moment
            if not math.isnan(moment):
                raise Problem(422, f"`{name}` is out of range; {iso_z(earliest)} to {iso_z(latest)} was expected.")
        self._refuse(name, "an RFC 3339 date-time such as 2025-05-11T09:00:00Z")

    def _refuse(self, name: str, expected: str) -> NoReturn:
        found = "is wrong" if name in self else "is missing"
        raise Problem(400, f"`{name}` {found}; {expected} was expected.")


def read_object(body: bytes, max_depth: int) -> dict[str, Any]:
    """Parse one JSON object, strictly.

    Args:
        body: UTF-8, with no byte order mark.
        max_depth: deepest nesting of arrays and objects, ≥ 1.

    Raises:
        Problem: 400; not JSON, not UTF-8, NaN or a number that is infinite as a
            double, a name twice in one object, too deep, or no object.
    """
    try:
        value = json.loads(
            body.decode(),
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_without_duplicates,
        )
    except UnicodeDecodeError as error:
        raise Problem(
            400, f"The body is not UTF-8: byte {error.start} cannot be decoded; send JSON in UTF-8."
        ) from error
    except json.JSONDecodeError as error:
        raise Problem(400, f"The body is not JSON: {error.msg} at character {error.pos}.") from error
    except ValueError as error:
        raise Problem(400, f"The body is not JSON that can be used: {error}.") from error
    except RecursionError as error:
        raise Problem(400, f"The body is nested too deeply; at most {max_depth} levels were expected.") from error
    if not isinstance(value, dict):
        raise Problem(400, 'The body must be a JSON object, such as {"advance_s": 60}.')
    if _depth_exceeds(value, max_depth):
        raise Problem(400, f"The body is nested too deeply; at most {max_depth} levels were expected.")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError("a number is too large")
    return int(text)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a name occurs twice in one object")
    return values


def _depth_exceeds(value: object, most: int) -> bool:
    level: list[object] = [value]
    for _ in range(most + 1):
        children = [
            item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)
        ]
        if not children:
            return False
        level = [item for items in children for item in items]
    return True


def _shown(name: str) -> str:
    """Return a client's word for showing: short, in ASCII, on one line."""
    return f"`{ascii(redact(name)[:60])[1:-1]}`"
