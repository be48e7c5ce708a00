"""Errors that both commands share: the base of the two trees in `mockserver.errors` and `contracts.errors`.

    ToolError
    └── UsageError             the caller's input cannot be used                    exit 2
        ├── SpecInvalid        the OpenAPI document, or a file that belongs to it
        │   └── BoundExceeded  the document is larger than a bound allows
        └── FixtureInvalid     an example does not fit its schema

What is wrong with a part of a document is not an error but a `Finding`
(`oas.findings`): the rest of the document can still be used.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["BoundExceeded", "FixtureInvalid", "SpecInvalid", "ToolError", "UsageError", "place_text", "printable"]

#: What breaks a line, steers a terminal or cannot be encoded.
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class ToolError(Exception):
    """A failure of the tool. `exit_code` is what a command returns for it."""

    exit_code = 5


class UsageError(ToolError):
    """The caller's input cannot be used: a file, an option, a combination.

    Args:
        message: what happened, what was expected, what to do next.
        source: the file or option at fault, empty where there is none.
        pointer: RFC 6901 JSON pointer into `source`, empty for the whole.
        line: of the file, from 1; 0 where it is not known.
    """

    exit_code = 2

    def __init__(self, message: str, source: str = "", pointer: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.pointer = pointer
        self.line = line

    def __str__(self) -> str:
        place = printable(place_text(self.source, self.line, self.pointer))
        return f"{place}: {self.message}" if place else self.message


class SpecInvalid(UsageError):
    """The OpenAPI document, its x- vocabulary or a file of it cannot be used."""


class BoundExceeded(SpecInvalid):
    """The document has more bytes, levels, nodes or files than a bound of `oas.bounds.Bounds` allows."""


class FixtureInvalid(UsageError):
    """An example does not fit its schema."""


def place_text(source: str, line: int, pointer: str) -> str:
    """Write a place as `source:line#pointer`; parts that are empty or 0 are left out."""
    return source + (f":{line}" if line else "") + (f"#{pointer}" if pointer else "")


def printable(text: str) -> str:
    """Replace control characters and lone surrogates, which documents may hold in names, by U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", text)
