"""What is wrong with a value, in words."""

from __future__ import annotations

import json
import math
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oas.messages import Violation
from oas.violations import MAX_DEPTH, MAX_VIOLATIONS, not_json, violations_of


def judge(schema: Any, value: Any) -> tuple[Violation, ...]:
    return violations_of(jsonschema_rs.Draft202012Validator(schema, validate_formats=True), value, "body")


@pytest.mark.parametrize(
    "schema, value, code, words",
    [
        ({"type": "integer"}, "x", "type", "The string 'x' must be of type integer."),
        ({"type": ["string", "null"]}, 3, "type", "The integer 3 must be of type null or string."),
        ({"required": ["a"]}, {}, "required", "The object of 0 properties must have the property 'a'."),
        ({"enum": ["a", 1, None]}, True, "enum", "The boolean true must be one of 'a', 1, null."),
        ({"const": "a"}, None, "const", "The value null must be 'a'."),
        ({"format": "date"}, "x", "format", "The string 'x' must be in the format date."),
        ({"pattern": "^a"}, "x", "pattern", "The string 'x' must match the pattern '^a'."),
        ({"minimum": 2}, 1, "minimum", "The integer 1 must be 2 or more."),
        ({"maximum": 2}, 3.5, "maximum", "The number 3.5 must be 2 or less."),
        ({"exclusiveMinimum": 2}, 2, "exclusiveMinimum", "The integer 2 must be more than 2."),
        ({"exclusiveMaximum": 2}, 2, "exclusiveMaximum", "The integer 2 must be less than 2."),
        ({"multipleOf": 2}, 3, "multipleOf", "The integer 3 must be a multiple of 2."),
        ({"minLength": 2}, "x", "minLength", "The string 'x' must have 2 characters or more."),
        ({"maxLength": 0}, "x", "maxLength", "The string 'x' must have 0 characters or fewer."),
        ({"minItems": 2}, [1], "minItems", "The array of 1 item must have 2 items or more."),
        ({"maxItems": 0}, [1, 2], "maxItems", "The array of 2 items must have 0 items or fewer."),
        ({"minProperties": 2}, {"a": 1}, "minProperties", "The object of 1 property must have 2 properties or more."),
        ({"maxProperties": 0}, {"a": 1}, "maxProperties", "The object of 1 property must have 0 properties or fewer."),
        ({"uniqueItems": True}, [1, 1], "uniqueItems", "must not hold equal items"),
        ({"contains": {"const": 1}}, [2], "contains", "the right number of items"),
        ({"properties": {"a": {}}, "additionalProperties": False}, {"b": 1}, "additionalProperties", "not 'b'"),
        ({"additionalProperties": False}, {"b": 1}, "additionalProperties", "no properties but the described ones"),
        ({"unevaluatedProperties": False}, {"b": 1}, "unevaluatedProperties", "not 'b'"),
        ({"unevaluatedItems": False}, [1], "unevaluatedItems", "no items but the described ones"),
        ({"propertyNames": {"maxLength": 1}}, {"long": 1}, "propertyNames", "not 'long'"),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "dependentRequired", "must also have the property 'b'"),
        ({"not": {}}, 1, "not", "must not match the schema"),
        ({"oneOf": [{}, {}]}, 1, "oneOf", "exactly one of"),
        (False, 1, "false", "is not allowed here"),
        ({"then": False, "if": {}}, 1, "then", "is not allowed here"),
    ],
)
def test_each_keyword_says_what_was_expected(schema: Any, value: Any, code: str, words: str) -> None:
    (found,) = judge(schema, value)
    assert (found.location, found.pointer, found.code, found.severity) == ("body", "", code, "error")
    assert words in found.message


@pytest.mark.parametrize(
    "schema, value, pointer, code",
    [
        ({"properties": {"a/b": {"items": {"type": "string"}}}}, {"a/b": ["x", 1]}, "/a~1b/1", "type"),
        ({"properties": {"a": False}}, {"a": 1}, "/a", "properties"),
        ({"patternProperties": {"^a": False}}, {"a": 1}, "/a", "patternProperties"),
        ({"prefixItems": [{}], "items": False}, [1, 2], "/1", "items"),
    ],
)
def test_the_pointer_leads_to_the_offending_part(schema: Any, value: Any, pointer: str, code: str) -> None:
    assert [(found.pointer, found.code) for found in judge(schema, value)] == [(pointer, code)]


def test_a_valid_value_has_no_violations() -> None:
    assert judge({"type": "integer"}, 5) == ()


