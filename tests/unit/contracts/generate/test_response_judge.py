from __future__ import annotations

from typing import Any

import pytest

from contracts.generate.expected_outcomes import ExpectedOutcomes
from contracts.generate.phase import fetch_listings
from contracts.generate.response_judge import Failure, ResponseJudge
from contracts.generate.schemathesis_adapter import CheckFailure
from contracts.messages import Exchange, Request
from pipelinegate import MAY_2025, Change, PipelineGate, contract, refusal, with_data

Symptoms = list[Failure]


def asked(operation_id: str, *query: tuple[str, str], **more: Any) -> Request:
    operation = contract().by_id[operation_id]
    return Request(operation_id=operation_id, method=operation.method, path=operation.path, query=query, **more)


def judge(request: Request, change: Change | None = None, failures: tuple[CheckFailure, ...] = ()) -> Symptoms:
    """Judge the mock's answer to a request, changed."""
    judged = ResponseJudge(contract(), fetch_listings(contract(), PipelineGate(), "fuzz"))
    exchange = PipelineGate(change=change).send(request, "fuzz")
    return judged.judge(request, exchange, MAY_2025, failures)


def ids(symptoms: Symptoms) -> list[str]:
    return [symptom.violation.relation_id for symptom in symptoms]


def failing(status: int, code: str) -> Change:
    """Make every answer this refusal."""

    def change(request: Request, _: int, body: Any) -> tuple[int, Any]:
        return status, refusal(code, status)

    return change


VALID = asked("getCampaignInfo", ("limit", "3"), ("term", "a"))
WRONG = asked("getCampaignInfo", ("limit", "0"), ("term", "a"))
LATE = asked("getDashboardInfo", ("start_date", "2025-05-02"), ("end_date", "2025-05-01"))


@pytest.mark.parametrize("request_", [VALID, WRONG, LATE, asked("getDashboardInfo", credential="none")])
def test_nothing_is_wrong_with_the_answers_of_a_right_server(request_: Request) -> None:
    assert judge(request_) == []


def test_a_valid_request_that_is_refused_is_told_with_its_parameters() -> None:
    (symptom,) = judge(VALID, failing(400, "INVALID_REQUEST"))
    assert symptom.violation.relation_id == "fuzz.accepts[getCampaignInfo]"
    assert symptom.violation.title == "a valid request with limit, term was answered 400 INVALID_REQUEST"
    assert symptom.blamed == {"limit", "term"}
    assert symptom.violation.assumed.startswith("The vendor names the default, no bounds")


def test_a_wrong_request_that_succeeds_is_told_with_what_is_wrong() -> None:
    def accept(request: Request, status: int, body: Any) -> tuple[int, Any]:
        answer = PipelineGate().send(VALID, "fuzz").answer
        assert answer is not None
        return 200, answer.json

    symptom = next(item for item in judge(WRONG, accept) if item.violation.relation_id.startswith("fuzz."))
    assert symptom.violation.title == "a request that is wrong (limit: minimum) was answered 200"
    assert symptom.violation.expected == "400 INVALID_REQUEST"
    assert symptom.violation.pointer == "/x-error/4"


@pytest.mark.parametrize("status, code", [(400, "INVALID_REQUEST"), (404, "INVALID_DATE_RANGE")])
def test_another_refusal_than_the_documented_one_is_told(status: int, code: str) -> None:
    assert "fuzz.refuses[getDashboardInfo]" in ids(judge(LATE, failing(status, code)))


def test_a_server_that_fails_is_told_once() -> None:
    checks = (CheckFailure("not_a_server_error", "Server error", "ServerError 500"),)
    (symptom,) = judge(VALID, failing(500, "INTERNAL_SERVER_ERROR"), checks)
    assert symptom.violation.relation_id == "fuzz.survives[getCampaignInfo]"


@pytest.mark.parametrize("status", [429, 401, 403])
def test_a_refusal_for_the_rate_or_of_the_key_says_nothing_about_the_request(status: int) -> None:
    found = judge(VALID, failing(status, "INVALID_API_KEY"))
    assert not [name for name in ids(found) if name.startswith("fuzz.")]


def test_a_missing_key_that_is_let_in_is_told() -> None:
    def let_in(request: Request, status: int, body: Any) -> tuple[int, Any]:
        answer = PipelineGate().send(asked("getDashboardInfo"), "fuzz").answer
        assert answer is not None
        return 200, answer.json

    request = asked("getDashboardInfo", credential="none")
    assert "fuzz.refuses[getDashboardInfo]" in ids(judge(request, let_in))


def test_relations_of_single_answers_are_judged_too() -> None:
    def add(request: Request, status: int, body: Any) -> tuple[int, Any]:
        return status, with_data(body, total_campaign_routines_count=999)

    assert "collection.pages[getCampaignInfo]" in ids(judge(VALID, add))


def test_what_a_list_must_show_is_not_asked_of_numbers_that_can_be_read_in_two_ways() -> None:
    def add(request: Request, status: int, body: Any) -> tuple[int, Any]:
        return status, with_data(body, total_campaign_routines_count=999)

    request = asked("postCampaignInfo", body={"limit": 3.0})
    assert judge(request, add) == []


def test_what_a_check_and_a_relation_both_say_is_told_by_the_relation() -> None:
    def drop(request: Request, status: int, body: Any) -> tuple[int, Any]:
        return status, {name: value for name, value in body.items() if name != "message"}

    checks = (
        CheckFailure("response_schema_conformance", "no message", "JsonSchemaError"),
        CheckFailure("other", "new", "x"),
    )
    assert ids(judge(VALID, drop, checks)) == ["structure.body[getCampaignInfo]", "fuzz.other[getCampaignInfo]"]


def test_a_request_outside_the_document_counts_for_the_operation_of_its_path() -> None:
    request = Request(operation_id="", method="PATCH", path="/dashboard-info")
    found = judge(request, failing(404, "NOT_FOUND"))
    assert "fuzz.refuses[getDashboardInfo]" in ids(found)


def test_no_answer_is_not_judged() -> None:
    exchange = Exchange(number=1, phase="fuzz", request=VALID, answer=None, failure="cut")
    assert ResponseJudge(contract(), {}).judge(VALID, exchange) == []


def test_expectations_are_those_of_the_target() -> None:
    assert isinstance(ResponseJudge(contract(), {}).expectations, ExpectedOutcomes)
