from __future__ import annotations

from typing import Any

import pytest

from contracts.generate.phase import fetch_listings
from contracts.generate.sequence_context import SequenceContext
from contracts.generate.sequences import explore
from contracts.messages import Request
from contracts.verdicts import Outcome, Verdict
from documents import altered
from pipelinegate import Change, PipelineGate, contract, refusal, with_data

LISTED = fetch_listings(contract(), PipelineGate(), "stateful")


def explored(gate: PipelineGate, requests: int = 60, seed: int = 1, may_write: bool = True) -> Verdict:
    return explore(SequenceContext(contract(), gate, LISTED, requests, "Authorization"), seed, may_write=may_write)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_right_server_is_what_it_was_whatever_the_order_of_requests(seed: int) -> None:
    gate = PipelineGate()
    verdict = explored(gate, seed=seed)
    assert (verdict.outcome, verdict.violations) == (Outcome.KEPT, ())
    assert gate.sent == verdict.requests == 60
    made = [exchange for exchange in gate.exchanges if exchange.request.operation_id == "createApiKey"]
    assert 1 <= len(made) <= 3
    assert {exchange.request.credential for exchange in gate.exchanges} == {"key", "created"}


def test_the_same_seed_takes_the_same_steps() -> None:
    first, second = PipelineGate(), PipelineGate()
    explored(first)
    explored(second)
    assert [exchange.request for exchange in first.exchanges] == [exchange.request for exchange in second.exchanges]


def made_key_is_dead(request: Request, status: int, body: Any) -> tuple[int, Any]:
    return (401, refusal("INVALID_API_KEY", 401)) if request.credential == "created" else (status, body)


def made_key_sees_others(request: Request, status: int, body: Any) -> tuple[int, Any]:
    if request.credential == "created":
        for user in body["data"]["linkedin_users"]:
            user["linkedin_user_information_id"] += "-other"
    return status, body


def pages_overlap(request: Request, status: int, body: Any) -> tuple[int, Any]:
    if request.operation_id == "getCampaignInfo" and int(request.parameters.get("offset", 0)) > 0:
        body["data"]["campaign_info"].reverse()
    return status, body


def total_is_of_the_page(request: Request, status: int, body: Any) -> tuple[int, Any]:
    if request.operation_id == "postCampaignInfo" and status == 200:
        return status, with_data(body, total_campaign_routines_count=len(body["data"]["campaign_info"]))
    return status, body


def opens_another(request: Request, status: int, body: Any) -> tuple[int, Any]:
    if request.operation_id == "getOptimizedRoutineData" and status == 200:
        body["data"]["campaign_details"]["id"] = "another"
    return status, body


def opens_nothing(request: Request, status: int, body: Any) -> tuple[int, Any]:
    is_open = request.operation_id == "getOptimizedRoutineData"
    return (404, refusal("NOT_FOUND", 404)) if is_open else (status, body)


def makes_nothing(request: Request, status: int, body: Any) -> tuple[int, Any]:
    return (404, refusal("NOT_FOUND", 404)) if request.operation_id == "createApiKey" else (status, body)


@pytest.mark.parametrize(
    "change, detail",
    [
        (opens_nothing, "open"),
        (makes_nothing, "make"),
        *(
            pytest.param(*fault, marks=pytest.mark.slow)
            for fault in [
                (made_key_is_dead, "use"),
                (made_key_sees_others, "use user"),
                (pages_overlap, "order"),
                (total_is_of_the_page, "total"),
                (opens_another, "itself"),
            ]
        ),
    ],
)
def test_a_server_that_forgets_is_found_with_the_steps_that_show_it(change: Change, detail: str) -> None:
    gate = PipelineGate(change=change)
    verdict = explored(gate, requests=120)
    assert verdict.outcome is Outcome.BROKEN
    (violation,) = verdict.violations
    assert violation.detail == detail
    assert ", after: list" in violation.title
    assert violation.title.count(";") <= 2
    assert violation.curl.startswith("curl ")
    assert gate.sent <= 120


def test_data_that_changes_between_two_pages_is_no_violation() -> None:
    gate = PipelineGate()

    def grow(request: Request, status: int, body: Any) -> tuple[int, Any]:
        if request.operation_id in ("getCampaignInfo", "postCampaignInfo") and gate.sent > 10:
            return status, with_data(body, total_campaign_routines_count=10_000)
        return status, body

    gate.change = grow
    assert explored(gate).outcome is Outcome.KEPT


@pytest.mark.parametrize(
    "requests, may_write, reason",
    [(60, False, "with --allow-writes only"), (3, True, "no room for its requests")],
)
def test_it_is_left_out_where_it_may_not_write_or_has_no_room(requests: int, may_write: bool, reason: str) -> None:
    gate = PipelineGate()
    verdict = explored(gate, requests=requests, may_write=may_write)
    assert verdict.outcome is Outcome.LEFT_OUT
    assert reason in verdict.reason
    assert gate.sent == 0


def test_a_document_without_lists_and_keys_has_no_sequences() -> None:
    bare = altered(contract(), operations=contract().operations[:1])
    verdict = explore(SequenceContext(bare, PipelineGate(), LISTED, 60, "Authorization"), 1, may_write=True)
    assert (verdict.outcome, verdict.reason) == (
        Outcome.LEFT_OUT,
        "the document has no list and nothing that makes a key",
    )


@pytest.mark.parametrize("status", [429, 401])
def test_a_server_that_lets_nobody_in_is_inconclusive(status: int) -> None:
    def refuse(request: Request, _: int, body: Any) -> tuple[int, Any]:
        return status, refusal("RATE_LIMIT_EXCEEDED", status)

    assert explored(PipelineGate(change=refuse)).outcome is Outcome.INCONCLUSIVE


def test_a_server_that_is_gone_and_a_budget_that_ends_are_inconclusive_or_kept() -> None:
    assert explored(PipelineGate(dead_after=0)).outcome is Outcome.INCONCLUSIVE
    spent = explored(PipelineGate(budget=0))
    assert (spent.outcome, spent.reason) == (Outcome.LEFT_OUT, "the budget of 0 requests is spent")
    gate = PipelineGate(budget=20)
    assert explored(gate).outcome is Outcome.KEPT
    assert gate.sent == 20
