from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from contracts.entries import Entry
from contracts.generate.failures import FailureStore
from contracts.generate.fuzz_run import FuzzLimits, FuzzRun
from contracts.generate.phase import FuzzOptions, fetch_listings, fuzz
from contracts.generate.response_judge import ResponseJudge
from contracts.messages import Exchange, Request
from pipelinegate import PipelineGate, contract

LISTED = fetch_listings(contract(), PipelineGate(), "fuzz")


def hunt(
    gate: PipelineGate, store: FailureStore | None = None, known: frozenset[str] = frozenset(), **limits: Any
) -> FuzzRun:
    bounds = FuzzLimits(**{"requests": 100, **limits})
    return FuzzRun(gate, ResponseJudge(contract(), LISTED), LISTED, bounds, store, known)


def entry(operation_id: str, *query: tuple[str, str], **more: Any) -> Entry:
    operation = contract().by_id[operation_id]
    return Entry(
        request=Request(operation_id=operation_id, method=operation.method, path=operation.path, query=query, **more)
    )


def refuse_terms(request: Request, status: int, body: Any) -> tuple[int, Any]:
    """Refuse a valid parameter, as a server with a fault would."""
    if "term" not in request.parameters or status != 200:
        return status, body
    data = {
        "error": "no",
        "error_code": "INVALID_REQUEST",
        "request_id": "req_1",
        "timestamp": body["data"]["timestamp"],
    }
    return 400, {"code": 400, "status": False, "message": "no", "data": data}


SEARCH = entry("getCampaignInfo", ("limit", "9"), ("term", "some long words"), ("sort_by", "member_count"))


def test_a_finding_is_made_smaller_and_tells_how_to_see_it() -> None:
    gate = PipelineGate(change=refuse_terms)
    hunting = hunt(gate)
    assert hunting.ask(SEARCH) is True
    (finding,) = hunting.tallies["getCampaignInfo"].findings
    assert finding.detail == "accepts 400 INVALID_REQUEST term"
    url = f"{gate.target.url}/campaign-info?term=some+lo"
    assert finding.curl == f"curl -sS -H \"Authorization: $CONTRACTS_API_KEY\" '{url}'"


def test_a_cause_is_told_once_however_many_requests_show_it() -> None:
    hunting = hunt(PipelineGate(change=refuse_terms))
    hunting.ask(SEARCH)
    hunting.ask(entry("getCampaignInfo", ("term", "x"), ("offset", "2")))
    assert len(hunting.tallies["getCampaignInfo"].findings) == 1


def test_what_the_run_has_told_already_is_not_told_again() -> None:
    def worse(request: Request, status: int, body: Any) -> tuple[int, Any]:
        return status, {**body, "message": 3}

    first = hunt(PipelineGate(change=worse))
    first.ask(entry("getDashboardInfo"))
    (finding,) = first.tallies["getDashboardInfo"].findings
    second = hunt(PipelineGate(change=worse), known=frozenset((finding.fingerprint,)))
    assert second.ask(entry("getDashboardInfo")) is True
    assert second.tallies["getDashboardInfo"].findings == []


def test_no_more_requests_leave_than_were_allowed_shrinking_included() -> None:
    gate = PipelineGate(change=refuse_terms)
    hunting = hunt(gate, requests=5)
    for _ in range(9):
        hunting.ask(SEARCH)
    assert gate.sent == 5
    assert hunting.is_over
    assert len(hunting.tallies["getCampaignInfo"].findings) == 1


def test_shrinking_is_bounded() -> None:
    gate = PipelineGate(change=refuse_terms)
    hunt(gate, shrinks=2).ask(SEARCH)
    assert gate.sent == 3


def test_the_gates_own_end_is_told() -> None:
    hunting = hunt(PipelineGate(budget=1))
    hunting.ask(SEARCH)
    assert hunting.ask(SEARCH) is None
    assert hunting.stopped == "the budget of 1 requests is spent"


def test_a_server_that_is_gone_is_not_asked_for_ever() -> None:
    gate = PipelineGate(dead_after=1)
    hunting = hunt(gate)
    for _ in range(9):
        hunting.ask(SEARCH)
    assert gate.sent == 4
    assert hunting.stopped == "3 requests in a row had no answer: the connection was closed"
    assert hunting.tallies["getCampaignInfo"].silent == 3


