"""Where the reason for a decision stands: every pointer leads to what it names."""

from __future__ import annotations

from typing import Any

import pytest

from documents import changed, compiled, contract, packaged_contract, plain
from oas.contract import Contract
from oas.decisions import response_place, rule_place, security_place, violation_place
from oas.messages import Violation
from oas.operation import Operation
from oas.pointers import lookup

SPEC = compiled(packaged_contract())
SMALL = compiled(contract())

#: A document without the vocabulary: parameters of both homes, by reference too, a body, every form of a response.
OTHER = compiled(
    {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "security": [{"key": []}],
        "paths": {
            "/things/{id}": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"$ref": "#/components/parameters/Day"},
                ],
                "get": {
                    "operationId": "getThing",
                    "security": [],
                    "parameters": [{"name": "X-Mode", "in": "header", "schema": {"type": "string"}}],
                    "responses": {
                        "200": {"description": "a"},
                        "4XX": {"description": "b"},
                        "default": {"description": "c"},
                    },
                },
                "put": {
                    "operationId": "putThing",
                    "requestBody": {"$ref": "#/components/requestBodies/Thing"},
                    "responses": {"2XX": {"description": "a"}},
                },
            }
        },
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
            "parameters": {"Day": {"name": "day", "in": "query", "schema": {"type": "string", "format": "date"}}},
            "requestBodies": {
                "Thing": {"content": {"application/vnd.thing+json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
            },
            "schemas": {
                "Thing": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "tags": {"$ref": "#/components/schemas/Tags"}},
                },
                "Tags": {"type": "array", "items": {"properties": {"a/b": {"type": "integer"}}}},
            },
        },
    }
)
THING = "/paths/~1things~1{id}"


def violation(location: str, pointer: str) -> Violation:
    return Violation(location, pointer, "type", "wrong")


def operation(name: str, spec: Contract = OTHER) -> Operation:
    return spec.by_id[name]


def at(spec: Contract, pointer: str) -> Any:
    return lookup(spec.document.tree, pointer)


@pytest.mark.parametrize("name", SPEC.by_id)
def test_every_rule_of_the_packaged_contract_is_found(name: str) -> None:
    found = SPEC.by_id[name]
    for rule in found.rules:
        node = at(SPEC, rule_place(SPEC, found, rule.condition, rule.error_code))
        assert (node["condition"], node["error_code"], node["status"]) == (rule.condition, rule.error_code, rule.status)


@pytest.mark.parametrize("condition", SPEC.rules)
def test_the_rules_of_the_root_hold_where_no_operation_was_reached(condition: str) -> None:
    place = rule_place(SPEC, None, condition)
    assert place.startswith("/x-error/")
    assert at(SPEC, place)["condition"] == condition


def test_a_rule_of_the_operation_goes_before_one_of_the_root() -> None:
    spec = compiled(changed(contract(), "/paths/~1things/get/x-error/0", contract()["x-error"][0]))
    place = rule_place(spec, operation("listThings", spec), "unauthenticated")
    assert place == "/paths/~1things/get/x-error/0"
    assert rule_place(spec, operation("countThings", spec), "unauthenticated") == "/x-error/0"


@pytest.mark.parametrize("error_code, place", [("", 0), ("NO_KEY", 0), ("OTHER", 1), ("nobody", 0)])
def test_the_code_of_the_answer_tells_rules_of_one_condition_apart(error_code: str, place: int) -> None:
    rule = contract()["x-error"][0]
    spec = compiled(changed(contract(), "/x-error/1", {**rule, "error_code": "OTHER"}))
    assert rule_place(spec, None, "unauthenticated", error_code) == f"/x-error/{place}"


def test_where_no_rule_is_the_operation_is_named() -> None:
    assert rule_place(SMALL, operation("countThings", SMALL), "unknown-path") == "/paths/~1things~1count/get"
    assert rule_place(SMALL, None, "unknown-path") == "/paths"


def test_a_document_without_the_vocabulary_has_no_rules() -> None:
    found = operation("getThing")
    assert rule_place(OTHER, found, "unauthenticated", "A") == found.pointer


@pytest.mark.parametrize(
    "name, status, key",
    [
        ("getThing", 200, "/200"),
        ("getThing", 404, "/4XX"),
        ("getThing", 499, "/4XX"),
        ("getThing", 201, "/default"),
        ("getThing", 500, "/default"),
        ("putThing", 204, "/2XX"),
        ("putThing", 404, ""),
    ],
)
def test_a_response_is_found_by_status_then_class_then_default(name: str, status: int, key: str) -> None:
    found = operation(name)
    place = response_place(found, status)
    assert place == f"{found.pointer}/responses{key}"
    assert at(OTHER, place)


@pytest.mark.parametrize(
    "found, place",
    [
        (violation("query", "/day"), f"{THING}/parameters/1"),
        (violation("query", "/DAY"), f"{THING}/parameters/1"),
        (violation("path", "/id"), f"{THING}/parameters/0"),
        (violation("header", "/x-mode"), f"{THING}/get/parameters/0"),
        (violation("query", "/day/0"), f"{THING}/parameters/1"),
        (violation("query", "/nothing"), f"{THING}/get"),
        (violation("query", ""), f"{THING}/get"),
        (violation("header", "/Prefer"), f"{THING}/get"),
    ],
    ids=range(8),
)
def test_a_parameter_is_found_in_either_of_its_homes(found: Violation, place: str) -> None:
    assert violation_place(OTHER, operation("getThing"), found) == place
    assert at(OTHER, place)


@pytest.mark.parametrize(
    "pointer, place",
    [
        ("", "/components/requestBodies/Thing/content/application~1vnd.thing+json/schema"),
        ("/name", "/components/schemas/Thing/properties/name"),
        ("/tags/3", "/components/schemas/Tags/items"),
        ("/tags/3/a~1b", "/components/schemas/Tags/items/properties/a~1b"),
    ],
)
def test_a_member_of_a_body_is_found_in_its_schema(pointer: str, place: str) -> None:
    assert violation_place(OTHER, operation("putThing"), violation("body", pointer)) == place
    assert at(OTHER, place)


def test_a_member_that_nobody_declared_stands_where_it_would() -> None:
    place = violation_place(OTHER, operation("putThing"), violation("body", "/nothing/more"))
    assert place == "/components/schemas/Thing/properties/nothing/properties/more"


def test_a_body_that_nobody_declared_stands_where_one_would() -> None:
    place = violation_place(OTHER, operation("getThing"), violation("body", ""))
    assert place == f"{THING}/get/requestBody/content/application~1json/schema"


@pytest.mark.parametrize(
    "tree, place",
    [
        (plain(), "/paths/~1things/get"),
        (plain(security=[]), "/security"),
        (plain({"security": []}), "/paths/~1things/get/security"),
        (plain({"security": []}, security=[]), "/paths/~1things/get/security"),
    ],
    ids=["none", "root", "operation", "both"],
)
def test_the_security_that_holds_is_found(tree: dict[str, Any], place: str) -> None:
    spec = compiled(tree)
    assert security_place(spec, next(iter(spec.operations))) == place


def test_a_document_that_has_lost_the_path_names_what_the_operation_said() -> None:
    other = compiled(plain(path="/other"))
    found = operation("listThings", SMALL)
    assert violation_place(other, found, violation("query", "/limit")) == f"{found.pointer}/parameters/5"
    assert violation_place(other, found, violation("query", "/nothing")) == found.pointer
