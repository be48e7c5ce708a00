"""Operations are read once; what a request would stumble over is a finding, and the rest is used."""

from __future__ import annotations

from typing import Any

import pytest

from documents import GONE, changed, compiled, contract, packaged_contract, plain
from oas.media import essence_of, is_json_type
from oas.operation import Operation

BODY = {"type": "object", "properties": {"a": {"type": "integer", "default": 1}}}


def only(operation: dict[str, Any], path: str = "/things", **root: Any) -> Operation:
    """Compile the one operation of a document."""
    (found,) = compiled(plain(operation, path, **root)).operations
    return found


def body(*types: str, schema: Any = BODY, **more: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {name: {"schema": schema} for name in types}, **more}}


@pytest.mark.parametrize(
    "node, id", [({"operationId": "list"}, "list"), ({}, "GET /things"), ({"operationId": ""}, "GET /things")]
)
def test_an_operation_is_known_by_its_id_or_its_place(node: dict[str, Any], id: str) -> None:
    found = only(node)
    assert (found.id, found.canonical_id, found.method, found.path) == (id, id, "GET", "/things")
    assert found.pointer == "/paths/~1things/get"


def test_a_body_has_types_judges_names_and_defaults() -> None:
    found = only(body("Application/JSON; charset=utf-8", "text/plain", required=True))
    assert found.body_types == ("application/json", "text/plain")
    assert list(found.body_judges) == ["application/json"]
    assert (found.body_names, found.defaults, found.is_body_required) == (frozenset("a"), {"a": 1}, True)


@pytest.mark.parametrize("value, expected", [({"a": 1}, True), ({"a": "x"}, False), ([], False)])
def test_a_body_is_judged_by_its_schema(value: Any, expected: bool) -> None:
    assert only(body("application/json")).body_judges["application/json"].is_valid(value) is expected


@pytest.mark.parametrize(
    "schema, names",
    [
        (BODY, {"a"}),
        ({"$ref": "#/components/schemas/B"}, {"a"}),
        ({**BODY, "allOf": [{"properties": {"b": {}}}]}, None),
        ({**BODY, "$ref": "#/components/schemas/B"}, {"a"}),
        ({"type": "array"}, None),
        (True, None),
    ],
)
def test_names_of_members_are_known_where_no_other_schema_adds_some(schema: Any, names: Any) -> None:
    assert only(body("application/json", schema=schema), components={"schemas": {"B": BODY}}).body_names == names


def test_what_stands_beside_a_reference_comes_first() -> None:
    schemas = {"A": {"type": "integer", "default": 1}}
    parameters = [
        {"name": name, "in": "query", "schema": {"$ref": "#/components/schemas/A", **more}}
        for name, more in (("a", {}), ("b", {"default": 2}))
    ]
    assert only({"parameters": parameters}, components={"schemas": schemas}).defaults == {"a": 1, "b": 2}


def test_the_packaged_operations_know_what_they_are_asked() -> None:
    operations = compiled(packaged_contract()).by_id
    assert operations["postCampaignInfo"].same_as == "getCampaignInfo"
    collections = [operations[name].collection for name in ("getCampaignInfo", "postCampaignInfo")]
    assert None not in collections
    assert operations["getCampaignInfo"].defaults["limit"] == 50
    assert [name for name, one in operations.items() if one.has_secret] == ["createApiKey"]
    assert {one.is_body_required for one in operations.values()} == {False}


@pytest.mark.parametrize(
    "operation, entities", [("getDashboardInfo", ["", "user"]), ("createApiKey", ["organisation"])]
)
def test_rules_know_the_entity_that_their_parameter_names(operation: str, entities: list[str]) -> None:
    rules = compiled(packaged_contract()).by_id[operation].value_rules
    assert [rule.entity for rule in rules] == entities