def test_the_only_alternative_of_the_right_type_gives_its_reasons() -> None:
    schema = {"anyOf": [{"type": "object", "required": ["a"]}, {"type": "null"}, {"const": 5}]}
    assert [found.code for found in judge(schema, {})] == ["required"]


def test_several_alternatives_of_the_right_type_give_one_verdict() -> None:
    schema = {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}
    assert [found.code for found in judge(schema, {})] == ["oneOf"]


def test_violations_are_ordered_by_place_with_indexes_as_numbers() -> None:
    found = judge({"items": {"type": "string"}}, list(range(12)))
    assert [violation.pointer for violation in found] == [f"/{index}" for index in range(12)]


def test_the_order_does_not_depend_on_that_of_the_value() -> None:
    schema = {"additionalProperties": {"type": "string"}, "required": ["q"]}
    assert judge(schema, {"a": 1, "b": 2}) == judge(schema, {"b": 2, "a": 1})


def test_one_thing_is_said_once() -> None:
    assert len(judge({"allOf": [{"type": "string"}, {"type": "string"}]}, 1)) == 1


@pytest.mark.parametrize("count", [MAX_VIOLATIONS + 1, 5_000])
def test_no_more_than_twenty_are_reported(count: int) -> None:
    assert len(judge({"items": {"type": "string"}}, [1] * count)) == MAX_VIOLATIONS


def test_of_a_huge_value_the_first_violation_is_reported() -> None:
    assert len(judge({"items": {"type": "string"}}, [1] * 50_000)) == 1
    assert judge({"items": {"type": "integer"}}, [1] * 50_000) == ()


@pytest.mark.parametrize(
    "schema, value",
    [
        ({"type": "integer"}, "y" * 10_000),
        ({"type": "integer"}, "\n" * 10_000),
        ({"maximum": 5}, 10**4_000),
        ({"enum": ["z" * 5_000, "w" * 5_000]}, 1),
        ({"properties": {"a" * 1_000: {}}, "additionalProperties": False}, {"b" * 9_000: 1}),
        ({"pattern": "^" + "x" * 5_000}, "a"),
        ({"required": ["r" * 5_000]}, {}),
        ({"enum": [f"option {number}" for number in range(500)]}, "other"),
    ],
)
def test_a_message_is_short_whatever_the_value(schema: Any, value: Any) -> None:
    for found in judge(schema, value):
        assert len(found.message) <= 300
        assert not any(sign * 61 in found.message for sign in "yb")
        assert found.message.endswith(".")


@pytest.mark.parametrize(
    "value, pointer, words",
    [
        ({"a": [math.nan]}, "/a/0", "is nan"),
        ([1, -math.inf], "/1", "is -inf"),
        ({"a": "\ud800"}, "/a", "lone surrogate"),
        ({"\udfff": 1}, "", "property name"),
        ({1: 2}, "", "property name"),
        ([{"a": b"bytes"}], "/0/a", "is a bytes"),
        ((1, 2), "", "is a tuple"),
    ],
)
@pytest.mark.parametrize("schema", [True, {"type": ["null", "object"]}])
def test_what_json_cannot_say_is_a_violation(schema: Any, value: Any, pointer: str, words: str) -> None:
    (found,) = judge(schema, value)
    assert (found.pointer, found.code) == (pointer, "malformed")
    assert words in found.message


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"a": inner}])
def test_a_value_nested_too_deeply_is_told_before_the_validator_sees_it(wrap: Any) -> None:
    value: Any = 1
    for _ in range(100_000):
        value = wrap(value)
    (found,) = judge({"type": "object", "additionalProperties": {"$ref": "#"}}, value)
    assert str(MAX_DEPTH) in found.message


def test_what_the_library_will_not_read_is_a_violation() -> None:
    value: Any = 1
    for _ in range(MAX_DEPTH - 1):
        value = [value]
    assert [found.code for found in judge({"enum": [1]}, value)] in (["enum"], ["malformed"])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
)


@given(JSON)
def test_any_value_gets_a_verdict_that_can_be_sent(value: Any) -> None:
    for found in judge({"type": "object", "maxProperties": 1, "additionalProperties": {"type": "string"}}, value):
        assert f"{found.pointer}{found.message}".encode()


@given(JSON)
def test_a_value_is_strange_exactly_if_strict_json_cannot_carry_it(value: Any) -> None:
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
        is_sayable = True
    except ValueError:
        is_sayable = False
    assert (not_json(value, "body")[1] == ()) == is_sayable


def test_members_named_like_indexes_sort_beside_others() -> None:
    schema = {"additionalProperties": {"type": "integer"}}
    assert [one.pointer for one in judge(schema, {"0": None, ":": None})] == ["/0", "/:"]
