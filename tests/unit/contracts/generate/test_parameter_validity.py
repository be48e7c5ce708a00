from __future__ import annotations

from typing import Any

import pytest

from contracts.generate.parameter_validity import ParameterValidity
from oas.operation import Input

DATE = {"type": "string", "format": "date"}
LIMIT = {"type": "integer", "minimum": 1}


def fitness(schema: dict[str, Any], items: dict[str, Any] | None = None, *, is_text: bool = True) -> ParameterValidity:
    return ParameterValidity(Input(name="p", schema=schema, items=items or {}, pointer="/p"), is_text)


@pytest.mark.parametrize(
    "schema, value, fits",
    [
        (LIMIT, "1", True),
        (LIMIT, "0", False),
        (LIMIT, "-3", False),
        (LIMIT, "many", False),
        (LIMIT, "", False),
        (LIMIT, "0.5", False),
        (LIMIT, "null", False),
        ({"type": "number"}, "1.5", None),
        ({"type": "boolean"}, "true", True),
        ({"type": "boolean"}, "yes", None),
        ({"type": "boolean"}, "maybe", False),
        ({"enum": ["a", "b"], "type": "string"}, "a", True),
        ({"enum": ["a", "b"], "type": "string"}, "A", False),
        (DATE, "2025-05-01", True),
        (DATE, "2025-02-30", False),
        (DATE, "", False),
        ({"type": "string"}, "", True),
        ({"type": "object"}, "{}", None),
    ],
)
def test_a_text_of_a_query_is_read_as_the_document_says(schema: dict[str, Any], value: str, fits: bool | None) -> None:
    assert fitness(schema)(value) is fits


@pytest.mark.parametrize("text", ["01", "+1", " 1", "1.0", "1e3", "1_0", "-0", "\u0661", "9" * 25, "9007199254740993"])
def test_a_number_that_servers_read_in_two_ways_is_unclear(text: str) -> None:
    assert fitness(LIMIT)(text) is None


@pytest.mark.parametrize(
    "schema, value, fits",
    [
        (LIMIT, 1, True),
        (LIMIT, True, False),
        (LIMIT, "1", False),
        (LIMIT, None, False),
        (LIMIT, 1.0, None),
        (LIMIT, 1.5, False),
        (LIMIT, 2**60, None),
        (DATE, 20250501, False),
        ({"type": "string"}, [1.0], None),
        ({"type": "string"}, {"a": 2**60}, None),
    ],
)
def test_a_value_of_a_body_is_judged_as_it_is(schema: dict[str, Any], value: Any, fits: bool | None) -> None:
    assert fitness(schema, is_text=False)(value) is fits


def test_a_day_that_the_calendar_of_some_languages_lacks_is_unclear() -> None:
    assert fitness(DATE)("0000-01-01") is None


@pytest.mark.parametrize("value, fits", [("7", True), (["7", "8"], True), (["7", "x"], False), (["7", "01"], None)])
def test_a_repeated_parameter_is_a_list(value: Any, fits: bool | None) -> None:
    assert fitness({"type": "array"}, {"type": "integer"})(value) is fits


def test_a_scalar_that_is_repeated_is_unclear() -> None:
    assert fitness(LIMIT)(["1", "2"]) is None


@pytest.mark.parametrize("schema", [{"allOf": [{"$ref": "#/components/schemas/Limit"}]}, {"type": "no such type"}])
def test_a_schema_that_cannot_be_compiled_alone_gives_no_opinion(schema: dict[str, Any]) -> None:
    assert fitness(schema, is_text=False)(1) is None
