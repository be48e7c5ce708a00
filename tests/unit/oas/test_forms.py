"""What the records of the contract say of themselves."""

from __future__ import annotations

from answers import document
from oas.contract import parse


def test_a_family_is_an_operation_and_its_other_forms() -> None:
    forms = document().forms("getCampaignInfo")
    assert [operation.id for operation in forms] == ["getCampaignInfo", "postCampaignInfo"]
    assert {operation.canonical_id for operation in forms} == {"getCampaignInfo"}


def test_the_first_success_is_the_success() -> None:
    operation = document().by_id["createApiKey"]
    assert operation.success is operation.responses[200]
    assert operation.input("description") is operation.inputs[1]
    assert operation.input("nothing") is None


def test_an_operations_own_condition_comes_before_the_documents() -> None:
    operation = document().by_id["createApiKey"]
    assert document().error("not-admin", operation) is operation.errors[0]
    assert document().error("not-admin") is None
    assert document().error("unknown-path", operation) is document().error("unknown-path")


def test_members_are_those_at_the_top_of_any_documented_body() -> None:
    assert document().by_id["getCampaignInfo"].body_members == {"code", "status", "message", "data"}


def test_where_a_body_may_be_a_list_no_member_is_certain() -> None:
    def response(schema: object) -> object:
        return {"description": "x", "content": {"application/json": {"schema": schema}}}

    problem = {"type": "object", "properties": {"title": {"type": "string"}}}
    tree = {
        "openapi": "3.1.0",
        "paths": {
            "/things": {
                "get": {
                    "operationId": "list",
                    "responses": {
                        "200": response({"type": "array", "items": {"type": "string"}}),
                        "404": response(problem),
                    },
                }
            },
            "/one": {"get": {"operationId": "one", "responses": {"404": response(problem)}}},
        },
    }
    by_id = parse(tree).by_id
    assert (by_id["list"].body_members, by_id["one"].body_members) == (frozenset(), frozenset({"title"}))
