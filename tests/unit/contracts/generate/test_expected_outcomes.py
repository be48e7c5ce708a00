from __future__ import annotations

from typing import Any

import pytest

from contracts.generate.expected_outcomes import Expectation, ExpectedOutcomes
from contracts.messages import Request
from pipelinegate import contract

ENTITIES = {"user": ("u-1", "u-2"), "routine": ("r-1",), "organisation": (123,)}
LATE = {"start_date": "2025-05-02", "end_date": "2025-05-01"}


def of(operation_id: str, parameters: dict[str, Any] | None = None, **more: Any) -> Expectation:
    """Return what a request deserves, its parameters in the query or the body as the operation has it."""
    operation = contract().by_id[operation_id]
    asked: dict[str, Any] = {"operation_id": operation_id, "method": operation.method, "path": operation.path}
    if operation.has_body:
        asked["body"] = parameters
    else:
        asked["query"] = tuple((parameters or {}).items())
    return ExpectedOutcomes(contract(), ENTITIES).of(Request(**{**asked, **more}))


@pytest.mark.parametrize(
    "operation_id, parameters",
    [
        ("getUserCampaignFilters", {}),
        ("createApiKey", {"organisation_id": 123, "description": "é"}),
        ("createApiKey", None),
        ("getCampaignInfo", {"limit": "1", "campaign_status": "draft", "linkedin_user_information_ids": "u-2"}),
        ("postCampaignInfo", {"linkedin_user_information_ids": ["u-1", "u-2"], "offset": 0}),
        ("postDashboardInfo", {"start_date": "2025-05-01", "end_date": "2025-05-01"}),
        ("getOptimizedRoutineData", {"linkedin_campaign_routine_id": "r-1"}),
    ],
)
def test_a_valid_request_deserves_success(operation_id: str, parameters: dict[str, Any] | None) -> None:
    found = of(operation_id, parameters)
    assert found.is_valid
    assert found.words == "2xx"


@pytest.mark.parametrize(
    "operation_id, parameters, words, blamed",
    [
        ("getCampaignInfo", {"limit": "0"}, "400 INVALID_REQUEST", "limit: minimum"),
        ("getCampaignInfo", {"limit": "x"}, "400 INVALID_REQUEST", "limit: type"),
        ("getCampaignInfo", {"sort_by": "shoe size"}, "400 INVALID_REQUEST", "sort_by: enum"),
        ("getDashboardInfo", {"start_date": "soon"}, "400 INVALID_REQUEST", "start_date: format"),
        ("postCampaignInfo", {"term": None}, "400 INVALID_REQUEST", "term: null"),
        ("postCampaignInfo", {"term": 3}, "400 INVALID_REQUEST", "term: type"),
        ("getOptimizedRoutineData", {}, "400 INVALID_REQUEST", "linkedin_campaign_routine_id: required"),
        ("getDashboardInfo", LATE, "400 INVALID_DATE_RANGE", "end_date: before start_date"),
        (
            "postDashboardInfo",
            {"linkedin_user_information_ids": ["u-1", "nobody"]},
            "400 INVALID_USER_IDS",
            "linkedin_user_information_ids: unknown",
        ),
        (
            "getOptimizedRoutineData",
            {"linkedin_campaign_routine_id": "nothing"},
            "404 NOT_FOUND",
            "linkedin_campaign_routine_id: unknown",
        ),
    ],
)
def test_a_wrong_request_deserves_the_refusal_that_the_document_names(
    operation_id: str, parameters: dict[str, Any], words: str, blamed: str
) -> None:
    found = of(operation_id, parameters)
    assert (found.words, found.blamed, found.is_valid) == (words, (blamed,), False)


def test_of_two_conditions_either_answer_will_do() -> None:
    found = of("getCampaignInfo", {**LATE, "linkedin_user_information_ids": "nobody"})
    assert found.words == "400 INVALID_DATE_RANGE or 400 INVALID_USER_IDS"


@pytest.mark.parametrize(
    "operation_id, parameters",
    [
        ("getCampaignInfo", {"offset": "007"}),
        ("getOptimizedRoutineData", {"linkedin_campaign_routine_id": " "}),
        ("createApiKey", {"organisation_id": 124}),
        ("postCampaignInfo", {"unheard": [None]}),
        ("getCampaignInfo", {"unheard": "1"}),
    ],
)
def test_what_servers_may_read_either_way_is_no_expectation(operation_id: str, parameters: dict[str, Any]) -> None:
    found = of(operation_id, parameters)
    assert not found.is_valid
    assert found.words == ""


def test_beside_what_is_wrong_for_certain_a_server_may_see_what_is_doubtful() -> None:
    found = of("postCampaignInfo", {**LATE, "limit": 7.0})
    assert found.blamed == ("end_date: before start_date",)
    assert found.words == "400 INVALID_DATE_RANGE or 400 INVALID_REQUEST"


def test_of_a_type_that_was_never_listed_nothing_is_known() -> None:
    query = (("linkedin_campaign_routine_id", "r-1"),)
    path = "/optimized_routine_data"
    request = Request(operation_id="getOptimizedRoutineData", method="GET", path=path, query=query)
    found = ExpectedOutcomes(contract(), {}).of(request)
    assert (found.conditions, found.is_valid) == ((), False)


@pytest.mark.parametrize("credential", ["none", "empty", "unknown", "truncated", "elsewhere"])
def test_a_request_without_a_valid_key_is_unauthenticated(credential: str) -> None:
    assert of("getDashboardInfo", credential=credential).words == "401 INVALID_API_KEY"


@pytest.mark.parametrize("method, words", [("PATCH", "405 METHOD_NOT_ALLOWED"), ("HEAD", ""), ("OPTIONS", "")])
def test_an_undocumented_method_is_refused_unless_servers_answer_it_by_themselves(method: str, words: str) -> None:
    assert of("getDashboardInfo", method=method).words == words


@pytest.mark.parametrize(
    "change, words",
    [
        ({"raw_body": b"{"}, "400 INVALID_REQUEST"),
        ({"raw_body": b"null"}, "400 INVALID_REQUEST"),
        ({"body": [1]}, "400 INVALID_REQUEST"),
        ({"body": {}, "content_type": "text/plain"}, ""),
        ({"body": [], "content_type": "text/plain"}, "400 INVALID_REQUEST"),
        ({"body": {}, "content_type": "application/problem+json"}, ""),
        ({"body": {}, "content_type": "application/json; charset=utf-8"}, "2xx"),
    ],
)
def test_a_body_is_judged_by_what_it_is(change: dict[str, Any], words: str) -> None:
    assert of("postDashboardInfo", **change).words == words


def test_a_content_type_on_a_request_without_a_body_is_no_expectation() -> None:
    assert of("getDashboardInfo", headers=(("Content-Type", "multipart/form-data"),)).words == ""
