"""Alternatives, settled one way at a time."""

from __future__ import annotations

from typing import Any

import pytest

from oas.sampling.alternatives import AlternativeSearch, tagged, types_of
from oas.sampling.generator import GenerationOptions, ValueGenerator
from oas.sampling.seeded_random import Budget, SeededRandom
from oas.schemas import Schemas


def draft(**named: Any) -> ValueGenerator:
    schemas = Schemas({"openapi": "3.1.0", "components": {"schemas": named}})
    return ValueGenerator(schemas, "response", SeededRandom("7", Budget(10_000)), GenerationOptions())


def narrowing(schema: Any, is_cut: bool = False, **named: Any) -> AlternativeSearch:
    made = draft(**named)
    return AlternativeSearch(made, made.shapes.of(schema), is_cut)


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/~1components~1schemas~1{name}"}


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_every_branch_has_its_turn(keyword: str) -> None:
    made = narrowing({"type": "integer", keyword: [{"const": number} for number in range(5)]})
    assert sorted(made.shape(at)["enum"][0] for at in range(5)) == [0, 1, 2, 3, 4]
    assert made.shape(0) == made.shape(5)


def test_every_combination_has_its_turn() -> None:
    made = narrowing({"anyOf": [{"minimum": 1}, {"minimum": 2}], "oneOf": [{"maximum": 3}, {"maximum": 4}], "if": {}})
    assert made.combinations == 8
    assert len({(made.shape(at)["minimum"], made.shape(at)["maximum"]) for at in range(4)}) == 4


def test_alternatives_inside_alternatives_are_settled_too() -> None:
    made = narrowing({"oneOf": [{"anyOf": [{"minimum": 1}, {"minimum": 2}]}], "anyOf": [{"maximum": 9}]})
    shape = made.shape(0)
    assert shape["minimum"] in (1, 2)
    assert shape["maximum"] == 9
    assert "alternatives" not in shape


def test_a_condition_is_met_with_its_consequence_or_left_with_the_other() -> None:
    made = narrowing({"if": {"minimum": 1}, "then": {"maximum": 5}, "else": {"maximum": 0}})
    found = [(made.shape(at).get("minimum"), made.shape(at)["maximum"]) for at in range(2)]
    assert sorted(found, key=str) == [(1, 5), (None, 0)]


def test_null_is_the_last_of_alternatives() -> None:
    assert narrowing({"anyOf": [{"type": "null"}, {"type": "object"}]}).shape(0)["types"] == ("object",)


def test_where_little_shall_be_added_the_simplest_comes_first() -> None:
    branches = [{"type": "object", "required": ["a"]}, {"type": "object"}, {"type": "string"}, {"type": "null"}]
    made = narrowing({"anyOf": branches}, is_cut=True)
    assert [made.shape(at)["types"][0] for at in range(4)] == ["null", "string", "object", "object"]
    assert "required" not in made.shape(2)


@pytest.mark.parametrize(
    "mapping, expected", [({}, "Cat"), ({"c": "#/components/schemas/Cat"}, "c"), ({"c": "Cat"}, "c")]
)
def test_a_chosen_branch_carries_the_value_of_its_discriminator(mapping: Any, expected: str) -> None:
    schema = {"anyOf": [ref("Cat")], "discriminator": {"propertyName": "kind", "mapping": mapping}}
    assert narrowing(schema, Cat={"type": "object"}).shape(0)["tags"] == {"kind": expected}


def test_a_schema_is_tagged_by_the_discriminator_of_what_it_extends() -> None:
    made = draft(Pet={"discriminator": {"propertyName": "kind"}}, Cat={"allOf": [{"$ref": "#/components/schemas/Pet"}]})
    assert tagged(made.shapes.of(ref("Cat")), ref("Cat"))["tags"] == {"kind": "Cat"}


@pytest.mark.parametrize("schema", [{}, {"type": "object"}, True])
def test_what_is_no_reference_is_not_tagged(schema: Any) -> None:
    assert "tags" not in tagged({"discriminators": ({"propertyName": "kind"},)}, schema)


def test_an_object_of_several_kinds_is_made_one_of_a_single_kind() -> None:
    kinds = [{"properties": {name: {"type": "string"}}} for name in "abc"]
    made = narrowing({"oneOf": kinds})
    (first, *_) = made.unambiguous({"a": "x"})
    assert set(first) == {"a", "b", "c"}
    assert not isinstance(first["b"], str)


@pytest.mark.parametrize(
    "schema, value", [({"anyOf": [{}, {}]}, {}), ({"oneOf": [{}, False]}, {}), ({"oneOf": [{}, {}]}, 5)]
)
def test_what_is_not_ambiguous_or_no_object_is_left_alone(schema: Any, value: Any) -> None:
    assert list(narrowing(schema).unambiguous(value)) == []


@pytest.mark.parametrize(
    "shape, expected",
    [
        ({"types": ("null", "string", "null")}, ["null", "string"]),
        ({"required": ["a"]}, ["object"]),
        ({"items": {}}, ["array"]),
        ({"patterns": ("a",)}, ["string"]),
        ({"minimum": 1}, ["number"]),
        ({"minimum": 1, "properties": {}}, ["object", "number"]),
    ],
)
def test_types_are_named_or_hinted_at(shape: Any, expected: list[str]) -> None:
    assert types_of(shape) == expected


def test_without_a_hint_any_type_will_do() -> None:
    assert len(types_of({})) == 7
