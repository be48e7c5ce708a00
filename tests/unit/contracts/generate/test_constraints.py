from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contracts.generate.constraints import bind, strip_undocumented, violate
from contracts.generate.expected_outcomes import ExpectedOutcomes
from contracts.messages import Request
from pipelinegate import contract

JUDGE = ExpectedOutcomes(contract(), {})


def settle(operation_id: str, turn: int = 0, **parts: Any) -> Request:
    operation = contract().by_id[operation_id]
    request = Request(operation_id=operation_id, method=operation.method, path=operation.path, **parts)
    return bind(operation, request, turn, lambda name, value: JUDGE.fits(operation, name, value))


def test_made_up_ids_become_placeholders_each_of_its_own() -> None:
    found = settle("postCampaignInfo", body={"linkedin_user_information_ids": ["a", "b"], "term": "a"})
    assert found.body == {"linkedin_user_information_ids": ["{user.1}", "{user.2}"], "term": "a"}


def test_the_turn_decides_which_entity_is_named() -> None:
    query = (("linkedin_campaign_routine_id", "x"),)
    named = {settle("getOptimizedRoutineData", turn, query=query).query[0][1] for turn in range(9)}
    assert named == {"{routine.1}", "{routine.2}", "{routine.3}"}


def test_repeated_parameters_name_different_entities() -> None:
    query = (("linkedin_user_information_ids", "a"), ("limit", "3"), ("linkedin_user_information_ids", "b"))
    found = settle("getCampaignInfo", query=query)
    assert [text for _, text in found.query] == ["{user.1}", "3", "{user.2}"]


@pytest.mark.parametrize(
    "start, end, wanted",
    [("2025-05-02", "2025-05-01", ["2025-05-01", "2025-05-02"]), ("2025-05-01", "soon", ["2025-05-01", "soon"])],
)
def test_a_range_is_put_in_order_unless_an_end_is_wrong_on_purpose(start: str, end: str, wanted: list[str]) -> None:
    found = settle("getDashboardInfo", query=(("start_date", start), ("end_date", end)))
    assert [text for _, text in found.query] == wanted


def test_a_range_in_a_body_is_put_in_order() -> None:
    found = settle("postDashboardInfo", body={"end_date": "2025-05-01", "start_date": "2025-05-02"})
    assert found.body == {"end_date": "2025-05-02", "start_date": "2025-05-01"}


@pytest.mark.parametrize("wrong", [7, None, [7], {"a": 1}])
def test_an_id_that_is_wrong_on_purpose_stays_wrong(wrong: Any) -> None:
    body = {"linkedin_user_information_ids": wrong}
    assert settle("postCampaignInfo", body=body).body == body


def test_a_text_that_looks_like_a_placeholder_is_escaped() -> None:
    assert settle("getCampaignInfo", query=(("term", "{user.1}"),)).query == (("term", "{{user.1}"),)
    assert settle("createApiKey", body=["{user.1}"]).body == ["{{user.1}"]


def provoked(operation_id: str) -> dict[str, Any]:
    """Return condition → parameters of the request that provokes it."""
    operation = contract().by_id[operation_id]
    plain = Request(operation_id=operation_id, method=operation.method, path=operation.path)
    found = {rule.condition: violate(operation, plain, rule) for rule in operation.errors}
    return {name: request.parameters if request else None for name, request in found.items()}


@pytest.mark.parametrize("operation_id", ["getCampaignInfo", "postCampaignInfo"])
def test_each_condition_can_be_provoked_in_each_form(operation_id: str) -> None:
    assert provoked(operation_id) == {
        "end-before-start": {"start_date": "2025-05-02", "end_date": "2025-05-01"},
        "unknown-entity": {"linkedin_user_information_ids": ["{user.1}", "no-such-user"]},
    }


def test_an_unknown_number_is_no_unknown_entity_and_a_role_cannot_be_provoked() -> None:
    assert provoked("createApiKey") == {"not-admin": None, "unknown-entity": None}


def test_what_the_document_does_not_name_is_taken_away() -> None:
    operation = contract().by_id["postCampaignInfo"]
    request = Request(operation_id="", method="POST", path="/", body={"term": "a", "unheard": 1})
    assert strip_undocumented(operation, request).body == {"term": "a"}
    query = Request(operation_id="", method="GET", path="/", query=(("term", "a"), ("unheard", "1")))
    assert strip_undocumented(contract().by_id["getCampaignInfo"], query).query == (("term", "a"),)
    assert strip_undocumented(operation, replace(request, body=[1])).body == [1]
