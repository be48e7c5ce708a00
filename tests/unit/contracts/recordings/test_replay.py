from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from contracts.config import Config
from contracts.entries import Entry
from contracts.errors import TargetUnreachable
from contracts.events import Event, PhaseFinished, PhaseStarted, RunFinished, RunStarted
from contracts.messages import Request
from contracts.recordings.format import generate, load
from contracts.recordings.replay import replay, save_corpus
from contracts.verdicts import Outcome, Report
from pipelinegate import PipelineGate, contract


@cache
def generated() -> tuple[Entry, ...]:
    return tuple(generate(contract(), 1, 60))


def replayed(gate: PipelineGate, entries: tuple[Entry, ...] = (), **options: Any) -> tuple[Report, list[Event]]:
    events: list[Event] = []
    config = Config(base_url=gate.target.url, **options)
    report = replay(config, contract(), gate, events.append, entries or generated())
    return report, events


def test_the_same_requests_are_sent_in_the_same_order() -> None:
    gate = PipelineGate()
    report, _ = replayed(gate)
    sent = [(exchange.request.method, exchange.request.path) for exchange in gate.exchanges[1:]]
    assert sent == [(entry.request.method, entry.request.path) for entry in generated()]
    assert {exchange.phase for exchange in gate.exchanges} == {"replay"}
    assert report.sent == 61


def test_a_right_server_keeps_every_operation_that_the_corpus_asks() -> None:
    report, _ = replayed(PipelineGate())
    assert {verdict.outcome for verdict in report.verdicts} == {Outcome.KEPT}
    assert report.verdicts[0].relation.id == "replay.operation[getUserCampaignFilters]"
    first = generated()[0]
    few, _ = replayed(PipelineGate(), (first,))
    assert [verdict.relation.operation_id for verdict in few.verdicts] == [first.request.operation_id]


def test_a_run_is_told_from_its_beginning_to_its_end() -> None:
    report, events = replayed(PipelineGate())
    assert isinstance(events[0], RunStarted)
    assert events[1] == PhaseStarted(phase="replay", planned=60)
    assert PhaseFinished(phase="replay", reason="") in events
    assert events[-1] == RunFinished(report=report)


def test_a_fault_is_found_by_what_the_document_says_alone() -> None:
    def accepts(request: Request, status: int, body: Any) -> tuple[int, Any]:
        is_dates = status == 400 and body["data"]["error_code"] == "INVALID_DATE_RANGE"
        return (404 if is_dates else status), body

    report, _ = replayed(PipelineGate(change=accepts), tuple(generate(contract(), 1, 130)))
    found = {violation.relation_id.partition("[")[0] for violation in report.violations}
    assert "fuzz.refuses" in found


def test_the_end_of_the_budget_and_of_the_user_are_told() -> None:
    report, events = replayed(PipelineGate(budget=10))
    assert PhaseFinished(phase="replay", reason="the budget of 10 requests is spent") in events

    def interrupt(request: Request, status: int, body: Any) -> tuple[int, Any]:
        if request.operation_id == "getDashboardInfo":
            raise KeyboardInterrupt
        return status, body

    report, _ = replayed(PipelineGate(change=interrupt))
    assert report.is_interrupted


def test_a_target_that_does_not_answer_is_unreachable() -> None:
    with pytest.raises(TargetUnreachable):
        replayed(PipelineGate(dead_after=0))


def test_verdicts_can_be_chosen() -> None:
    report, _ = replayed(PipelineGate(), only=("replay.operation[post",))
    assert [verdict.relation.operation_id for verdict in report.verdicts] == ["postDashboardInfo", "postCampaignInfo"]


def test_a_run_can_be_kept_as_a_corpus_and_sent_again(tmp_path: Path) -> None:
    gate = PipelineGate()
    replayed(gate)
    gate.send(gate.exchanges[0].request, "limits")
    path = tmp_path / "corpus.ndjson"
    assert save_corpus(path, contract(), gate.exchanges) == 61
    again = PipelineGate()
    replayed(again, load(path))
    assert [item.request for item in again.exchanges[1:]] == [item.request for item in gate.exchanges[:-1]]
    assert "{user." in path.read_text("utf-8")
