from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from contracts.generate.phase import FuzzOptions, FuzzResult, fetch_listings, fuzz, wanted
from contracts.messages import Request
from contracts.verdicts import Outcome
from pipelinegate import Change, PipelineGate, contract, with_data


@cache
def fuzzed(requests: int = 140, seed: int = 1) -> tuple[FuzzResult, PipelineGate]:
    gate = PipelineGate()
    return fuzz(contract(), gate, FuzzOptions(requests=requests, seed=seed)), gate


def nightly_seeds(*seeds: int) -> list[Any]:
    return [pytest.param(seed, marks=pytest.mark.nightly) for seed in seeds]


def broken(change: Change, requests: int = 420) -> set[str]:
    """Return what a server with a fault is found to break; every fault needs fewer requests than these."""
    found = fuzz(contract(), PipelineGate(change=change), FuzzOptions(requests=requests, seed=1))
    return {violation.relation_id for verdict in found.verdicts for violation in verdict.violations}


def test_a_right_server_keeps_every_operation() -> None:
    found, _ = fuzzed()
    assert [(verdict.outcome, verdict.reason) for verdict in found.verdicts] == [(Outcome.KEPT, "")] * 7


def test_exactly_so_many_requests_leave() -> None:
    found, gate = fuzzed()
    assert gate.sent == found.sent == 140


def test_every_operation_succeeds_and_is_refused() -> None:
    found, _ = fuzzed()
    assert all(tally.succeeded > 0 for tally in found.tallies.values())
    assert found.tallies["createApiKey"].succeeded == 3


@pytest.mark.slow
def test_a_longer_run_begins_like_a_shorter_one() -> None:
    short = fuzz(contract(), PipelineGate(), FuzzOptions(requests=60, seed=1))
    assert short.entries == fuzzed()[0].entries[: len(short.entries)]


def test_verdicts_can_be_chosen() -> None:
    options = FuzzOptions(requests=30, only=("fuzz.operation[get",), skip=("fuzz.operation[getDashboardInfo]",))
    found = fuzz(contract(), PipelineGate(), options)
    names = [verdict.relation.id for verdict in found.verdicts]
    assert names == [
        f"fuzz.operation[{name}]" for name in ("getUserCampaignFilters", "getCampaignInfo", "getOptimizedRoutineData")
    ]


def test_without_requests_nothing_is_sent_and_nothing_is_green() -> None:
    gate = PipelineGate()
    found = fuzz(contract(), gate, FuzzOptions(requests=0))
    assert gate.sent == 0
    assert {verdict.outcome for verdict in found.verdicts} == {Outcome.LEFT_OUT}


def test_an_operation_that_never_succeeds_is_inconclusive() -> None:
    found = fuzz(contract(), PipelineGate(routines=0), FuzzOptions(requests=100, seed=1))
    verdict = next(verdict for verdict in found.verdicts if verdict.relation.operation_id == "getOptimizedRoutineData")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason == "it needs an id, and the target lists none of that type"


def test_refusals_for_the_rate_are_never_judged() -> None:
    def refuse(request: Request, status: int, body: Any) -> tuple[int, Any]:
        return 429, {"code": 429}

    found = fuzz(contract(), PipelineGate(change=refuse), FuzzOptions(requests=40))
    assert Outcome.KEPT not in {verdict.outcome for verdict in found.verdicts}
    assert "were refused for the rate limit" in found.verdicts[0].reason


def test_a_server_that_is_gone_is_inconclusive() -> None:
    found = fuzz(contract(), PipelineGate(dead_after=0), FuzzOptions(requests=40))
    assert {verdict.outcome for verdict in found.verdicts} <= {Outcome.INCONCLUSIVE, Outcome.LEFT_OUT}
    assert "had no answer" in found.stopped


def test_a_live_target_is_never_asked_to_write() -> None:
    gate = PipelineGate(is_live=True)
    found = fuzz(contract(), gate, FuzzOptions(requests=80, seed=1))
    verdict = next(verdict for verdict in found.verdicts if verdict.relation.operation_id == "createApiKey")
    assert (verdict.outcome, verdict.reason) == (Outcome.LEFT_OUT, "generated requests never write on a live target")
    assert {exchange.request.method for exchange in gate.exchanges} == {"GET", "POST"}
    assert "/create-api-key" not in {exchange.request.path for exchange in gate.exchanges}


def test_the_lists_of_the_target_give_the_ids() -> None:
    found = fetch_listings(contract(), PipelineGate(), "fuzz")
    assert set(found) == {"user", "routine", "organisation"}
    assert all(found.values())


def test_known_ids_cost_no_request() -> None:
    gate = PipelineGate()
    fuzz(contract(), gate, FuzzOptions(requests=10, seed=1), fetch_listings(contract(), PipelineGate(), "fuzz"))
    assert [exchange.request for exchange in gate.exchanges].count(gate.exchanges[0].request) == 1
    assert gate.sent == 10


