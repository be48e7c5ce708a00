"""Everything that can go wrong with the tool itself, as one tree.

    ContractsError
    ├── UsageError                the caller's input makes no sense                    exit 2
    │   ├── SpecInvalid           the OpenAPI document or its x- vocabulary
    │   └── ConfigInvalid         an option, a setting, a baseline or corpus file
    ├── TargetUnreachable         nothing answers at the base URL                      exit 3
    ├── TargetNotJudgeable        something answers, but not this API, or only 429     exit 4
    ├── BudgetExhausted           the next request would exceed the budget             exit 4
    ├── RequestRefused            the gate does not send this (a write on a live one)  exit 4
    └── ToolFailed                a fault of ours                                      exit 5

A broken contract is no exception but a value, `contracts.verdicts.Violation`.
Nothing is imported here but the standard library.
"""

from __future__ import annotations


class ContractsError(Exception):
    """A failure of the tool or of its surroundings. `exit_code` is what the command returns for it."""

    exit_code = 5


class UsageError(ContractsError):
    """The caller's input cannot be used.

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
    """The OpenAPI document, or its x- vocabulary, cannot be turned into a contract."""


class ConfigInvalid(UsageError):
    """An option, setting or input file holds something that makes no sense."""


class TargetUnreachable(ContractsError):
    """No HTTP answer came from the base URL."""

    exit_code = 3


class TargetNotJudgeable(ContractsError):
    """The base URL answers, but with something that says nothing about the contract."""

    exit_code = 4


class BudgetExhausted(ContractsError):
    """The request was not sent: it would have exceeded the budget, or the wait allowed for it."""

    exit_code = 4


class RequestRefused(ContractsError):
    """The gate does not send this request to this target."""

    exit_code = 4


class ToolFailed(ContractsError):
    """The tool has a fault; the message says where."""
