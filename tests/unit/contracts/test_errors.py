"""The tree of errors: where each stands, its exit code, its one line."""

from __future__ import annotations

import re
from typing import Any

import pytest

from contracts import errors
from contracts.errors import ConfigInvalid, SpecInvalid, ToolError, UsageError

CODES = {
    "ToolError": 5,
    "UsageError": 2,
    "SpecInvalid": 2,
    "ConfigInvalid": 2,
    "TargetUnreachable": 3,
    "TargetNotJudgeable": 4,
    "BudgetExhausted": 4,
    "RequestRefused": 4,
    "ToolFailed": 5,
}
CLASSES = {
    name: found for name, found in vars(errors).items() if isinstance(found, type) and issubclass(found, ToolError)
}


def test_every_error_has_its_exit_code() -> None:
    assert {name: found.exit_code for name, found in CLASSES.items()} == CODES


@pytest.mark.parametrize("name", CODES)
def test_the_tree_in_the_documentation_is_the_tree(name: str) -> None:
    drawn = re.findall(r"^ {4}([│ ├└─]*)(\w+)(?:.*?exit (\d))?", errors.__doc__ or "", re.MULTILINE)
    depths = {word: len(branch) // 4 for branch, word, _ in drawn}
    assert depths[name] == len(CLASSES[name].mro()) - len(ToolError.mro())
    for _, word, code in drawn:
        assert not code or int(code) == CODES[word]


@pytest.mark.parametrize(
    "given, line",
    [
        (("what happened",), "what happened"),
        (("what happened", "openapi.yaml"), "openapi.yaml: what happened"),
        (("what happened", "openapi.yaml", "/paths/~1x"), "openapi.yaml#/paths/~1x: what happened"),
        (("what happened", "", "/paths"), "#/paths: what happened"),
        (("what happened", "--budget"), "--budget: what happened"),
    ],
)
@pytest.mark.parametrize("kind", [UsageError, SpecInvalid, ConfigInvalid])
def test_a_wrong_input_is_told_with_its_place(kind: type[UsageError], given: Any, line: str) -> None:
    error = kind(*given)
    assert str(error) == line
    assert (error.message, error.source, error.pointer) == (*given, "", "")[:3]


def test_every_failure_of_the_tool_is_caught_as_one() -> None:
    assert set(CLASSES) == set(CODES)
    assert all(not issubclass(found, ValueError | OSError) for found in CLASSES.values())
