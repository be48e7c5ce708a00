"""References: followed inside the document, refused outside of it."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.errors import SpecInvalid
from oas.references import References


def references(**schemas: Any) -> References:
    return References({"components": {"schemas": schemas}}, "api.yaml")


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_a_chain_of_references_is_followed_to_its_end() -> None:
    leaf = {"type": "string"}
    assert references(A=ref("B"), B=ref("C"), C=leaf).resolve(ref("A")) is leaf


@pytest.mark.parametrize("node", [{"type": "string"}, "text", 5, None, [], {"$ref": {"type": "string"}}])
def test_what_is_no_reference_is_returned_as_it_is(node: Any) -> None:
    assert references().resolve(node) is node


@pytest.mark.parametrize("schemas", [{"A": ref("A")}, {"A": ref("B"), "B": ref("A")}, {"A": ref("B"), "B": ref("B")}])
def test_a_circle_of_references_is_named_not_walked(schemas: dict[str, Any]) -> None:
    with pytest.raises(SpecInvalid, match="leads back to itself") as caught:
        references(**schemas).resolve(ref("A"), "/paths/x/schema")
    assert caught.value.pointer == "/paths/x/schema/$ref"


@pytest.mark.parametrize(
    "target", ["other.yaml#/A", "https://example.com/a.json", "file:///etc/passwd", "#anchor", "A"]
)
def test_a_reference_out_of_the_document_is_refused(target: str) -> None:
    with pytest.raises(SpecInvalid, match="expected one into this document") as caught:
        references().resolve({"$ref": target}, "/a")
    assert (caught.value.source, caught.value.pointer) == ("api.yaml", "/a/$ref")


def test_a_reference_to_nothing_says_where_it_stands() -> None:
    with pytest.raises(SpecInvalid, match="'#/components/schemas/B' leads nowhere") as caught:
        references(A=1).target("#/components/schemas/B", "/here")
    assert caught.value.pointer == "/here"


@pytest.mark.parametrize(
    "way, end",
    [
        ("", ""),
        ("/components/schemas/A", "/components/schemas/A"),
        ("/components/schemas/A/properties/x", "/components/schemas/C/properties/x"),
        ("/components/schemas/A/properties/x/items", "/components/schemas/D/items"),
        ("/components/schemas/A/none/properties", "/components/schemas/C/none/properties"),
        ("/nowhere", "/nowhere"),
    ],
)
def test_the_end_of_a_way_through_references_is_told_where_it_stands(way: str, end: str) -> None:
    schemas = {"A": ref("B"), "B": ref("C"), "C": {"properties": {"x": ref("D")}}, "D": {"items": {}}}
    assert references(**schemas).standing(way) == end


def test_a_way_through_a_circle_has_no_end() -> None:
    with pytest.raises(SpecInvalid, match="leads back to itself"):
        references(A=ref("A")).standing("/components/schemas/A/properties")


def test_a_broken_reference_can_be_taken_for_nothing() -> None:
    assert references().resolved_or_none(ref("A")) is None


def test_looking_up_nothing_names_the_pointer() -> None:
    with pytest.raises(SpecInvalid, match="nothing is there") as caught:
        references().lookup("/components/schemas/A")
    assert caught.value.pointer == "/components/schemas/A"


def test_schemas_are_found_wherever_a_document_has_them() -> None:
    media = {"content": {"application/json": {"schema": {}, "example": {"schema": "data"}}}}
    document = {
        "paths": {"/schema": {"get": {"parameters": [{"name": "schema", "schema": {}}], "responses": {"200": media}}}},
        "components": {
            "schemas": {"schema": {"properties": {"schema": {}}}, "example": {}},
            "headers": {"schema": {"schema": {}}},
        },
        "x-notes": {"schema": {}},
    }
    assert sorted(References(document).schema_pointers()) == [
        "/components/headers/schema/schema",
        "/components/schemas/example",
        "/components/schemas/schema",
        "/paths/~1schema/get/parameters/0/schema",
        "/paths/~1schema/get/responses/200/content/application~1json/schema",
    ]
