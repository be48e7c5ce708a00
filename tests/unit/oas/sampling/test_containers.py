"""Objects and arrays of a sample."""

from __future__ import annotations

from typing import Any

import pytest

from oas.sampling.generator import GenerationOptions, ValueGenerator
from oas.sampling.seeded_random import Budget, BudgetSpent, SampleImpossible, SeededRandom
from oas.schemas import Schemas

FULL, LOOSE, SPARE = GenerationOptions(), GenerationOptions(is_loose=True), GenerationOptions(is_spare=True)


def make(schema: Any, manner: GenerationOptions = FULL, seed: int = 7, depth: int = 0) -> Any:
    schemas = Schemas({"openapi": "3.1.0", "components": {"schemas": {"S": schema}}})
    draft = ValueGenerator(schemas, "response", SeededRandom(str(seed), Budget(50_000)), manner)
    return draft.value(schemas.translated("/components/schemas/S", "response"), depth)


def obj(**keywords: Any) -> dict[str, Any]:
    return {"type": "object", **keywords}


def arr(**keywords: Any) -> dict[str, Any]:
    return {"type": "array", **keywords}


ABC = {name: {"type": "integer"} for name in "abc"}


def test_an_object_shows_all_its_properties_in_the_order_of_the_document() -> None:
    assert list(make(obj(properties=ABC, required=["z", "c"]))) == ["a", "b", "c", "z"]


def test_a_spare_object_has_what_is_required() -> None:
    assert list(make(obj(properties=ABC, required=["b"]), SPARE)) == ["b"]


def test_a_loose_object_varies() -> None:
    assert len({tuple(make(obj(properties=ABC), LOOSE, seed)) for seed in range(40)}) > 4


def test_deep_inside_an_object_keeps_its_scalars() -> None:
    schema = obj(properties={**ABC, "o": obj(properties=ABC), "l": arr(items={"type": "integer"})})
    assert list(make(schema, depth=8)) == ["a", "b", "c"]


def test_what_travels_the_other_way_is_left_out_unless_required() -> None:
    secret = {"a": {"writeOnly": True}, "b": {"readOnly": True, "type": "integer"}}
    assert list(make(obj(properties=secret))) == ["b"]


def test_an_optional_property_without_a_value_is_left_out() -> None:
    assert make(obj(properties={"a": {"not": {}}, "b": False, "c": {"const": 1}})) == {"c": 1}


def test_a_property_without_a_value_is_replaced_where_there_must_be_more() -> None:
    found = make(obj(properties={"a": {"not": {}}, "b": {"const": 1}}, minProperties=2))
    assert len(found) == 2
    assert "a" not in found


def test_a_required_property_without_a_value_leaves_no_object() -> None:
    with pytest.raises(SampleImpossible):
        make(obj(properties={"a": {"not": {}}}, required=["a"]))


@pytest.mark.parametrize("manner", [FULL, LOOSE])
@pytest.mark.parametrize(
    "limits, count",
    [({"maxProperties": 2}, range(3)), ({"minProperties": 3}, [3]), ({"maxProperties": 1, "required": ["c"]}, [1])],
)
def test_an_object_has_as_many_properties_as_allowed(limits: Any, count: Any, manner: GenerationOptions) -> None:
    assert all(len(make(obj(properties=ABC, **limits), manner, seed)) in count for seed in range(10))


def test_properties_that_depend_on_others_come_with_them() -> None:
    schema = obj(properties={"a": {"const": 1}}, dependentRequired={"a": ["b"], "b": ["d"]})
    assert set(make(schema)) == {"a", "b", "d"}


def test_what_depends_on_too_much_is_left_out() -> None:
    schema = obj(properties={"a": {}, "b": {}}, dependentRequired={"a": ["x", "y", "z"]}, maxProperties=2)
    assert len(make(schema)) <= 2


def test_a_schema_that_depends_on_a_property_holds_with_it() -> None:
    schema = obj(
        properties={"a": {"const": 1}}, dependentSchemas={"a": {"required": ["q"], "properties": {"q": {"const": 2}}}}
    )
    assert make(schema) == {"a": 1, "q": 2}


