"""Errors that both commands share: the base of the two trees in `mockserver.errors` and `contracts.errors`.

ToolError
└── UsageError              what the caller asked for makes no sense       exit 2
├── SpecInvalid         the OpenAPI document, or its x- vocabulary
└── FixtureInvalid      an example of the document that stands in a file of its own
"""

from __future__ import annotations


class ToolError(Exception):
    """A failure of the tool. `exit_code` is what the command returns for it."""

    exit_code = 5


class UsageError(ToolError):
    """The caller's input cannot be used: a file, an option, a combination.

    Args:
        message: what happened, what was expected, what to do next.
        source: the file or option at fault, empty where there is none.
        pointer: RFC 6901 JSON pointer into `source`, empty for the whole.
    """

    exit_code = 2

    def __init__(self, message: str, source: str = "", pointer: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.pointer = pointer

    def __str__(self) -> str:
        place = self.source + (f"#{self.pointer}" if self.pointer else "")
        return f"{place}: {self.message}" if place else self.message


class SpecInvalid(UsageError):
    """The OpenAPI document or its x- vocabulary cannot be used."""


class FixtureInvalid(UsageError):
    """An example file does not parse or does not fit its schema."""
