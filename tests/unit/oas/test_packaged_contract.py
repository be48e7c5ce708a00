"""The packaged contract, and other documents, as records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from answers import document
from contracts.errors import SpecInvalid
from oas.contract import load, parse
from oas.package_data import openapi

MINIMAL: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {}}


def operation(**keywords: Any) -> dict[str, Any]:
    return {**MINIMAL, "paths": {"/x": {"get": {"operationId": "getX", "responses": {}, **keywords}}}}


def test_the_packaged_contract_has_seven_operations() -> None:
    assert openapi().name == "openapi.yaml"
    assert [(item.id, item.method) for item in document().operations] == [
        ("getUserCampaignFilters", "GET"),
        ("createApiKey", "POST"),
        ("getDashboardInfo", "GET"),
        ("postDashboardInfo", "POST"),
        ("getCampaignInfo", "GET"),
        ("postCampaignInfo", "POST"),
        ("getOptimizedRoutineData", "GET"),
    ]


def test_only_the_creation_of_keys_writes() -> None:
    assert [item.id for item in document().operations if item.is_write] == ["createApiKey"]


def test_a_body_form_belongs_to_the_family_of_its_query_form() -> None:
    assert [item.id for item in document().forms("getCampaignInfo")] == ["getCampaignInfo", "postCampaignInfo"]
    assert [item.name for item in document().by_id["postCampaignInfo"].inputs] == [
        item.name for item in document().by_id["getCampaignInfo"].inputs
    ]


def test_parameters_know_their_entities_values_and_defaults() -> None:
    listing = document().by_id["getCampaignInfo"]
    users, limit, status = (
        listing.input(name) for name in ("linkedin_user_information_ids", "limit", "campaign_status")
    )
    assert users is not None
    assert limit is not None
    assert status is not None
    assert (users.is_array, users.entity) == (True, "user")
    assert limit.schema["default"] == 50
    assert set(status.enum) == {"active", "inactive", "completed", "draft"}
    assert listing.input("nothing") is None


def test_the_key_the_limits_and_the_errors_are_read() -> None:
    limits = document().limits
    assert document().key_header == "Authorization"
    assert limits is not None
    assert [(window.name, window.limit) for window in limits.windows] == [("minute", 100), ("day", 5000)]
    rule = document().error("unknown-path")
    assert rule is not None
    assert (rule.status, rule.error_code) == (404, "NOT_FOUND")


def test_the_own_error_of_an_operation_comes_before_that_of_the_document() -> None:
    rule = document().error("not-admin", document().by_id["createApiKey"])
    assert rule is not None
    assert rule.pointer == "/paths/~1create-api-key/post/x-error/0"
    assert document().error("not-admin") is None


def test_bodies_are_judged_by_the_schema_of_their_status() -> None:
    success = document().by_id["getUserCampaignFilters"].success
    assert success is not None
    wrong = {"code": 200, "status": True, "message": 5, "data": {}}
    places = {pointer for pointer, _ in success.validate(wrong)}
    assert places == {"/message", "/data"}


def test_formats_are_asserted() -> None:
    success = document().by_id["getUserCampaignFilters"].responses[401]
    data = {"error": "x", "error_code": "INVALID_API_KEY", "request_id": "req_1", "timestamp": "noon+05:30"}
    body = {"code": 401, "status": False, "message": "x", "data": data}
    assert [pointer for pointer, _ in success.validate(body)] == ["/data/timestamp"]


def test_a_document_without_the_vocabulary_is_read_all_the_same() -> None:
    made = parse(operation())
    assert (made.limits, made.key_header, made.errors) == (None, "", ())
    assert made.by_id["getX"].collection is None
    assert made.by_id["getX"].success is None
    assert made.by_id["getX"].is_write is False


def test_an_operation_that_is_no_get_is_taken_to_write() -> None:
    paths: dict[str, Any] = {"/x": {"delete": {"responses": {"default": {}}}}}
    (made,) = parse({**MINIMAL, "paths": paths}).operations
    assert (made.id, made.is_write, made.responses) == ("DELETE /x", True, {})


def test_answers_are_documented_by_status_by_class_and_by_default() -> None:
    responses = {"200": {"description": "a"}, "4XX": {"description": "b"}, "default": {"description": "c"}}
    read = parse(operation(responses=responses)).by_id["getX"]
    homes = [rule.response_pointer.rpartition("/")[2] for rule in map(read.response, (200, 204, 404, 500)) if rule]
    assert homes == ["200", "default", "4XX", "default"]
    assert parse(operation()).by_id["getX"].response(200) is None


@pytest.mark.parametrize(
    "keywords, is_askable",
    [
        ({}, True),
        ({"parameters": [{"name": "a", "in": "query", "required": True}]}, True),
        ({"parameters": [{"name": "a", "in": "header", "required": True}]}, False),
        ({"parameters": [{"name": "a", "in": "header"}]}, True),
        ({"parameters": [{"name": "a", "in": "cookie", "required": True}]}, False),
        ({"requestBody": {"content": {"application/json": {"schema": {"properties": {"a": {}}}}}}}, True),
        ({"requestBody": {"content": {"application/json": {"schema": {"type": "array"}}}}}, False),
        ({"requestBody": {"content": {"text/plain": {}}}}, False),
        (
            {
                "requestBody": {"content": {"application/json": {"schema": {"properties": {"a": {}}}}}},
                "parameters": [{"name": "a", "in": "query", "required": True}],
            },
            False,
        ),
    ],
    ids=range(9),
)
def test_what_needs_more_than_a_query_or_members_cannot_be_asked(keywords: dict[str, Any], is_askable: bool) -> None:
    assert parse(operation(**keywords)).by_id["getX"].is_askable is is_askable


def test_a_path_with_variables_cannot_be_asked() -> None:
    paths = {"/x/{id}": {"get": {"operationId": "getX", "responses": {}}}}
    assert parse({**MINIMAL, "paths": paths}).by_id["getX"].is_askable is False


def test_parameters_of_a_path_are_those_of_its_operations_unless_they_say_otherwise() -> None:
    shared = [{"name": "a", "in": "query"}, {"name": "b", "in": "query", "schema": {"type": "string"}}]
    own = [{"name": "b", "in": "query", "schema": {"type": "integer"}}]
    path = {"parameters": shared, "get": {"operationId": "getX", "responses": {}, "parameters": own}}
    found = parse({**MINIMAL, "paths": {"/x": path}}).by_id["getX"].inputs
    assert [(item.name, item.schema, item.pointer) for item in found] == [
        ("b", {"type": "integer"}, "/paths/~1x/get/parameters/0/schema"),
        ("a", {}, "/paths/~1x/parameters/0/schema"),
    ]


@pytest.mark.parametrize(
    "text, words",
    [
        ("- just a list", "OpenAPI 3"),
        ("a: [", "not YAML"),
        ("paths: 5", "OpenAPI 3"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, text: str, words: str) -> None:
    place = tmp_path / "spec.yaml"
    place.write_text(text)
    with pytest.raises(SpecInvalid, match=words):
        load(place)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecInvalid, match="No such file"):
        load(tmp_path / "none.yaml")


def test_a_schema_that_cannot_be_compiled_is_a_finding_and_takes_anything() -> None:
    content = {"application/json": {"schema": {"type": "no-type"}}}
    made = parse(operation(responses={"200": {"description": "", "content": content}}))
    response = made.by_id["getX"].responses[200]
    assert response.validate({"any": "thing"}) == []
    places = [finding.pointer for finding in made.findings]
    assert places == ["/paths/~1x/get/responses/200/content/application~1json/schema/type"]


def test_an_extension_that_lacks_a_member_is_a_finding_and_ignored() -> None:
    made = parse(operation(**{"x-collection": {}, "x-effect": "write"}))
    assert made.by_id["getX"].collection is None
    assert made.by_id["getX"].is_write
    assert "/paths/~1x/get/x-collection" in [finding.pointer for finding in made.findings]
