"""The control API's own OpenAPI document."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from adminjudge import served
from mockserver.admin.api import AdminApi
from mockserver.admin.openapi import describe
from mockserver.admin.route import AdminRequest, AdminResponse, Route
from mockserver.config import Config
from mockserver.state.sessions import Sessions


def explode(call: AdminRequest) -> AdminResponse:
    """Explode, loudly.

    And nothing else.
    """
    return AdminResponse({})


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    control = AdminApi(Sessions(Config(), (), lambda key: key), {"version": "1.2.3"}, served())
    return describe(control.operations(), "1.2.3")


def described(**declared: Any) -> dict[str, Any]:
    """Describe one operation."""
    operation = Route("POST", "/bombs/{id}", explode, **declared)
    found: dict[str, Any] = describe((operation,), "1")["paths"]["/bombs/{id}"]["post"]
    return found


def test_it_is_an_openapi_document(description: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(description).validate()
    assert (description["openapi"], description["info"]["version"]) == ("3.1.0", "1.2.3")


def test_it_describes_every_operation_itself_included(description: dict[str, Any]) -> None:
    ids = [operation["operationId"] for item in description["paths"].values() for operation in item.values()]
    assert {"show_description", "move_clock", "list_requests", "drop_session"} <= set(ids)
    assert len(set(ids)) == len(ids)


def test_every_operation_has_a_summary_of_one_sentence(description: dict[str, Any]) -> None:
    summaries = [operation["summary"] for item in description["paths"].values() for operation in item.values()]
    assert [summary for summary in summaries if not summary.endswith(".") or len(summary) > 130] == []


def test_an_operation_is_named_by_its_function_and_told_by_its_docstring() -> None:
    assert (described()["operationId"], described()["summary"]) == ("explode", "Explode, loudly.")


def test_path_query_and_session_are_parameters() -> None:
    parameters = described(query={"force": {"type": "integer"}})["parameters"]
    assert parameters[:2] == [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "force", "in": "query", "schema": {"type": "integer"}},
    ]
    assert len(parameters) == 4
    assert len(described(in_session=False)["parameters"]) == 1


def test_a_body_is_closed_and_names_what_it_needs() -> None:
    members = {"when": {"type": "string"}}
    body = described(members=members, needs=("when",), needs_body=True)["requestBody"]
    assert body == {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": members,
                    "additionalProperties": False,
                    "required": ["when"],
                }
            }
        },
    }
    assert "requestBody" not in described()


def test_what_holds_of_members_together_is_told() -> None:
    described_body = described(members={"a": {}, "b": {}}, constraints={"maxProperties": 1})["requestBody"]
    assert described_body["content"]["application/json"]["schema"]["maxProperties"] == 1


@pytest.mark.parametrize(
    "declared, statuses",
    [
        ({"in_session": False}, {"200", "400", "401", "403", "503"}),
        ({}, {"200", "400", "401", "403", "503", "404"}),
        ({"members": {}, "status": 201}, {"201", "400", "401", "403", "503", "404", "413", "415", "422"}),
        ({"problems": (409,), "in_session": False}, {"200", "400", "401", "403", "503", "409"}),
    ],
    ids=["open", "in a session", "with a body", "with a conflict"],
)
def test_the_refusals_of_an_operation_follow_from_its_declaration(declared: dict[str, Any], statuses: set[str]) -> None:
    assert set(described(**declared)["responses"]) == statuses
