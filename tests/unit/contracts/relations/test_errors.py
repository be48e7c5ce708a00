"""Refused inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from answers import document, judge, rules, titles
from answers import seen as answered
from contracts.observations.cases import EXTRA_RANK, PlannedRequest
from contracts.observations.known_values import KnownValues, typical_values
from contracts.observations.observations import Observation
from contracts.relations import errors

KNOWN = typical_values(document())


def by_relation(known: KnownValues = KNOWN) -> dict[str, PlannedRequest]:
    return {case.covers[0]: case for case in errors.cases(known)}


def refused(relation_id: str, status: int, code: str, **given: Any) -> Observation:
    case = by_relation()[relation_id]
    return answered(case.request.operation_id, {"data": {"error_code": code}}, status=status, case=case, **given)


def test_every_relation_has_a_request_that_provokes_it() -> None:
    assert set(by_relation()) == {name for name in rules() if name.startswith("errors.")}


@pytest.mark.parametrize(
    "relation_id, method, given",
    [
        ("errors.end-before-start[getDashboardInfo]", "GET", {"start_date": "2025-05-01", "end_date": "2025-04-30"}),
        ("errors.invalid-request[postCampaignInfo:limit]", "POST", {"limit": 0}),
        ("errors.invalid-request[getCampaignInfo:campaign_status]", "GET", {"campaign_status": "no-such-value"}),
        ("errors.invalid-request[getDashboardInfo:start_date]", "GET", {"start_date": "2025-02-30"}),
        ("errors.invalid-request[postCampaignInfo:term]", "POST", {"term": 0}),
        ("errors.invalid-request[getOptimizedRoutineData:no linkedin_campaign_routine_id]", "GET", {}),
    ],
)
def test_a_condition_is_provoked_in_the_form_of_its_operation(
    relation_id: str, method: str, given: dict[str, Any]
) -> None:
    request = by_relation()[relation_id].request
    assert request.method == method
    assert request.parameters == given


def test_an_unknown_entity_stands_beside_a_known_one_where_a_list_is_taken() -> None:
    request = by_relation()["errors.unknown-entity[postDashboardInfo:linkedin_user_information_ids]"].request
    known, unknown = request.body["linkedin_user_information_ids"]
    assert known == "<user 1>"
    assert unknown.startswith("unknown")


def test_an_unknown_number_is_larger_than_every_known_one() -> None:
    known = replace(KNOWN, entities={"organisation": (123,)})
    case = by_relation(known)["errors.unknown-entity[createApiKey:organisation_id]"]
    assert case.request.body["organisation_id"] > 1_000_000


def test_each_condition_is_planned_once_per_form_before_it_is_repeated() -> None:
    first = [
        case.request for case in errors.cases(KNOWN) if case.priority < EXTRA_RANK and "end-before" in case.covers[0]
    ]
    assert [request.method for request in first] == ["GET", "POST"]


def test_what_may_not_be_written_is_not_provoked() -> None:
    assert not any("createApiKey" in name for name in by_relation(replace(KNOWN, allow_writes=False)))


@pytest.mark.parametrize(
    "status, code, holds",
    [
        (400, "INVALID_DATE_RANGE", True),
        (400, "INVALID_REQUEST", False),
        (422, "INVALID_DATE_RANGE", False),
        (200, "", False),
    ],
)
def test_both_status_and_code_must_be_right(status: int, code: str, holds: bool) -> None:
    name = "errors.end-before-start[getDashboardInfo]"
    assert (titles(name, refused(name, status, code)) == []) is holds


def test_a_refused_method_says_which_are_taken() -> None:
    name = "errors.unknown-method"
    assert titles(name, refused(name, 405, "METHOD_NOT_ALLOWED")) == ["the answer has no Allow header"]
    assert titles(name, refused(name, 405, "METHOD_NOT_ALLOWED", headers={"allow": "GET"})) == []


def test_a_refusal_for_the_rate_is_no_answer() -> None:
    name = "errors.end-before-start[getDashboardInfo]"
    assert judge(name, refused(name, 429, "RATE_LIMIT_EXCEEDED")).checked == 0