@pytest.mark.parametrize("minimum", [0, 4])
def test_a_map_has_entries_of_its_schema(minimum: int) -> None:
    found = make(obj(additionalProperties={"type": "integer"}, minProperties=minimum))
    assert len(found) == max(2, minimum)
    assert all(isinstance(value, int) for value in found.values())


def test_names_of_a_map_follow_its_patterns() -> None:
    schema = obj(patternProperties={"^x-[a-z]{4}$": {"const": 1}}, additionalProperties=False, minProperties=3)
    found = make(schema)
    assert len(found) == 3
    assert all(name.startswith("x-") for name in found)


def test_names_are_such_as_are_permitted() -> None:
    found = make(obj(propertyNames={"pattern": "^[A-Z]{4}$"}, minProperties=5))
    assert len(found) == 5
    assert all(name.isupper() for name in found)


@pytest.mark.parametrize(
    "schema",
    [
        *(obj(minProperties=10**9), obj(required=[str(number) for number in range(2_001)]), arr(minItems=10**9)),
        *(arr(minItems=2_001), arr(contains={}, minContains=10**9), arr(contains={}, minContains=3, maxItems=2)),
        *(arr(minItems=3, prefixItems=[{}], items=False), arr(items={"const": 1}, minItems=2, uniqueItems=True)),
        *(arr(items=False, minItems=1), obj(additionalProperties=False, minProperties=1)),
    ],
    ids=lambda schema: str(schema)[:60],
)
def test_more_than_there_can_be_is_soon_found_impossible(schema: Any) -> None:
    with pytest.raises(SampleImpossible):
        make(schema)


def test_a_value_with_too_many_nodes_ends_the_search() -> None:
    with pytest.raises(BudgetSpent, match="4000 nodes"):
        make(arr(minItems=1_500, items=arr(minItems=3, items={"type": "integer"})))


def test_an_array_shows_an_item_or_two() -> None:
    assert {len(make(arr(items={"type": "integer"}), seed=seed)) for seed in range(20)} == {1, 2}


def test_a_loose_array_may_be_empty() -> None:
    assert {len(make(arr(items={"type": "integer"}), LOOSE, seed)) for seed in range(60)} == {0, 1, 2, 3}


@pytest.mark.parametrize(
    "limits, count", [({"minItems": 5}, 5), ({"maxItems": 0}, 0), ({"minItems": 3, "maxItems": 3}, 3)]
)
def test_an_array_has_as_many_items_as_allowed(limits: Any, count: int) -> None:
    assert len(make(arr(items={"type": "integer"}, **limits))) == count


def test_each_item_follows_the_schema_of_its_place() -> None:
    schema = arr(prefixItems=[{"const": 1}, {"const": "a"}], items={"const": None}, minItems=4)
    assert make(schema) == [1, "a", None, None]


def test_a_tuple_shows_all_its_items() -> None:
    assert make(arr(prefixItems=[{"const": 1}, {"const": 2}, {"const": 3}], items=False)) == [1, 2, 3]


def test_deep_inside_an_array_has_what_is_required() -> None:
    assert make(arr(items={"const": 1}), depth=8) == []


def test_an_array_contains_what_it_must() -> None:
    found = make(arr(items={"type": "integer"}, contains={"const": 5}, minContains=2, maxContains=2, minItems=4))
    assert found.count(5) == 2
    assert len(found) == 4


def test_items_differ_where_they_must() -> None:
    found = make(arr(items={"enum": [1, 1.0, 2, "1", True]}, uniqueItems=True, minItems=4))
    assert len(found) == 4
    assert {str(value) for value in found} - {"1.0"} >= {"2", "True"}


def test_an_example_is_varied_where_items_must_differ() -> None:
    item = obj(required=["id"], properties={"id": {"type": "integer", "example": 1}})
    found = make(arr(items=item, uniqueItems=True, minItems=3))
    assert len({entry["id"] for entry in found}) == 3


def test_an_item_too_many_is_left_out() -> None:
    assert make(arr(prefixItems=[{"const": 1}, {"not": {}}])) == [1]
