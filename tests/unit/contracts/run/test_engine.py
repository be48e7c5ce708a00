"""A whole run, in process."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from apps.broken import BROKEN
from apps.judging import DOCUMENT, Direct, judged_directly
from apps.organisation import Routine
from apps.right import Right
from contracts.config import Config
from contracts.errors import BudgetExhausted, TargetNotJudgeable, TargetUnreachable
from contracts.events import PhaseFinished, PhaseStarted, RelationJudged, RunFinished, RunStarted
from contracts.messages import Exchange, Request
from contracts.run import engine
from contracts.run.fail_fast import STOPPED
from contracts.verdicts import Outcome, Report, Verdict
from fabricated import verdict, violation


def outcomes(report: Report) -> Counter[Outcome]:
    return Counter(verdict.outcome for verdict in report.verdicts)


def judged(gate: Direct, **settings: Any) -> Report:
    return judged_directly(gate, **settings)[0]


def test_a_run_is_told_from_its_beginning_to_its_end() -> None:
    report, events = judged_directly(Direct(Right()))
    kinds = [type(event) for event in events if not isinstance(event, RelationJudged)]
    assert kinds == [RunStarted, PhaseStarted, PhaseFinished, RunFinished]
    assert isinstance(events[-1], RunFinished)
    assert events[-1].report == report
    assert sum(isinstance(event, RelationJudged) for event in events) == len(report.verdicts)


def test_the_first_request_of_the_gate_is_not_sent_again() -> None:
    gate = Direct(Right())
    judged(gate)
    plain = [item.request for item in gate.kept if item.request.path == "/user-campaign-filters"]
    plain = [request for request in plain if request.method == "GET"]
    assert sum(request.credential == "key" for request in plain) == 1


def test_a_right_server_is_kept() -> None:
    assert outcomes(judged(Direct(Right())))[Outcome.BROKEN] == 0


@pytest.mark.parametrize("budget", [1, 2, 7, 30, 60])
def test_a_small_budget_is_never_exceeded_nor_turned_into_blame(budget: int) -> None:
    gate = Direct(Right(), budget=budget)
    report = judged(gate, budget=budget)
    assert gate.sent == budget
    assert report.violations == ()
    assert outcomes(report)[Outcome.LEFT_OUT] > 0


@pytest.mark.parametrize("budget, least", [(10, 0.4), (30, 0.65)])
@pytest.mark.nightly
def test_the_most_telling_requests_come_first(budget: int, least: float) -> None:
    servers = [broken.server for broken in BROKEN.values() if broken.phase == "relations"]
    found = sum(bool(judged(Direct(server(), budget=budget), budget=budget).violations) for server in servers)
    assert found >= least * len(servers)


def test_a_larger_budget_leaves_nothing_out() -> None:
    class Generous(Right):
        def admit(self, left: tuple[int, int]) -> None:
            pass

    report = judged(Direct(Generous(), budget=500), budget=500)
    assert {verdict.relation.kind for verdict in report.verdicts if verdict.outcome is Outcome.LEFT_OUT} == {"limits"}


def test_only_what_is_wanted_is_asked_and_judged() -> None:
    gate = Direct(Right())
    report = judged(gate, only=("collection.subset",), skip=("collection.subset[post",))
    assert {verdict.relation.id.partition(":")[0] for verdict in report.verdicts} == {
        "collection.subset[getCampaignInfo"
    }
    assert gate.sent < 30


def test_writes_are_left_out_where_they_are_not_allowed() -> None:
    gate = Direct(Right(), is_live=True)
    report = judged(gate)
    assert not any(item.request.operation_id == "createApiKey" for item in gate.kept)
    assert report.violations == ()


def test_the_burst_is_not_run_on_a_live_target_unless_asked_for() -> None:
    report = judged(Direct(Right(), is_live=True), phases=("limits",))
    limits = [verdict for verdict in report.verdicts if verdict.relation.kind == "limits"]
    assert {verdict.outcome for verdict in limits} == {Outcome.LEFT_OUT}
    asked = judged(Direct(Right(), is_live=True), phases=("limits",), exhaust=True)
    kept = [verdict.outcome for verdict in asked.verdicts if verdict.relation.kind == "limits"]
    assert set(kept) == {Outcome.KEPT}


def test_a_burst_that_the_budget_has_no_room_for_is_left_out() -> None:
    report = judged(Direct(Right(), budget=50), phases=("limits",))
    reasons = {verdict.reason for verdict in report.verdicts if verdict.relation.kind == "limits"}
    assert reasons == {"the budget has room for 49 requests, the burst needs 101"}


def test_a_phase_of_another_module_sees_what_the_relations_saw() -> None:
    met: list[int] = []

    def fuzz(observations: Any, stopped: str = "") -> tuple[()]:
        met.append(len(observations.seen))
        return ()

    gate = Direct(Right())
    config = Config(base_url=gate.target.url, phases=("relations", "fuzz"))
    engine.run(config, DOCUMENT, gate, lambda event: None, {"fuzz": fuzz})
    assert met[0] > 60


@pytest.mark.parametrize(
    "name, most",
    [
        ("a wrong type", 2),
        ("a header missing", 20),
        ("the term is ignored", 45),
        ("another name in detail", 30),
        ("always rising", 60),
    ],
)
def test_a_run_that_fails_fast_ends_with_the_first_broken_relation(name: str, most: int) -> None:
    gate = Direct(BROKEN[name].server())
    report = judged(gate, is_fail_fast=True, phases=("relations", "fuzz", "limits"))
    assert gate.sent <= most
    assert {violation.relation_id.startswith(BROKEN[name].breaks) for violation in report.violations} == {True}
    left_out = [verdict for verdict in report.verdicts if verdict.outcome is Outcome.LEFT_OUT]
    assert {verdict.reason for verdict in left_out} == {STOPPED}
    assert {verdict.relation.kind for verdict in left_out} >= {"limits", "errors"}
    assert {verdict.outcome for verdict in report.verdicts} == {Outcome.KEPT, Outcome.BROKEN, Outcome.LEFT_OUT}


def test_a_run_that_fails_fast_judges_a_right_server_like_any_other() -> None:
    fast, slow = Direct(Right()), Direct(Right())
    assert judged(fast, is_fail_fast=True).violations == judged(slow).violations == ()
    assert [item.request for item in fast.kept] == [item.request for item in slow.kept]


@pytest.mark.parametrize("is_fast, stopped", [(True, STOPPED), (False, "")])
def test_phases_after_the_first_broken_relation_are_told_to_stop(is_fast: bool, stopped: str) -> None:
    told: list[str] = []

    def fuzz(observations: Any, stopped: str = "") -> tuple[()]:
        told.append(stopped)
        return ()

    gate = Direct(BROKEN["a wrong type"].server())
    config = Config(base_url=gate.target.url, phases=("relations", "fuzz"), is_fail_fast=is_fast)
    engine.run(config, DOCUMENT, gate, lambda event: None, {"fuzz": fuzz})
    assert told == [stopped]


def test_the_burst_is_left_out_after_a_violation_of_generated_requests() -> None:
    def fuzz(observations: Any, stopped: str = "") -> tuple[Verdict, ...]:
        return (verdict("fuzz.x", Outcome.BROKEN, violations=(violation("fuzz.x"),)),)

    gate = Direct(Right())
    config = Config(base_url=gate.target.url, phases=("fuzz", "limits"), is_fail_fast=True)
    report = engine.run(config, DOCUMENT, gate, lambda event: None, {"fuzz": fuzz})
    assert gate.sent == 1
    assert {one.reason for one in report.verdicts if one.relation.kind == "limits"} == {STOPPED}


def interrupted(number: int) -> None:
    if number == 40:
        raise KeyboardInterrupt


def test_an_interrupted_run_reports_what_is_known() -> None:
    report = judged(Direct(Right(), before=interrupted))
    assert report.is_interrupted
    assert outcomes(report)[Outcome.KEPT] > 50


def added(server: Right) -> None:
    figures = dict.fromkeys(("member_count", "friend_request_count", "friend_accept_count"), 1)
    figures |= {"message_sent_count": 2, "message_replied_count": 1}
    server.rows.append(Routine(len(server.rows), 0, "active", "smart_campaign", {"2031-02-27": figures}))


def removed(server: Right) -> None:
    server.rows.pop(5)


def grown(server: Right) -> None:
    day = next(iter(server.rows[1].days.values()))
    day["member_count"] += 1


@pytest.mark.parametrize("change", [added, removed, grown])
@pytest.mark.parametrize("at", [3, 17, 33, 60])
def test_data_that_changes_during_a_run_is_read_again_before_it_is_blamed(change: Any, at: int) -> None:
    server = Right()
    report = judged(Direct(server, before=lambda number: change(server) if number == at else None))
    assert report.violations == ()


def test_what_is_there_again_is_blamed() -> None:
    gate = Direct(BROKEN["another name in detail"].server())
    report = judged(gate)
    assert [violation.relation_id for violation in report.violations] == ["identity.same[routine:name]"]
    assert gate.sent > 89


@pytest.mark.parametrize("clients", [1, 3])
def test_other_clients_of_the_same_key_are_no_fault(clients: int) -> None:
    assert judged(Direct(Right(), clients=clients, budget=50), budget=50).violations == ()


def test_a_server_that_refuses_most_requests_decides_nothing() -> None:
    class Busy(Right):
        def count(self, client: str) -> tuple[int, int]:
            left = super().count(client)
            return (-1, left[1]) if self.answered > 60 else left

    report = judged(Direct(Busy()))
    assert outcomes(report)[Outcome.KEPT] == 0


def test_a_violation_comes_with_the_command_that_shows_it() -> None:
    (violation,) = judged(Direct(BROKEN["another name in detail"].server())).violations
    assert violation.curl.startswith('curl -sS -H "Authorization: $CONTRACTS_API_KEY" ')
    assert "/optimized_routine_data?linkedin_campaign_routine_id=rt%2B" in violation.curl


class Dead(Direct):
    """Nothing answers."""

    def send(self, request: Request, phase: str, *, expects_429: bool = False, once: bool = False) -> Exchange:
        return Exchange(number=1, phase=phase, request=request, answer=None, failure="refused")


def test_a_target_that_does_not_answer_is_unreachable() -> None:
    with pytest.raises(TargetUnreachable, match="refused"):
        judged(Dead(Right()))


def test_a_target_that_answers_a_page_is_not_judgeable() -> None:
    class Page(Right):
        def respond(self, *_words: Any) -> Any:
            return 200, {"content-type": "text/html"}, b"<html>"

    with pytest.raises(TargetNotJudgeable, match="text/html"):
        judged(Direct(Page()))


def test_a_budget_of_nothing_is_an_error() -> None:
    with pytest.raises(BudgetExhausted):
        judged(Direct(Right(), budget=0))


@pytest.mark.parametrize("count, users, days", [(0, 0, 1), (1, 1, 1), (2, 5, 3), (4, 1, 2), (51, 2, 1)])
def test_any_size_of_data_is_judged_as_far_as_it_goes(count: int, users: int, days: int) -> None:
    assert judged(Direct(Right(count, max(users, 1), days))).violations == ()


@pytest.mark.parametrize("status", ["active", "draft"])
def test_one_status_only_is_no_fault(status: str) -> None:
    server = Right()
    for row in server.rows:
        row.status = status
        row.days = row.days if status == "active" else {}
    assert judged(Direct(server)).violations == ()
