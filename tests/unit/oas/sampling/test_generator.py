"""One try at a value."""

from __future__ import annotations

from typing import Any

import pytest

from oas.dialect import Direction
from oas.sampling.generator import GenerationOptions, ValueGenerator
from oas.sampling.seeded_random import Budget, SampleImpossible, SeededRandom
from oas.schemas import Schemas

FULL, LOOSE, SPARE = GenerationOptions(), GenerationOptions(is_loose=True), GenerationOptions(is_spare=True)


def draft(
    manner: GenerationOptions = FULL,
    seed: int = 7,
    version: str = "3.1.0",
    direction: Direction = "response",
    **named: Any,
) -> ValueGenerator:
    schemas = Schemas({"openapi": version, "components": {"schemas": named}})
    return ValueGenerator(schemas, direction, SeededRandom(str(seed), Budget(50_000)), manner)


def make(schema: Any, manner: GenerationOptions = FULL, seed: int = 7, **named: Any) -> Any:
    return draft(manner, seed, **named).value(schema)


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/~1components~1schemas~1{name}"}


def own(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    "schema, expected",
    [
        ({"type": "integer", "examples": [7]}, 7),
        ({"type": "integer", "default": 8}, 8),
        ({"type": "integer", "default": 8, "examples": [7]}, 7),
        ({"type": "integer", "examples": ["x"], "default": 8}, 8),
        ({"type": "object", "examples": [{"a": [1]}]}, {"a": [1]}),
        ({"const": None}, None),
        ({"enum": [{"a": 1}]}, {"a": 1}),
        ({"enum": [None, 5]}, 5),
        ({"type": "string", "enum": [1, "a"]}, "a"),
        ({"minimum": 2, "enum": [1, 2]}, 2),
        ({"type": "null"}, None),
    ],
)
def test_what_the_schema_offers_is_taken(schema: Any, expected: Any) -> None:
    assert make(schema) == expected


@pytest.mark.parametrize("example", ["x", 5.5, None, {}, True])
def test_an_example_that_is_not_valid_is_passed_over(example: Any) -> None:
    assert isinstance(make({"type": "integer", "examples": [example]}), int)


def test_examples_are_left_alone_on_request() -> None:
    assert make({"type": "integer", "examples": [-7]}, GenerationOptions(uses_examples=False)) > 0


def test_a_sample_shares_nothing_with_the_document() -> None:
    schema: Any = {"examples": [{"a": [1]}]}
    make(schema)["a"].append(2)
    assert schema == {"examples": [{"a": [1]}]}


def test_an_example_is_not_larger_than_a_sample_may_be() -> None:
    assert make({"type": "array", "items": {"type": "integer"}, "examples": [[1] * 5_000]}) != [1] * 5_000


@pytest.mark.parametrize("types, kind", [(["null", "string"], str), (["integer", "null"], int), (["null"], type(None))])
def test_null_is_said_where_nothing_else_can_be(types: list[str], kind: type) -> None:
    assert type(make({"type": types})) is kind


def test_a_loose_value_may_be_null_and_of_any_type() -> None:
    assert {type(make({"type": ["string", "null"]}, LOOSE, seed)) for seed in range(20)} == {str, type(None)}
    assert len({type(make({}, LOOSE, seed)) for seed in range(60)}) > 5


def test_both_booleans_occur() -> None:
    assert {make({"type": "boolean"}, seed=seed) for seed in range(20)} == {True, False}


@pytest.mark.parametrize(
    "schema", [False, {"not": {}}, {"enum": []}, {"type": "string", "enum": [1]}, {"allOf": [False]}]
)
def test_where_nothing_is_allowed_nothing_is_made(schema: Any) -> None:
    with pytest.raises(SampleImpossible):
        make(schema)


@pytest.mark.parametrize(
    "schema",
    [
        *({"not": {"type": ["string", "null"]}}, {"type": "integer", "not": {"minimum": 5}}),
        {"type": "object", "properties": {"a": {"type": "integer"}}, "not": {"required": ["a"]}},
        {"oneOf": [{"type": "integer"}, {"type": "integer", "minimum": 500}]},
        {"anyOf": [{"not": {}}, {"const": 5}]},
        {"type": "object", "if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}},
        {"allOf": [{"anyOf": [{"const": 1}, {"const": 2}]}, {"anyOf": [{"const": 2}, {"const": 3}]}]},
        {"oneOf": [{"properties": {name: {"type": "string"}}} for name in "abc"], "type": "object"},
    ],
    ids=lambda schema: str(schema)[:60],
)
def test_what_cannot_be_built_is_searched_for(schema: Any) -> None:
    made = draft()
    assert made.fits(schema, made.value(schema))


TREE = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "size": {"type": "integer"},
        "parent": own("T"),
        "children": {"items": own("T")},
    },
}


def test_a_tree_ends_below_its_first_repetition() -> None:
    found = make(ref("T"), T=TREE)
    assert set(found["parent"]) == {"name", "size"}
    assert all(set(child) == {"name", "size"} for child in found["children"])


def test_a_list_that_requires_its_next_ends_where_null_is_allowed() -> None:
    chain = {"type": "object", "required": ["next"], "properties": {"next": {"anyOf": [own("L"), {"type": "null"}]}}}
    assert make(ref("L"), L=chain) == {"next": {"next": None}}


def test_schemas_that_require_each_other_for_ever_have_no_value() -> None:
    endless = {"type": "object", "required": ["a"]}
    with pytest.raises(SampleImpossible, match="40 levels"):
        make(ref("A"), A={**endless, "properties": {"a": own("B")}}, B={**endless, "properties": {"a": own("A")}})


def test_beyond_a_thousand_nodes_only_what_is_required_is_added() -> None:
    leaf = {"type": "object", "properties": {name: {"type": "integer"} for name in "abcdefghij"}}
    found = make({"type": "array", "minItems": 300, "items": leaf})
    assert found[0]
    assert found[-1] == {}


def test_a_tag_names_the_schema_of_the_value() -> None:
    pet = {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}},
        "discriminator": {"propertyName": "kind"},
    }
    cat = {"allOf": [own("Pet"), {"properties": {"lives": {"type": "integer"}}}]}
    assert make(ref("Cat"), Pet=pet, Cat=cat)["kind"] == "Cat"
    assert (
        make(
            {"oneOf": [ref("Cat")], "discriminator": {"propertyName": "kind", "mapping": {"c": "Cat"}}},
            Pet=pet,
            Cat=cat,
        )["kind"]
        in "Catc"
    )


def test_a_tag_that_is_not_allowed_is_not_forced() -> None:
    cat = {"type": "object", "properties": {"kind": {"enum": ["feline"]}}}
    schema = {"oneOf": [ref("Cat")], "discriminator": {"propertyName": "kind"}}
    assert make(schema, Cat=cat) == {"kind": "feline"}


def test_a_tag_is_added_where_nothing_declares_it() -> None:
    schema = {"oneOf": [ref("Cat")], "discriminator": {"propertyName": "kind"}}
    assert make(schema, Cat={"type": "object"}) == {"kind": "Cat"}


def test_a_pattern_is_matched_against_a_name_in_bounded_time() -> None:
    made = draft()
    assert made.matches("^x-", "x-a")
    assert not made.matches(r"^(a+)+\1$(?<!b)", "a" * 3_000 + "b")


@pytest.mark.parametrize("value", ["\ud800", {1: 2}])
def test_a_value_that_json_cannot_say_fits_nothing(value: Any) -> None:
    assert not draft().fits({"minLength": 1, "propertyNames": {"minLength": 1}}, value)