def test_it_stops_at_the_first_finding_where_that_was_asked_for() -> None:
    hunting = hunt(PipelineGate(change=refuse_terms), is_fail_fast=True)
    hunting.ask(SEARCH)
    assert hunting.is_over


@pytest.mark.parametrize("body, most", [({}, 3), ({"description": 7}, 8)])
def test_few_keys_are_made_and_wrong_requests_are_still_asked(body: Any, most: int) -> None:
    gate = PipelineGate()
    hunting = hunt(gate)
    for _ in range(8):
        hunting.ask(entry("createApiKey", body=body))
    assert gate.sent == most


def test_a_server_that_makes_keys_for_wrong_requests_is_not_asked_for_ever() -> None:
    def make(request: Request, status: int, body: Any) -> tuple[int, Any]:
        return 200, body

    gate = PipelineGate(change=make)
    hunting = hunt(gate, shrinks=0)
    for number in range(20):
        hunting.ask(entry("createApiKey", body={"description": number}))
    assert gate.sent == 6


@pytest.mark.parametrize(
    "request_",
    [entry("createApiKey", body={}).request, Request(operation_id="", method="PATCH", path="/dashboard-info")],
)
def test_nothing_that_may_write_is_sent_to_a_live_target(request_: Request) -> None:
    gate = PipelineGate(is_live=True)
    assert hunt(gate).ask(Entry(request=request_)) is None
    assert gate.sent == 0


def test_a_request_for_what_the_target_has_none_of_is_not_sent() -> None:
    gate = PipelineGate()
    limits, nothing = FuzzLimits(requests=9), {"routine": ()}
    hunting = FuzzRun(gate, ResponseJudge(contract(), nothing), nothing, limits)
    assert hunting.ask(entry("getOptimizedRoutineData", ("linkedin_campaign_routine_id", "{routine.1}"))) is None
    assert gate.sent == 0


def test_failures_are_kept_sent_first_in_the_next_run_and_forgotten_when_they_are_gone() -> None:
    from hypothesis.database import InMemoryExampleDatabase

    store = FailureStore(InMemoryExampleDatabase(), contract())
    hunt(PipelineGate(change=refuse_terms), store).ask(SEARCH)
    (kept,) = store.entries()
    assert kept.request.query == (("term", "some lo"),)
    gate = PipelineGate(change=refuse_terms)
    hunt(gate, store, shrinks=0).begin()
    assert [exchange.request for exchange in gate.exchanges] == [kept.request]
    hunt(PipelineGate(), store).begin()
    assert store.entries() == ()


def test_what_was_sent_is_a_corpus_without_the_smaller_requests() -> None:
    hunting = hunt(PipelineGate(change=refuse_terms))
    hunting.ask(SEARCH)
    assert hunting.sent == [SEARCH]


def test_another_header_for_the_key_is_told_in_the_command() -> None:
    hunting = hunt(PipelineGate(change=refuse_terms), key_header="X-API-KEY")
    hunting.ask(SEARCH)
    (finding,) = hunting.tallies["getCampaignInfo"].findings
    assert '-H "X-API-KEY: $CONTRACTS_API_KEY"' in finding.curl


@dataclass
class Resending(PipelineGate):
    """Sends every request a second time, as a gate does after a refusal, unless it must not."""

    def send(self, request: Request, phase: str, *, expects_429: bool = False, once: bool = False) -> Exchange:
        first = super().send(request, phase)
        return first if once else super().send(request, phase)


@pytest.mark.parametrize("requests", [1, 2, 5, 6])
def test_their_number_is_never_exceeded_though_the_gate_sends_again(requests: int) -> None:
    gate = Resending()
    hunting = hunt(gate, requests=requests)
    for _ in range(10):
        hunting.ask(SEARCH)
    assert gate.sent == requests


@pytest.mark.parametrize("requests", [1, 2, 7, 12])
def test_the_number_that_was_asked_for_is_never_exceeded(requests: int) -> None:
    gate = Resending()
    assert fuzz(contract(), gate, FuzzOptions(requests=requests)).sent == gate.sent <= requests
