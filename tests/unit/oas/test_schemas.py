"""Schemas of a document, compiled."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.errors import SpecInvalid
from oas.schemas import Direction, Schemas


def schemas(version: str = "3.0.3", **named: Any) -> Schemas:
    return Schemas({"openapi": version, "components": {"schemas": named}}, "api.yaml")


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def is_valid(schema: Any, value: Any, version: str = "3.1.0", direction: Direction = "response") -> bool:
    validator = schemas(version, S=schema).validator("#/components/schemas/S", direction)
    assert validator.is_valid(value) == (validator.violations(value, "body") == ())
    return validator.is_valid(value)


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.0", "3.1.1"])
def test_both_versions_are_read(version: str) -> None:
    assert schemas(version).version == version[:3]


def test_a_schema_is_compiled_once_whatever_it_is_called() -> None:
    made = schemas(A={"type": "string"})
    node = made.document["components"]["schemas"]["A"]
    first = made.validator(node, "request")
    assert made.validator("#/components/schemas/A", "request") is first
    assert made.validator("/components/schemas/A", "request") is first
    assert made.validator(node, "response") is not first


def test_equal_schemas_made_one_after_the_other_are_not_confused() -> None:
    made = schemas()
    verdicts = [made.validator({"const": number}, "request").is_valid(number) for number in range(200)]
    assert all(verdicts)


def test_threads_may_ask_for_one_schema_at_once() -> None:
    made = schemas(A={"type": "object", "properties": {"a": ref("A")}})
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda _: made.validator("/components/schemas/A", "request").is_valid({"a": {}}), range(64))
        )
    assert all(found)


@pytest.mark.parametrize("value, expected", [({}, True), ({"a": {"a": {}}}, True), ({"a": {"a": 1}}, False)])
def test_a_schema_may_contain_itself(value: Any, expected: bool) -> None:
    assert is_valid({"type": "object", "properties": {"a": ref("S")}}, value) == expected


def test_schemas_may_contain_each_other() -> None:
    made = schemas(A={"type": "array", "items": ref("B")}, B={"oneOf": [ref("A"), {"type": "integer"}]})
    validator = made.validator("/components/schemas/A", "response")
    assert validator.is_valid([1, [2, []]])
    assert not validator.is_valid([1, [2, "x"]])


@pytest.mark.parametrize("part", [{"allOf": [ref("S")]}, {"anyOf": [ref("S"), {}]}, {"not": {"not": ref("S")}}])
def test_a_schema_that_is_part_of_itself_can_be_judged(part: dict[str, Any]) -> None:
    assert schemas("3.1.0", S=part).validator("/components/schemas/S", "response").is_valid(1) in (True, False)


def test_a_reference_may_lead_anywhere_in_the_document() -> None:
    made = schemas(A={"properties": {"b c/d": {"type": "integer"}}}, B=ref("A/properties/b%20c~1d"))
    validator = made.validator("/components/schemas/B", "response")
    assert validator.is_valid(1)
    assert not validator.is_valid("x")


@pytest.mark.parametrize(
    "name, valid, invalid",
    [
        ("date", ["2024-02-29", "0001-01-01", "9999-12-31"], ["0000-01-01", "2023-02-29", "2024-1-1", "20240101"]),
        ("date", [], ["2024-W01-1", "2024-01-01T00:00:00Z", "", "\uff12024-01-01", "10000-01-01", "-001-01-01"]),
        ("date-time", ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.5+05:30"], ["2024-02-30T00:00:00Z", "2024-02-29"]),
        ("byte", ["", "YQ==", "YWJj"], ["YQ", "YQ=", "Y Q==", "YWJj\n", "ü"]),
        ("uuid", ["5e5f1036-465d-4cd5-8175-eb0d2a3103b1"], ["5e5f1036"]),
        ("email", ["a@example.com"], ["a@", "a"]),
        ("uri", ["https://example.com/a"], ["/a", "a b"]),
        ("ipv4", ["192.0.2.1"], ["192.0.2.256"]),
        ("ipv6", ["::1"], ["::x"]),
        ("binary", ["\x00 anything"], []),
        ("password", ["anything"], []),
        ("house-format", ["anything"], []),
    ],
)
def test_formats_of_texts_are_asserted(name: str, valid: list[str], invalid: list[str]) -> None:
    assert [is_valid({"type": "string", "format": name}, value) for value in valid] == [True] * len(valid)
    assert [is_valid({"type": "string", "format": name}, value) for value in invalid] == [False] * len(invalid)


@pytest.mark.parametrize(
    "name, valid, invalid",
    [
        ("int32", [0, 2**31 - 1, -(2**31)], [2**31, -(2**31) - 1]),
        ("int64", [2**63 - 1, -(2**63)], [2**63, -(2**63) - 1]),
        ("float", [1, 1.5, 1e308], ["1"]),
        ("double", [1, 1e-300], [None]),
    ],
)
def test_formats_of_numbers_are_ranges_or_nothing(name: str, valid: list[Any], invalid: list[Any]) -> None:
    assert all(is_valid({"type": "number", "format": name}, value) for value in valid)
    assert not any(is_valid({"type": "number", "format": name}, value) for value in invalid)


@pytest.mark.parametrize("direction, missing", [("request", "id"), ("response", "password")])
def test_each_direction_may_leave_out_what_travels_in_the_other(direction: Direction, missing: str) -> None:
    properties = {"id": {"readOnly": True}, "password": {"writeOnly": True}}
    schema = {"type": "object", "required": ["id", "password"], "properties": properties}
    assert is_valid(schema, {name: 1 for name in properties if name != missing}, "3.0.3", direction)
    assert not is_valid(schema, {missing: 1}, "3.0.3", direction)


@pytest.mark.parametrize("value, expected", [(None, True), ("a", True), (1, False)])
def test_nullable_allows_null_in_3_0(value: Any, expected: bool) -> None:
    assert is_valid({"type": "string", "nullable": True}, value, "3.0.3") == expected


@pytest.mark.parametrize("schema", [True, {}])
def test_a_schema_without_rules_allows_everything(schema: Any) -> None:
    assert schemas("3.1.0").validator(schema, "request").is_valid({"a": [1]})


def test_the_schema_false_allows_nothing() -> None:
    assert not schemas("3.1.0").validator(False, "request").is_valid(None)


@pytest.mark.parametrize(
    "value", ["\ud800", {"\ud800": 1}, {"a": "\ud800"}, math.nan, math.inf, {1: 2}, b"x", object(), [set()]]
)
@pytest.mark.parametrize("schema", [{"type": "object", "properties": {"a": {"minLength": 1}}}, {"type": "string"}])
def test_what_json_cannot_say_never_raises(schema: Any, value: Any) -> None:
    validator = schemas("3.1.0", S=schema).validator("/components/schemas/S", "request")
    assert validator.is_valid(value) in (True, False)
    assert validator.violations(value, "body")


def test_a_pattern_that_steps_back_for_ever_ends_as_no_match() -> None:
    made = schemas("3.1.0", S={"type": "string", "pattern": r"^(a|aa)+\1$(?<!b)"})
    validator = made.validator("/components/schemas/S", "request")
    assert not validator.is_valid("a" * 5_000 + "b")
    assert [found.code for found in validator.violations("a" * 5_000 + "b", "body")] == ["pattern"]


@pytest.mark.parametrize(
    "schema, pointer",
    [
        ({"type": "strin"}, "/components/schemas/S/type"),
        ({"properties": {"a": {"pattern": "("}}}, "/components/schemas/S/properties/a/pattern"),
        ({"items": {"minimum": "1"}}, "/components/schemas/S/items/minimum"),
        ({"required": True}, "/components/schemas/S/required"),
        ({"allOf": []}, "/components/schemas/S/allOf"),
        ({"properties": {"a": None}}, "/components/schemas/S/properties/a"),
        ({"items": {"$ref": "https://example.com/x.json"}}, "/components/schemas/S/items/$ref"),
        ({"enum": ["\ud800"]}, "/components/schemas/S"),
        (ref("S"), "/components/schemas/S/$ref"),
    ],
)
@pytest.mark.parametrize("by_pointer", [True, False])
def test_a_bad_schema_is_named_by_source_and_pointer(schema: Any, pointer: str, by_pointer: bool) -> None:
    made = schemas("3.1.0", S=schema)
    node = made.document["components"]["schemas"]["S"]
    with pytest.raises(SpecInvalid) as caught:
        made.validator("#/components/schemas/S" if by_pointer else node, "request")
    assert (caught.value.source, caught.value.pointer) == ("api.yaml", pointer)


def test_a_bad_schema_behind_a_reference_is_named_where_it_stands() -> None:
    with pytest.raises(SpecInvalid) as caught:
        schemas(A={"items": ref("B")}, B={"not": {"type": "text"}}).validator("/components/schemas/A", "request")
    assert caught.value.pointer == "/components/schemas/B/not/type"


def test_an_unknown_type_is_told_the_known_ones() -> None:
    with pytest.raises(SpecInvalid, match="'strin'; expected array, boolean, integer"):
        schemas(S={"type": "strin"}).validator("/components/schemas/S", "request")


def test_a_schema_nested_without_end_is_refused() -> None:
    node: dict[str, Any] = {}
    node["items"] = node
    with pytest.raises(SpecInvalid, match="nested too deeply"):
        schemas(S=node).validator("/components/schemas/S", "request")


def test_a_pointer_to_nothing_is_refused() -> None:
    with pytest.raises(SpecInvalid, match="nothing is there"):
        schemas().validator("#/components/schemas/S", "request")


def test_a_document_is_compiled_when_it_is_asked_for_or_at_once() -> None:
    document = {"openapi": "3.1.0", "components": {"schemas": {"A": {"type": "strin"}}}}
    Schemas(document)
    with pytest.raises(SpecInvalid, match="'strin'"):
        Schemas(document, eager=True)


def test_a_sound_document_compiles_at_once() -> None:
    media = {"application/json": {"schema": {"type": "string", "pattern": "^a"}}}
    paths = {"/": {"get": {"responses": {"200": {"content": media}}}}}
    document = {"openapi": "3.1.0", "paths": paths, "components": {"schemas": {"A": {"items": ref("A")}}}}
    assert Schemas(document, eager=True).validator(media["application/json"]["schema"], "response").is_valid("a")


def test_a_reference_of_a_translated_schema_leads_to_its_target() -> None:
    made = schemas(A={"items": ref("B/C")}, B={"C": {"type": "string", "nullable": True}})
    reference = made.translated("/components/schemas/A", "request")["items"]["$ref"]
    assert made.target_pointer(reference) == "/components/schemas/B/C"
    assert made.target(reference, "request") == {"type": ["string", "null"]}


def test_references_to_other_objects_are_resolved() -> None:
    document = {
        "openapi": "3.0.3",
        "components": {"responses": {"A": {"$ref": "#/components/responses/B"}, "B": {"x": 1}}},
    }
    made = Schemas(document)
    assert made.resolve({"$ref": "#/components/responses/A"}) == {"x": 1}
    assert made.lookup("/components/responses/B/x") == 1


@given(st.dates())
def test_every_date_that_python_holds_is_a_date(day: Any) -> None:
    assert is_valid({"type": "string", "format": "date"}, day.isoformat())
