"""The cases that the keywords of a schema tell apart, and which of them a value is."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.generate.parameter_cases import ABSENT, ParameterCase, cases_of, value_of
from contracts.messages import Request
from oas.contract import load
from oas.pointers import get

DOCUMENT: dict[str, Any] = {
    "components": {
        "schemas": {
            "Limit": {"type": "integer", "minimum": 1},
            "Loop": {"$ref": "#/components/schemas/Loop", "type": "string"},
            "Both": {"allOf": [{"$ref": "#/components/schemas/Limit"}, {"maximum": 9}]},
            "Ids": {"type": "array", "items": {"$ref": "#/components/schemas/Limit"}},
        },
        "parameters": {"Limit": {"name": "limit", "in": "query", "schema": {"$ref": "#/components/schemas/Limit"}}},
    }
}


def parameter(schema: Mapping[str, Any], **more: Any) -> list[ParameterCase]:
    """List the cases of one query parameter."""
    node = {"name": "p", "in": "query", "schema": schema, **more}
    return list(cases_of(DOCUMENT, {"parameters": [node]}))


def named(cases: list[ParameterCase]) -> list[str]:
    return [f"{case.keyword}: {case.name}" for case in cases]


def held(schema: Mapping[str, Any], value: Any) -> set[str]:
    """Name the cases that a value is, but for being given."""
    return {f"{case.keyword}: {case.name}" for case in parameter(schema)[2:] if case.holds(value)}


def asked(*query: tuple[str, str], **more: Any) -> Request:
    return Request(operation_id="o", method="GET", path="/", query=query, **more)


@pytest.mark.parametrize(
    "is_required, names",
    [(True, ["required: given", "required: missing"]), (False, ["optional: given", "optional: left out"])],
)
def test_a_parameter_is_given_or_not(is_required: bool, names: list[str]) -> None:
    given_, absent = parameter({}, required=is_required)
    assert named([given_, absent]) == names
    assert (given_.holds("x"), given_.holds(ABSENT), absent.holds("x"), absent.holds(ABSENT)) == (
        True,
        False,
        False,
        True,
    )


@pytest.mark.parametrize(
    "schema, value, cases",
    [
        ({"type": "integer"}, 5, {"type: is integer"}),
        ({"type": "integer"}, "x", {"type: is something else"}),
        ({"type": ["string", "null"]}, None, {"type: is string or null"}),
        ({"type": ["string", "null"]}, 5, {"type: is something else"}),
        ({"minimum": 1}, 0, {"minimum: below 1"}),
        ({"minimum": 1}, 1, {"minimum: exactly 1"}),
        ({"minimum": 1}, 2, {"minimum: above 1"}),
        ({"minimum": 1}, "0", set()),
        ({"type": "integer", "minimum": 1}, "0", {"type: is something else"}),
        ({"maximum": 2.5}, 2.5, {"maximum: exactly 2.5"}),
        ({"minLength": 2}, "", {"minLength: below 2"}),
        ({"minLength": 2}, "ab", {"minLength: exactly 2"}),
        ({"maxLength": 2}, "abc", {"maxLength: above 2"}),
        ({"minLength": 2}, ["a"], set()),
        ({"minItems": 1}, [], {"minItems: below 1"}),
        ({"maxItems": 1}, [1, 2], {"maxItems: above 1"}),
        ({"type": "array"}, [], {"type: is array", "items: none"}),
        ({"type": "array"}, [1], {"type: is array", "items: one"}),
        ({"type": "array"}, [1, 2], {"type: is array", "items: several"}),
        ({"type": "array"}, "ab", {"type: is something else"}),
        ({"enum": ["a", "b"]}, "a", {'enum: "a"'}),
        ({"enum": ["a", "b"]}, "c", {"enum: anything else"}),
        ({"enum": [1, True]}, 1, {"enum: 1"}),
        ({"enum": [1, True]}, True, {"enum: true"}),
        ({"enum": [None]}, None, {"enum: null"}),
        ({"type": "string", "enum": ["a"]}, 5, {"type: is something else"}),
        ({"format": "date"}, "2025-02-28", {"format: keeps date"}),
        ({"format": "date"}, "2025-02-30", {"format: breaks date"}),
        ({"pattern": "^a"}, "ab", {"pattern: keeps ^a"}),
        ({"pattern": "^a"}, "b", {"pattern: breaks ^a"}),
        ({"multipleOf": 5}, 10, {"multipleOf: keeps 5"}),
        ({"multipleOf": 5}, 11, {"multipleOf: breaks 5"}),
        ({"exclusiveMinimum": 0}, 0, {"exclusiveMinimum: breaks 0"}),
        ({"exclusiveMaximum": 9}, 8, {"exclusiveMaximum: keeps 9"}),
        ({"uniqueItems": True}, [1, 1], {"uniqueItems: breaks True"}),
        # A keyword that cannot be compiled says nothing wrong of anything.
        ({"pattern": "("}, "b", {"pattern: keeps ("}),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
def test_a_value_is_the_cases_that_it_is(schema: Mapping[str, Any], value: Any, cases: set[str]) -> None:
    assert held(schema, value) == cases


@pytest.mark.parametrize(
    "schema, cases",
    [
        ({"$ref": "#/components/schemas/Limit"}, {"type: is integer", "minimum: exactly 1"}),
        ({"$ref": "#/components/schemas/Limit", "minimum": 0}, {"type: is integer", "minimum: above 0"}),
        ({"$ref": "#/components/schemas/Both"}, {"type: is integer", "minimum: exactly 1", "maximum: below 9"}),
        ({"$ref": "#/components/schemas/Loop"}, {"type: is something else"}),
        ({"$ref": "#/nowhere"}, set()),
        ({"$ref": "https://x.example/schema"}, set()),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
def test_references_are_followed_and_what_stands_beside_them_wins(schema: Mapping[str, Any], cases: set[str]) -> None:
    assert held(schema, 1) == cases


def test_a_parameter_by_reference_is_one() -> None:
    (first, *_) = cases_of(DOCUMENT, {"parameters": [{"$ref": "#/components/parameters/Limit"}]})
    assert (first.parameter, first.location) == ("limit", "query")


@pytest.mark.parametrize(
    "schema, query, value",
    [
        ({"type": "integer"}, [("p", "5")], 5),
        ({"type": "integer"}, [("p", "x")], "x"),
        ({"type": "integer"}, [("p", "")], ""),
        ({"type": "string"}, [("p", "5")], "5"),
        ({"type": ["string", "integer"]}, [("p", "5")], "5"),
        ({"type": "number"}, [("p", "1.5")], 1.5),
        ({"type": "boolean"}, [("p", "true")], True),
        ({"type": "null"}, [("p", "null")], None),
        ({}, [("p", "5")], "5"),
        ({"type": "integer"}, [("p", "1"), ("p", "2")], 2),
        ({"type": "array", "items": {"type": "integer"}}, [("p", "1"), ("q", "9"), ("p", "x")], [1, "x"]),
        ({"$ref": "#/components/schemas/Ids"}, [("p", "1")], [1]),
        ({"type": "array"}, [("p", "1")], ["1"]),
        ({"type": "array"}, [], ABSENT),
        ({}, [("P", "5")], ABSENT),
    ],
    ids=range(15),
)
def test_a_query_is_read_by_the_schema(schema: Mapping[str, Any], query: list[tuple[str, str]], value: Any) -> None:
    assert value_of(asked(*query), parameter(schema)[0]) == value


@pytest.mark.parametrize("name", ["X-Mode", "x-mode", "X-MODE"])
def test_a_header_is_found_in_any_case(name: str) -> None:
    node = {"name": "X-Mode", "in": "header", "schema": {"type": "integer"}}
    (case, *_) = cases_of(DOCUMENT, {"parameters": [node]})
    assert value_of(asked(("X-Mode", "1"), headers=((name, "7"),)), case) == 7


BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "allOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}],
                    "properties": {"b": {"$ref": "#/components/schemas/Limit"}},
                    "required": ["b"],
                }
            }
        },
    }
}


def test_the_members_of_a_body_are_parameters() -> None:
    cases = list(cases_of(DOCUMENT, BODY))
    members = {(case.parameter, case.keyword) for case in cases if case.parameter != "(body)"}
    assert members == {("a", "required"), ("a", "type"), ("b", "required"), ("b", "type"), ("b", "minimum")}
    (case,) = [case for case in cases if case.parameter == "b" and case.name == "exactly 1"]
    assert case.holds(value_of(asked(body={"b": 1}), case))
    assert not case.holds(value_of(asked(body={"b": 2}), case))
    bodies: list[Any] = [{}, [1], None]
    assert [value_of(asked(body=body), case) for body in bodies] == [ABSENT] * 3


@pytest.mark.parametrize(
    "request_, is_required, case",
    [
        (asked(body={}), True, "an object"),
        (asked(body=[]), True, "other JSON"),
        (asked(body=0), True, "other JSON"),
        (asked(), True, "missing"),
        (asked(), False, "left out"),
        (asked(raw_body=b""), True, "raw bytes"),
        (asked(raw_body=b"{"), False, "raw bytes"),
    ],
    ids=range(7),
)
def test_a_body_as_a_whole_is_one_of_four_cases(request_: Request, is_required: bool, case: str) -> None:
    body: dict[str, Any] = {"required": is_required, "content": {"application/json": {}}}
    cases = [one for one in cases_of(DOCUMENT, {"requestBody": body}) if one.parameter == "(body)"]
    assert [one.name for one in cases if one.holds(request_)] == [case]


def test_an_operation_without_parameters_has_no_cases() -> None:
    assert list(cases_of(DOCUMENT, {"requestBody": {"content": {}}})) == []


JSON = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-3, 3) | st.text("ab", max_size=4)
SCHEMAS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["integer", "number", "string", "boolean", "null", ["string", "null"]]),
        "minimum": st.integers(-2, 2),
        "maximum": st.integers(-2, 2),
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(0, 3),
        "pattern": st.sampled_from(["^a", "b$"]),
        "multipleOf": st.integers(1, 3),
    },
)


@given(SCHEMAS, JSON)
def test_a_value_is_at_most_one_case_of_a_keyword(schema: Mapping[str, Any], value: Any) -> None:
    found = [name.partition(":")[0] for name in held(schema, value)]
    assert len(found) == len(set(found))
    assert ("type" in found) is ("type" in schema)


@functools.cache
def packaged_tree() -> Mapping[str, Any]:
    return load().tree


@pytest.mark.parametrize("operation", [item.id for item in load().operations])
def test_the_cases_of_the_packaged_contract_have_names_of_their_own(operation: str) -> None:
    node = get(packaged_tree(), load().by_id[operation].pointer)
    names = [(case.parameter, case.keyword, case.name) for case in cases_of(packaged_tree(), node)]
    assert len(names) == len(set(names))
