"""Everything that can go wrong with the tool itself, as one tree.

    ToolError
    ├── UsageError                the caller's input makes no sense                    exit 2
    │   ├── SpecInvalid           the OpenAPI document or its x- vocabulary
    │   └── ConfigInvalid         an option, a setting, a baseline or corpus file
    ├── TargetUnreachable         nothing answers at the base URL                      exit 3
    ├── TargetNotJudgeable        something answers, but not this API, or only 429     exit 4
    ├── BudgetExhausted           the next request would exceed the budget             exit 4
    ├── RequestRefused            the gate does not send this (a write on a live one)  exit 4
    └── ToolFailed                a fault of ours                                      exit 5

A broken contract is not an exception but a value, `contracts.verdicts.Violation`.
"""

from __future__ import annotations

from oas.errors import SpecInvalid, ToolError, UsageError

__all__ = [
    "BudgetExhausted",
    "ConfigInvalid",
    "RequestRefused",
    "SpecInvalid",
    "TargetNotJudgeable",
    "TargetUnreachable",
    "ToolError",
    "ToolFailed",
    "UsageError",
]


class ConfigInvalid(UsageError):
    """An option, setting or input file holds something that makes no sense."""


class TargetUnreachable(ToolError):
    """No HTTP answer came from the base URL."""

    exit_code = 3


class TargetNotJudgeable(ToolError):
    """The base URL answers, but with something that says nothing about the contract."""

    exit_code = 4


class BudgetExhausted(ToolError):
    """The request was not sent: it would have exceeded the budget, or the wait allowed for it."""

    exit_code = 4


class RequestRefused(ToolError):
    """The gate does not send this request to this target."""

    exit_code = 4


class ToolFailed(ToolError):
    """The tool has a fault; the message says where."""
