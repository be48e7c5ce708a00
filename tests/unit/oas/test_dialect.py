"""Schema Objects in JSON Schema 2020-12."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.errors import SpecInvalid
from oas.dialect import Dialect, Direction, references_in
from oas.references import References


def translate(schema: Any, version: str = "3.0", direction: Direction = "response", **schemas: Any) -> Any:
    references = References({"components": {"schemas": schemas}}, "api.yaml")
    return Dialect(version, direction, "api.yaml", references).translate(schema, "/here")


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    "schema, expected",
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"nullable": True, "enum": ["a"]}, {"enum": ["a"]}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
        ({"maximum": 9, "exclusiveMaximum": True}, {"exclusiveMaximum": 9}),
        ({"exclusiveMaximum": True}, {}),
        ({"type": "file"}, {"type": "string"}),
        ({"example": 5}, {"examples": [5]}),
        ({"example": None}, {"examples": [None]}),
        ({"examples": {"a": 1}}, {}),
        ({"title": "t", "description": "d", "xml": {}, "externalDocs": {}, "deprecated": True, "x-a": 1}, {}),
        ({"const": 1, "if": {}, "prefixItems": [], "patternProperties": {}}, {}),
        ({"additionalProperties": False}, {"additionalProperties": False}),
    ],
)
def test_what_3_0_says_in_its_own_words_is_said_in_those_of_2020_12(schema: Any, expected: Any) -> None:
    assert translate(schema) == expected


@pytest.mark.parametrize(
    "schema, expected",
    [
        ({"type": "string", "nullable": True}, {"type": "string"}),
        ({"const": None}, {"const": None}),
        ({"exclusiveMinimum": 1}, {"exclusiveMinimum": 1}),
        ({"examples": [1, 2]}, {"examples": [1, 2]}),
        ({"examples": [1], "example": 2}, {"examples": [2]}),
        ({"$id": "urn:x", "$comment": "c", "$defs": {"a": {}}, "$schema": "s"}, {}),
        ({"prefixItems": [{"title": "t"}], "items": False}, {"prefixItems": [{}], "items": False}),
        ({"if": {"title": "t"}, "then": {}, "else": True}, {"if": {}, "then": {}, "else": True}),
    ],
)
def test_what_3_1_says_is_kept_without_its_prose(schema: Any, expected: Any) -> None:
    assert translate(schema, "3.1") == expected


def test_schemas_inside_schemas_are_translated_and_data_is_not() -> None:
    inner = {"type": "string", "nullable": True}
    schema = {"properties": {"a": inner}, "items": inner, "anyOf": [inner], "not": inner, "enum": [inner]}
    there = {"type": ["string", "null"]}
    expected = {"properties": {"a": there}, "items": there, "anyOf": [there], "not": there, "enum": [inner]}
    assert translate(schema) == expected


def test_a_reference_becomes_one_to_what_will_be_gathered() -> None:
    assert translate(ref("A/b c"), A={"b c": {}}) == {"$ref": "#/$defs/~1components~1schemas~1A~1b%20c"}


def test_beside_a_reference_3_0_ignores_and_3_1_keeps_what_is_said() -> None:
    schema = {**ref("A"), "minimum": 1}
    assert set(translate(schema, A={})) == {"$ref"}
    assert set(translate(schema, "3.1", A={})) == {"$ref", "minimum"}


def test_a_dynamic_reference_is_taken_for_a_plain_one() -> None:
    assert "$ref" in translate({"$dynamicRef": "#/components/schemas/A"}, "3.1", A={})


@pytest.mark.parametrize(
    "schema, pointer",
    [
        ({"properties": {"a": 5}}, "/here/properties/a"),
        ({"allOf": [{}, "x"]}, "/here/allOf/1"),
        ({"items": [{}]}, "/here/items"),
        ({"items": {"$ref": 5}}, "/here/items/$ref"),
        ({"items": {"$ref": "b.yaml"}}, "/here/items/$ref"),
        ({"items": {"$ref": "#/components/schemas/None"}}, "/here/items/$ref"),
    ],
)
def test_what_is_no_schema_is_named_by_its_pointer(schema: Any, pointer: str) -> None:
    with pytest.raises(SpecInvalid) as caught:
        translate(schema)
    assert (caught.value.source, caught.value.pointer) == ("api.yaml", pointer)


@pytest.mark.parametrize("name, power", [("int32", 31), ("int64", 63)])
def test_an_integer_format_is_a_range(name: str, power: int) -> None:
    found = translate({"type": "integer", "format": name})
    assert (found["minimum"], found["maximum"]) == (-(2**power), 2**power - 1)


def test_the_stricter_bound_rules() -> None:
    found = translate({"format": "int32", "minimum": 5, "maximum": 2**40})
    assert (found["minimum"], found["maximum"]) == (5, 2**31 - 1)


def test_a_bound_of_the_wrong_type_is_left_to_the_compiler() -> None:
    assert translate({"format": "int32", "minimum": "five"})["minimum"] == "five"


SECRET = {
    "required": ["id", "name", "password"],
    "properties": {"id": {"readOnly": True}, "name": {}, "password": {"writeOnly": True}},
}


@pytest.mark.parametrize("version", ["3.0", "3.1"])
@pytest.mark.parametrize("direction, required", [("request", ["name", "password"]), ("response", ["id", "name"])])
def test_each_direction_requires_what_travels_in_it(version: str, direction: Direction, required: list[str]) -> None:
    assert translate(SECRET, version, direction)["required"] == required


def test_a_property_is_withheld_wherever_all_of_describes_it() -> None:
    base = {"properties": {"id": ref("Id")}}
    found = translate(
        {"allOf": [ref("Base"), {"required": ["id", "x"]}]}, "3.0", "request", Base=base, Id={"readOnly": True}
    )
    assert found["allOf"][1]["required"] == ["x"]


def test_all_of_that_leads_back_to_itself_ends() -> None:
    assert translate(ref("A"), A={"required": ["a"], "allOf": [ref("A")]}) == {
        "$ref": "#/$defs/~1components~1schemas~1A"
    }


def test_a_broken_reference_beside_a_requirement_is_named_where_it_stands() -> None:
    with pytest.raises(SpecInvalid) as caught:
        translate({"required": ["a"], "properties": {"a": ref("None")}})
    assert caught.value.pointer == "/here/properties/a/$ref"


def test_one_of_with_a_discriminator_asks_for_one_match_at_least() -> None:
    tagged = {"oneOf": [ref("A"), ref("B")], "discriminator": {"propertyName": "kind"}}
    assert set(translate(tagged, A={}, B={})) == {"anyOf", "discriminator"}
    both = translate({**tagged, "anyOf": [{}]}, A={}, B={})
    assert both["anyOf"] == [{}]
    assert len(both["allOf"][0]["anyOf"]) == 2


def test_patterns_are_written_strictly() -> None:
    assert translate({"pattern": "^{a}$"})["pattern"] == r"^\{a}$"
    assert list(translate({"patternProperties": {"^{": {}}}, "3.1")["patternProperties"]) == [r"^\{"]


@pytest.mark.parametrize("value", [float("nan"), "\ud800", b"x", {"a": [object()]}])
def test_what_json_cannot_say_shows_no_value(value: Any) -> None:
    assert translate({"examples": [value, 1], "default": value}, "3.1") == {"examples": [1]}
    assert translate({"example": value}) == {}


def test_references_are_found_in_schemas_and_not_in_data() -> None:
    schema = {
        "properties": {"$ref": {"$ref": "a"}},
        "allOf": [{"items": {"$ref": "b"}}],
        "enum": [{"$ref": "data"}],
        "not": True,
        "if": {"then": {"$ref": "c"}},
    }
    assert sorted(references_in(schema)) == ["a", "b", "c"]