def test_rules_of_the_operation_come_before_those_of_the_root() -> None:
    tree = contract()
    own = {**tree["x-error"][0], "error_code": "OWN"}
    rules = compiled(changed(tree, "/paths/~1things/get/x-error/0", own)).by_id["listThings"].rules
    assert [rule.error_code for rule in rules if rule.condition == "unauthenticated"] == ["OWN", "NO_KEY"]
    assert compiled(tree).by_id["listThings"].conditions["unauthenticated"].error_code == "OWN"


def test_a_document_without_the_vocabulary_keeps_its_own_extensions() -> None:
    found = only({"x-error": [{}], "responses": {"200": {"x-secret": True}}, "x-assumed": 1})
    assert (found.rules, found.has_secret, found.collection) == ((), False, None)


@pytest.mark.parametrize(
    "pointer, value, at",
    [
        ("/paths/~1things/get/parameters/0/schema/x-entity", GONE, "/paths/~1things/get/x-error/1/parameter"),
        ("/paths/~1things/get/security", [{"nope": []}], "/paths/~1things/get/security"),
        (
            "/paths/~1things/post/requestBody/content/application~1json/schema/type",
            "thing",
            "/paths/~1things/post/requestBody/content/application~1json/schema/type",
        ),
        ("/paths/~1things/post/requestBody", {"$ref": "#/nothing"}, "/paths/~1things/post/requestBody/$ref"),
    ],
)
def test_what_cannot_be_used_is_a_finding_and_the_rest_is_served(pointer: str, value: Any, at: str) -> None:
    made = compiled(changed(contract(), pointer, value))
    made.compile()
    assert [(finding.severity, finding.pointer) for finding in made.findings] == [("error", at)]
    assert made.broken == {}
    assert len(made.operations) == len(compiled(contract()).operations)


SCHEMES = {
    "securitySchemes": {"a": {"type": "apiKey"}, "b": {"type": "http"}, "c": {"$ref": "#/components/securitySchemes/a"}}
}


@pytest.mark.parametrize(
    "root, own, expected",
    [
        (None, None, ()),
        ([{"a": []}], None, (("apiKey",),)),
        ([{"a": []}], [], ()),
        ([{"a": []}], [{"a": [], "b": []}, {}], (("apiKey", "http"), ())),
        (None, [{"c": []}], (("apiKey",),)),
    ],
)
def test_security_is_that_of_the_operation_or_of_the_root(root: Any, own: Any, expected: Any) -> None:
    node = {} if own is None else {"security": own}
    more = {} if root is None else {"security": root}
    found = only(node, components=SCHEMES, **more).security
    assert tuple(tuple(scheme["type"] for scheme in one) for one in found) == expected


@pytest.mark.parametrize(
    "schema, expected",
    [
        ({"properties": {"k": {"x-secret": True}}}, True),
        ({"items": {"anyOf": [{"$ref": "#/components/schemas/Key"}]}}, True),
        ({"examples": [{"x-secret": True}]}, False),
        ({"$ref": "#/components/schemas/Loop"}, False),
    ],
)
def test_a_secret_is_found_wherever_an_answer_may_hold_one(schema: Any, expected: bool) -> None:
    tree = contract()
    tree["components"]["schemas"] |= {
        "Key": {"x-secret": True},
        "Loop": {"properties": {"next": {"$ref": "#/components/schemas/Loop"}}},
        "Figures": {"properties": {"small": {}}, "allOf": [schema]},
    }
    assert compiled(tree).by_id["countThings"].has_secret is expected


@pytest.mark.parametrize(
    "name, expected",
    [
        ("application/json", True),
        ("Application/JSON;charset=utf-8", True),
        ("application/hal+json", True),
        ("*/*", True),
        ("application/*", True),
        ("text/*", False),
        ("application/xml", False),
        ("text/plain", False),
    ],
)
def test_media_types_of_a_document_are_told_apart(name: str, expected: bool) -> None:
    assert is_json_type(name) is expected
    assert essence_of(name) == name.lower().partition(";")[0]
