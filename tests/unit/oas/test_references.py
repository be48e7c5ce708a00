"""References inside one tree: followed, merged with what stands beside them, and refused."""

from __future__ import annotations

from typing import Any

import pytest

from oas.errors import SpecInvalid
from oas.references import References

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/a": {"$ref": "#/components/pathItems/A", "summary": "mine", "post": {"operationId": "p"}},
        "/b": {"$ref": "#/components/pathItems/B"},
        "/in~side": {"get": {"responses": {"200": {"$ref": "#/components/responses/Ok"}}}},
    },
    "components": {
        "pathItems": {
            "A": {"summary": "theirs", "get": {"operationId": "g"}, "post": {"operationId": "q"}},
            "B": {"$ref": "#/components/pathItems/A"},
        },
        "schemas": {
            "One": {"type": "integer", "title": "one"},
            "Two": {"$ref": "#/components/schemas/One", "title": "two", "minimum": 2},
            "Three": {"$ref": "#/components/schemas/Two", "minimum": 3},
            "Deep": {"properties": {"x": {"$ref": "#/components/schemas/Three"}}},
            "Through": {"$ref": "#/paths/~1in~0side/get/responses/200/content/j/schema"},
            "Alias": {"$ref": "#/components/schemas/Deep"},
            "ViaAlias": {"$ref": "#/components/schemas/Alias/properties/x"},
            "True": True,
            "Circle": {"$ref": "#/components/schemas/Loop"},
            "Loop": {"$ref": "#/components/schemas/Circle"},
            "Self": {"$ref": "#/components/schemas/Self"},
            "Inside": {"$ref": "#/components/schemas/Inside/properties/x"},
            "Dead": {"$ref": "#/components/schemas/No"},
            "Away": {"$ref": "other.yaml#/x"},
            "Anchor": {"$ref": "#anchor"},
            "$ref": {"type": "string"},
        },
        "responses": {
            "Ok": {"description": "ok", "content": {"j": {"schema": {"type": "string"}}}},
            "Mine": {"$ref": "#/components/responses/Ok", "description": "mine", "x-else": 1},
            "Plain": {"$ref": "#/components/responses/Mine"},
        },
        "examples": {"schema": {"value": {"schema": {}}}},
        "headers": {"schema": {"schema": {"type": "string"}}},
    },
    "x-own": {"schema": {}},
}
SCHEMAS = "/components/schemas"


@pytest.fixture
def references() -> References:
    """References of the document above, as 3.1."""
    return References(DOCUMENT, "a.yaml")


@pytest.fixture
def references_30() -> References:
    """References of the same document, as 3.0."""
    return References({**DOCUMENT, "openapi": "3.0.3"}, "a.yaml")


def schema(name: str) -> Any:
    return DOCUMENT["components"]["schemas"][name]


@pytest.mark.parametrize("name", ["One", "Two", "Three", "ViaAlias"])
def test_a_chain_is_followed_to_its_end(references: References, name: str) -> None:
    assert references.resolve(schema(name)) is schema("One")
    assert references.resolved_or_none(schema(name)) is schema("One")


@pytest.mark.parametrize("value", [schema("Deep"), True, None, [1], {"$ref": 1}])
def test_what_is_not_a_reference_is_itself(references: References, value: Any) -> None:
    assert references.resolve(value) is value


@pytest.mark.parametrize(
    "name, says",
    [
        ("Circle", "itself"),
        ("Self", "itself"),
        ("Inside", "itself"),
        ("Dead", "nowhere"),
        ("Away", "refused"),
        ("Anchor", "refused"),
    ],
)
def test_a_broken_reference_names_its_place(references: References, name: str, says: str) -> None:
    for pointer in ("", f"{SCHEMAS}/{name}"):
        with pytest.raises(SpecInvalid, match=says) as raised:
            references.resolve(schema(name), pointer)
        assert (raised.value.source, raised.value.pointer) == ("a.yaml", f"{SCHEMAS}/{name}/$ref")
    assert references.resolved_or_none(schema(name)) is None
    assert references.target_or_none(schema(name)["$ref"]) is None
    with pytest.raises(SpecInvalid, match=says):
        references.canonical_pointer(f"{SCHEMAS}/{name}/type")