def test_one_relation_is_judged_for_each_operation() -> None:
    relations = wanted(contract())
    assert [relation.operation_id for relation in relations] == [item.id for item in contract().operations]
    assert {relation.kind for relation in relations} == {"fuzz"}


def wrong_type(request: Request, status: int, body: Any) -> tuple[int, Any]:
    is_figure = request.operation_id == "getOptimizedRoutineData" and status == 200
    return status, with_data(body, linkedin_user="nobody") if is_figure else body


def missing_member(request: Request, status: int, body: Any) -> tuple[int, Any]:
    if request.operation_id == "postDashboardInfo" and status == 200:
        body["data"].pop("message_stats")
    return status, body


def wrong_status(request: Request, status: int, body: Any) -> tuple[int, Any]:
    return (422 if request.operation_id == "getCampaignInfo" and status == 400 else status), body


def wrong_code(request: Request, status: int, body: Any) -> tuple[int, Any]:
    is_dates = status == 400 and body["data"]["error_code"] == "INVALID_DATE_RANGE"
    return status, with_data(body, error_code="INVALID_REQUEST") if is_dates else body


def fails(request: Request, status: int, body: Any) -> tuple[int, Any]:
    is_odd = request.operation_id == "postCampaignInfo" and not isinstance(request.body, dict | None)
    return (500, body) if is_odd else (status, body)


def accepts(request: Request, status: int, body: Any) -> tuple[int, Any]:
    """Take a limit of zero for none."""
    if str(request.parameters.get("limit")) != "0" or request.operation_id != "getCampaignInfo":
        return status, body
    query = tuple((name, text) for name, text in request.query if name != "limit")
    operation = contract().by_id["getCampaignInfo"]
    plain = Request(operation_id=operation.id, method="GET", path=operation.path, query=query)
    answer = PipelineGate().send(plain, "fuzz").answer
    assert answer is not None
    return answer.status, answer.json


def rejects(request: Request, status: int, body: Any) -> tuple[int, Any]:
    refused = status == 200 and "campaign_type" in request.parameters and request.operation_id == "postCampaignInfo"
    if not refused:
        return status, body
    data = {
        "error": "no",
        "error_code": "INVALID_REQUEST",
        "request_id": "req_2",
        "timestamp": body["data"]["timestamp"],
    }
    return 400, {"code": 400, "status": False, "message": "no", "data": data}


def adds_wrong(request: Request, status: int, body: Any) -> tuple[int, Any]:
    if request.operation_id == "getDashboardInfo" and status == 200:
        body["data"]["campaign_count_info"]["total"] += 1
    return status, body


def html(request: Request, status: int, body: Any) -> tuple[int, Any]:
    return (status, b"<html>") if request.operation_id == "createApiKey" and status == 400 else (status, body)


@pytest.mark.parametrize(
    "change, relation_ids",
    [
        (wrong_type, {"structure.body[getOptimizedRoutineData]"}),
        (missing_member, {"structure.body[postDashboardInfo]"}),
        (wrong_status, {"structure.status[getCampaignInfo]", "fuzz.refuses[getCampaignInfo]", "envelope.code[/code]"}),
        (
            wrong_code,
            {
                f"fuzz.refuses[{name}]"
                for name in ("getDashboardInfo", "postDashboardInfo", "getCampaignInfo", "postCampaignInfo")
            }
            | {"fuzz.refuses[getOptimizedRoutineData]"},
        ),
        (fails, {"fuzz.survives[postCampaignInfo]", "structure.body[postCampaignInfo]", "envelope.code[/code]"}),
        (accepts, {"fuzz.refuses[getCampaignInfo]"}),
        (rejects, {"fuzz.accepts[postCampaignInfo]"}),
        (adds_wrong, {f"derived.sum[getDashboardInfo:/data/campaign_count_info/total{part}]" for part in ("", "#2")}),
        (html, {"structure.body[createApiKey]", "fuzz.refuses[createApiKey]"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
@pytest.mark.slow
def test_a_fault_of_the_server_is_found_and_nothing_else(change: Change, relation_ids: set[str]) -> None:
    found = broken(change)
    assert {name for name in relation_ids if name.startswith(("fuzz", "derived", "structure"))} <= found
    assert found <= relation_ids


@pytest.mark.parametrize("seed", [pytest.param(1, marks=pytest.mark.slow), *nightly_seeds(2, 3, 4, 5)])
def test_a_right_server_keeps_everything_whatever_the_seed(seed: int) -> None:
    found, gate = fuzzed(600, seed)
    assert [violation for verdict in found.verdicts for violation in verdict.violations] == []
    assert gate.sent == 600
    assert all(tally.succeeded for tally in found.tallies.values())
