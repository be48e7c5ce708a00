from __future__ import annotations

from typing import Any

import pytest

from contracts.config import Config
from contracts.errors import UsageError
from contracts.events import Event, PhaseFinished, PhaseStarted, RelationJudged
from contracts.generate.phase import FuzzPhase, request_count
from contracts.messages import Request
from contracts.observations.cases import PlannedRequest
from contracts.observations.observations import Observation, Observations
from contracts.verdicts import Outcome, Verdict
from pipelinegate import PipelineGate, contract


def run(gate: PipelineGate, **options: Any) -> tuple[tuple[Verdict, ...], list[Event], FuzzPhase]:
    """Run the phase after one request of the relations."""
    events: list[Event] = []
    first = gate.open()
    case = PlannedRequest(request=first.request, meaning="the lists", covers=())
    seen = Observation(case, first, contract().by_id[first.request.operation_id])
    phase = FuzzPhase(Config(**{"seed": 1, **options}), contract(), gate, events.append)
    return phase(Observations(contract(), [seen])), events, phase


def outcomes(verdicts: tuple[Verdict, ...]) -> set[Outcome]:
    return {verdict.outcome for verdict in verdicts}


def test_it_tells_its_beginning_every_verdict_and_its_end() -> None:
    verdicts, events, phase = run(PipelineGate(), fuzz=120)
    assert events[0] == PhaseStarted(phase="fuzz", planned=120)
    assert events[-1] == PhaseFinished(phase="fuzz", reason="")
    assert [event.verdict for event in events if isinstance(event, RelationJudged)] == list(verdicts)
    assert [verdict.relation.kind for verdict in verdicts] == ["fuzz"] * 7 + ["stateful"]
    assert outcomes(verdicts) == {Outcome.KEPT}
    assert len(phase.entries) == 108


def test_exactly_so_many_requests_leave_sequences_included() -> None:
    gate = PipelineGate()
    run(gate, fuzz=90)
    assert gate.sent == 1 + 90
    assert {exchange.phase for exchange in gate.exchanges} == {"relations", "fuzz", "stateful"}


@pytest.mark.parametrize(
    "options, is_live, budget, count",
    [
        ({}, False, 1000, 600),
        ({}, False, 300, 198),
        ({"phases": ("relations", "fuzz")}, False, 300, 300),
        ({"fuzz": 40}, False, 1000, 40),
        ({"fuzz": 40}, False, 20, 20),
        ({}, True, 1000, 0),
        ({"fuzz": 40}, True, 1000, 40),
        ({}, False, 90, 0),
    ],
)
def test_the_number_of_requests_follows_from_options_target_and_budget(
    options: dict[str, Any], is_live: bool, budget: int, count: int
) -> None:
    gate = PipelineGate(is_live=is_live, budget=budget)
    assert request_count(Config(**options), contract(), gate) == count


def test_without_requests_everything_is_left_out() -> None:
    gate = PipelineGate(is_live=True)
    verdicts, events, _ = run(gate)
    assert gate.sent == 1
    assert outcomes(verdicts) == {Outcome.LEFT_OUT}
    assert "--fuzz N" in verdicts[0].reason
    assert not any(isinstance(event, PhaseStarted) for event in events)


def test_nothing_is_done_where_nothing_was_chosen() -> None:
    gate = PipelineGate()
    assert run(gate, only=("collection",))[0] == ()
    assert gate.sent == 1


def test_verdicts_can_be_chosen() -> None:
    verdicts, _, _ = run(PipelineGate(), fuzz=60, skip=("stateful", "fuzz.operation[post"))
    assert len(verdicts) == 5


def test_what_the_relations_have_told_is_not_told_again() -> None:
    def wrong(request: Request, status: int, body: Any) -> tuple[int, Any]:
        return status, {**body, "message": 7}

    verdicts, _, _ = run(PipelineGate(change=wrong), fuzz=60)
    lists = next(verdict for verdict in verdicts if verdict.relation.operation_id == "getUserCampaignFilters")
    others = next(verdict for verdict in verdicts if verdict.relation.operation_id == "getDashboardInfo")
    assert not [item for item in lists.violations if item.relation_id == "structure.body[getUserCampaignFilters]"]
    assert [item.relation_id for item in others.violations] == ["structure.body[getDashboardInfo]"]


def test_a_missing_generator_is_told_and_is_a_mistake_only_where_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "schemathesis", None)
    verdicts, _, _ = run(PipelineGate())
    assert outcomes(verdicts) == {Outcome.LEFT_OUT}
    assert "is not installed" in verdicts[0].reason
    with pytest.raises(UsageError, match="is not installed"):
        run(PipelineGate(), fuzz=20)


def test_the_end_of_the_budget_is_told() -> None:
    _, events, _ = run(PipelineGate(budget=30), fuzz=29)
    assert events[-1] == PhaseFinished(phase="fuzz", reason="")
    _, events, _ = run(PipelineGate(dead_after=5), fuzz=60)
    assert "had no answer" in getattr(events[-1], "reason", "")