def test_lookup_says_where_nothing_is(references: References) -> None:
    assert references.lookup(f"{SCHEMAS}/One/type") == "integer"
    for pointer in ("/nope", "nope"):
        with pytest.raises(SpecInvalid, match="nothing"):
            references.lookup(pointer)


@pytest.mark.parametrize(
    "pointer, canonical",
    [
        ("", ""),
        (f"{SCHEMAS}/Three", f"{SCHEMAS}/Three"),
        (f"{SCHEMAS}/Three/type", f"{SCHEMAS}/One/type"),
        (f"{SCHEMAS}/Three/minimum", f"{SCHEMAS}/Three/minimum"),
        (f"{SCHEMAS}/Alias/properties/x/type", f"{SCHEMAS}/One/type"),
        (f"{SCHEMAS}/$ref/type", f"{SCHEMAS}/$ref/type"),
        (f"{SCHEMAS}/Three/no/more", f"{SCHEMAS}/One/no/more"),
        ("/paths/~1a/get/operationId", "/components/pathItems/A/get/operationId"),
        ("/paths/~1a/post/operationId", "/paths/~1a/post/operationId"),
        ("/paths/~1b/post", "/components/pathItems/A/post"),
        ("/paths/~1in~0side/get/responses/200/description", "/components/responses/Ok/description"),
        (f"{SCHEMAS}/Through/type", "/components/responses/Ok/content/j/schema/type"),
    ],
)
def test_a_pointer_has_one_canonical_form(references: References, pointer: str, canonical: str) -> None:
    assert references.canonical_pointer(pointer) == canonical


def test_a_target_behind_other_references_is_canonical(references: References) -> None:
    assert references.target(schema("ViaAlias")["$ref"], "") == f"{SCHEMAS}/Deep/properties/x"
    assert references.target(schema("Two")["$ref"], "") == f"{SCHEMAS}/One"


def test_members_beside_the_reference_of_a_path_item_hold(references: References) -> None:
    item = references.path_item(DOCUMENT["paths"]["/a"], "/paths/~1a")
    assert item == {"summary": "mine", "get": {"operationId": "g"}, "post": {"operationId": "p"}}
    assert references.path_item(DOCUMENT["paths"]["/b"]) is DOCUMENT["components"]["pathItems"]["A"]
    with pytest.raises(SpecInvalid, match="nowhere"):
        references.path_item({"$ref": "#/no", "get": {}}, "/paths/~1x")


@pytest.mark.parametrize("name", ["Mine", "Plain"])
def test_a_reference_object_may_replace_the_description(
    references: References, references_30: References, name: str
) -> None:
    node = DOCUMENT["components"]["responses"][name]
    expected = {**DOCUMENT["components"]["responses"]["Ok"], "description": "mine"}
    assert references.reference(node) == expected
    assert references_30.reference(node) is DOCUMENT["components"]["responses"]["Ok"]


def test_keywords_beside_the_reference_of_a_schema_hold_since_31(
    references: References, references_30: References
) -> None:
    found = references.schema(schema("Three"), f"{SCHEMAS}/Three")
    assert found.node == {"type": "integer", "title": "two", "minimum": 3}
    assert (found.pointer, found.component) == (f"{SCHEMAS}/One", "One")
    old = references_30.schema(schema("Three"), f"{SCHEMAS}/Three")
    assert old.node is schema("One")
    assert old[1:] == found[1:]
    assert references.schema(True, "/x") == (True, "/x", "")


def test_schemas_are_listed_outside_of_data(references: References) -> None:
    found = set(references.schema_pointers())
    assert f"{SCHEMAS}/One" in found
    assert {"/components/responses/Ok/content/j/schema", "/components/headers/schema/schema"} <= found
    assert not any(pointer.startswith(("/x-own", "/components/examples")) for pointer in found)
    assert "/components/headers/schema" not in found
