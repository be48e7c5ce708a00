from __future__ import annotations

from typing import Any

import pytest

from contracts.entries import Entry
from contracts.generate.phase import fetch_listings
from contracts.messages import Request
from contracts.recordings.drift import Drift, ServerSide, compare
from pipelinegate import Change, PipelineGate, contract, refusal, with_data


def entry(operation_id: str = "getCampaignInfo", *query: tuple[str, str], **more: Any) -> Entry:
    operation = contract().by_id[operation_id]
    return Entry(
        request=Request(operation_id=operation_id, method=operation.method, path=operation.path, query=query, **more)
    )


ENTRIES = (
    entry("getUserCampaignFilters"),
    entry("getCampaignInfo", ("linkedin_user_information_ids", "{user.1}"), ("limit", "2")),
    entry("getOptimizedRoutineData", ("linkedin_campaign_routine_id", "{routine.1}")),
    entry("getDashboardInfo", ("start_date", "2025-05-02"), ("end_date", "2025-05-01")),
    entry("createApiKey", body={"description": "x"}),
)


def side(gate: PipelineGate) -> ServerSide:
    return ServerSide(gate, fetch_listings(contract(), PipelineGate(routines=gate.routines), "replay"))


def drift(change: Change | None = None, entries: tuple[Entry, ...] = ENTRIES, **gate: Any) -> Drift:
    """Compare the mock with a mock that differs."""
    return compare(contract(), entries, side(PipelineGate()), side(PipelineGate(change=change, **gate)))


def told(found: Drift) -> set[tuple[str, str, str]]:
    return {(item.kind, item.operation_id, item.place) for item in found.differences}


def test_two_servers_that_are_the_same_do_not_differ() -> None:
    found = drift()
    assert found.differences == ()
    assert (found.compared, dict(found.skipped)) == (5, {})


def test_other_data_is_a_difference_of_values_only() -> None:
    found = drift(routines=40)
    assert {item.kind for item in found.differences} == {"values"}


def refused_dates(request: Request, status: int, body: Any) -> tuple[int, Any]:
    return (422, refusal("BAD_DATES", 422)) if status == 400 else (status, body)


def another_code(request: Request, status: int, body: Any) -> tuple[int, Any]:
    return status, with_data(body, error_code="BAD_DATES") if status == 400 else body


def fewer_members(request: Request, status: int, body: Any) -> tuple[int, Any]:
    if request.operation_id == "getOptimizedRoutineData":
        body["data"].pop("campaign_steps")
    return status, body


def texts_for_numbers(request: Request, status: int, body: Any) -> tuple[int, Any]:
    if request.operation_id == "getCampaignInfo":
        body["data"]["pagination"]["limit"] = "2"
    return status, body


def another_name(request: Request, status: int, body: Any) -> tuple[int, Any]:
    return status, {**body, "message": "Hello"} if request.operation_id == "createApiKey" else body


def no_json(request: Request, status: int, body: Any) -> tuple[int, Any]:
    return status, b"<html>" if request.operation_id == "createApiKey" else body


@pytest.mark.parametrize(
    "change, wanted",
    [
        (refused_dates, {("status", "getDashboardInfo", ""), ("error_code", "getDashboardInfo", "/data/error_code")}),
        (another_code, {("error_code", "getDashboardInfo", "/data/error_code")}),
        (texts_for_numbers, {("shape", "getCampaignInfo", "/data/pagination/limit")}),
        (another_name, {("values", "createApiKey", "/message")}),
        (no_json, {("shape", "createApiKey", "")}),
    ],
)
def test_each_kind_of_difference_is_told_where_it_is(change: Change, wanted: set[tuple[str, str, str]]) -> None:
    assert told(drift(change)) == wanted


def test_a_member_that_one_server_lacks_is_a_difference_of_shape() -> None:
    found = drift(fewer_members)
    assert {item.kind for item in found.differences} == {"shape"}
    assert all(item.place.startswith("/data/campaign_steps") for item in found.differences)
    assert {item.right for item in found.differences} == {"absent"}


def test_stamps_request_ids_and_secrets_are_no_differences() -> None:
    def others(request: Request, status: int, body: Any) -> tuple[int, Any]:
        if "request_id" in body["data"]:
            body = with_data(body, request_id="req_other", timestamp="2031-01-01T00:00:00+05:30")
        if "api_key" in body["data"]:
            body = with_data(body, api_key="<redacted>", created_at="2031-01-01T00:00:00Z")
        return status, body

    assert drift(others).differences == ()


def test_a_difference_counts_its_requests_and_names_the_first() -> None:
    found = drift(another_name, (entry("getUserCampaignFilters"), *[entry("createApiKey", body={})] * 3))
    (difference,) = found.differences
    assert (difference.line, difference.count) == (2, 3)
    assert (difference.left, difference.right) == ("API key created successfully", "Hello")


def test_headers_that_the_document_names_are_compared() -> None:
    gate = PipelineGate()
    original = gate.send

    def send(request: Request, phase: str, *, expects_429: bool = False, once: bool = False) -> Any:
        from dataclasses import replace

        exchange = original(request, phase)
        assert exchange.answer is not None
        headers = {**exchange.answer.headers, "x-ratelimit-limit-minute": ("60",), "content-type": ("text/json",)}
        headers.pop("x-ratelimit-remaining-day")
        return replace(exchange, answer=replace(exchange.answer, headers=headers))

    gate.send = send  # type: ignore[method-assign]
    found = compare(contract(), ENTRIES[:1], side(PipelineGate()), side(gate))
    places = {item.place for item in found.of("headers")}
    assert places == {"Content-Type", "X-RateLimit-Limit-Minute", "X-RateLimit-Remaining-Day"}


def test_an_answer_from_one_server_only_is_a_difference_of_status() -> None:
    found = drift(dead_after=4)
    assert ("status", "createApiKey", "") in told(found)
    assert found.of("status")[0].right == "none"


def test_what_was_not_answered_alike_is_skipped_with_its_reason() -> None:
    def limited(request: Request, status: int, body: Any) -> tuple[int, Any]:
        return 429, body

    assert set(drift(limited).skipped.values()) == {"refused for the rate limit"}
    assert "the budget of 2 requests is spent" in drift(budget=2).skipped[3]
    assert "lists no entity" in drift(routines=0).skipped[3]
    assert "it writes" in drift(is_live=True).skipped[5]
