"""What schemas ask for together."""

from __future__ import annotations

import re
from typing import Any

import pytest

from oas.sampling.merged_schemas import Alternatives, MergedSchemas, all_of, item_of
from oas.sampling.seeded_random import Budget, BudgetSpent


def shapes(**targets: Any) -> MergedSchemas:
    return MergedSchemas(
        lambda name: targets[name], lambda pattern, name: bool(re.search(pattern, name)), Budget(10_000)
    )


def together(*schemas: Any) -> Any:
    return shapes().of({"allOf": list(schemas)})


@pytest.mark.parametrize(
    "first, second, keyword, expected",
    [
        ({"type": "string"}, {"type": ["string", "null"]}, "types", ("string",)),
        ({"type": "number"}, {"type": ["integer", "null"]}, "types", ("integer",)),
        ({"type": ["integer", "string"]}, {"type": "number"}, "types", ("integer",)),
        ({"enum": [1, True, "a", {"x": 1}]}, {"enum": [{"x": 1}, "a", 1]}, "enum", [1, "a", {"x": 1}]),
        ({"const": 1}, {"enum": [2, 1]}, "enum", [1]),
        ({"minimum": 1}, {"minimum": 2}, "minimum", 2),
        ({"maximum": 1}, {"maximum": 2}, "maximum", 1),
        ({"minLength": 1}, {"minLength": 2}, "minLength", 2),
        ({"maxItems": 1}, {"maxItems": 2}, "maxItems", 1),
        ({"uniqueItems": False}, {"uniqueItems": True}, "uniqueItems", True),
        ({"multipleOf": 4}, {"multipleOf": 6}, "multipleOf", 12),
        ({"multipleOf": 0.5}, {"multipleOf": 0.2}, "multipleOf", 1),
        ({"required": ["a", "b"]}, {"required": ["b", "c"]}, "required", ["a", "b", "c"]),
        ({"pattern": "a"}, {"pattern": "b"}, "patterns", ("a", "b")),
        ({"format": "date"}, {"format": "time"}, "format", "date"),
        ({"default": 1}, {"default": 2}, "default", 1),
        ({"items": {"minimum": 1}}, {"items": {"maximum": 2}}, "items", {"allOf": [{"minimum": 1}, {"maximum": 2}]}),
        ({"items": True}, {"items": False}, "items", False),
        (
            {"dependentRequired": {"a": ["b"]}},
            {"dependentRequired": {"a": ["c"]}},
            "dependentRequired",
            {"a": ["b", "c"]},
        ),
        ({"contains": {}}, {"contains": True, "minContains": 2}, "contains", (({}, 1), (True, 2))),
        ({"if": {}}, {"if": True, "then": {}, "else": False}, "conditions", (({}, True, True), (True, {}, False))),
        (
            {"patternProperties": {"a": {}}},
            {"patternProperties": {"b": True}},
            "patternProperties",
            {"a": {}, "b": True},
        ),
    ],
)
def test_two_schemas_become_one(first: Any, second: Any, keyword: str, expected: Any) -> None:
    assert together(first, second)[keyword] == expected


@pytest.mark.parametrize(
    "parts",
    [
        [{"type": "string"}, {"type": "integer"}],
        [{"enum": [1]}, {"enum": [True]}],
        [{}, False],
        [{"const": 1}, {"const": 2}],
    ],
)
def test_a_contradiction_is_known_as_one(parts: list[Any]) -> None:
    assert together(*parts)["is_never"]


def test_a_property_described_twice_is_held_by_both() -> None:
    found = together({"properties": {"a": {"minimum": 1}, "b": {}}}, {"properties": {"a": {"maximum": 2}}})
    assert found["properties"] == {"a": {"allOf": [{"minimum": 1}, {"maximum": 2}]}, "b": {}}


def test_a_closed_schema_forbids_what_only_the_other_describes() -> None:
    closed = {"properties": {"a": {}}, "additionalProperties": False}
    assert together(closed, {"properties": {"b": {}}})["properties"] == {"a": {}, "b": False}


def test_undeclared_properties_follow_patterns_then_the_rest() -> None:
    made = shapes()
    shape = made.of(
        {"properties": {"a1": {}}, "patternProperties": {"1$": {"minimum": 1}}, "additionalProperties": False}
    )
    assert made.property_of(shape, "a1") == {"allOf": [{}, {"minimum": 1}]}
    assert made.property_of(shape, "b1") == {"minimum": 1}
    assert made.property_of(shape, "b") is False


def test_items_are_merged_place_by_place() -> None:
    found = together(
        {"prefixItems": [{"minimum": 1}, {"minimum": 2}]}, {"prefixItems": [{"maximum": 3}], "items": False}
    )
    assert [item_of(found, at) for at in range(3)] == [{"allOf": [{"minimum": 1}, {"maximum": 3}]}, False, False]


def test_references_are_followed_and_remembered() -> None:
    found = shapes(a={"$ref": "b", "minimum": 1}, b={"maximum": 2}).of({"$ref": "a"})
    assert (found["minimum"], found["maximum"], found["references"]) == (1, 2, ("a", "b"))


@pytest.mark.parametrize(
    "target", [{"$ref": "a"}, {"allOf": [{"$ref": "a"}]}, {"allOf": [{"$ref": "a"}, {"$ref": "a"}]}]
)
def test_a_schema_that_is_part_of_itself_adds_nothing(target: Any) -> None:
    assert shapes(a={**target, "minimum": 1}).of({"$ref": "a"})["minimum"] == 1


def test_a_shape_is_made_once() -> None:
    made, schema = shapes(), {"allOf": [{"minimum": 1}]}
    assert made.of(schema) is made.of(schema)


def test_alternatives_are_kept_in_groups() -> None:
    found = together({"anyOf": [{}]}, {"oneOf": [{}, True], "discriminator": {"propertyName": "kind"}})
    one, other = found["alternatives"]
    assert one == Alternatives(({},), None, False)
    assert other == Alternatives(({}, True), {"propertyName": "kind"}, True)


@pytest.mark.parametrize(
    "discriminator, kept", [({"propertyName": "kind"}, 1), ({}, 0), ("kind", 0), ({"propertyName": 1}, 0)]
)
def test_a_discriminator_without_alternatives_is_kept_if_it_is_one(discriminator: Any, kept: int) -> None:
    assert len(shapes().of({"discriminator": discriminator}).get("discriminators", ())) == kept


@pytest.mark.parametrize(
    "parts, expected", [([{"examples": [{"a": 1}, 5]}], [{"a": 1}, 5]), ([{"examples": [{"a": 1}, 5]}, {}], [5])]
)
def test_an_example_of_a_part_is_none_of_the_whole(parts: list[Any], expected: list[Any]) -> None:
    assert together(*parts)["examples"] == expected


@pytest.mark.parametrize(
    "schemas, expected",
    [
        ((), True),
        ((True, True), True),
        (({"a": 1}, True), {"a": 1}),
        ((False, {"a": 1}), False),
        (({"a": 1}, {"b": 1}), 2),
    ],
)
def test_several_schemas_are_one_as_simple_as_possible(schemas: tuple[Any, ...], expected: Any) -> None:
    found = all_of(*schemas)
    assert (len(found["allOf"]) if expected == 2 else found) == expected


def test_explosive_parts_spend_the_budget() -> None:
    targets = {f"n{at}": {"allOf": [{"$ref": f"n{at + 1}"}] * 2} for at in range(40)}
    with pytest.raises(BudgetSpent):
        shapes(**targets, n40={}).of({"$ref": "n0"})
