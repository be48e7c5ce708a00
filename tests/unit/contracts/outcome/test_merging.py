"""Reports of several runs as one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contracts.errors import ConfigInvalid
from contracts.outcome.conclusion import conclude
from contracts.outcome.merging import merge
from contracts.verdicts import SHARD_NOTE, Outcome, Report
from fabricated import exchange, kept, verdict, violation

A, B = "auth.guard[getCampaignInfo]", "same_as.equal[postCampaignInfo]"


def run(*verdicts: Any, shard: str = "", **changes: Any) -> Report:
    notes = ((SHARD_NOTE, shard),) if shard else ()
    return replace(kept(verdicts=verdicts, notes=notes), **changes)


@pytest.mark.parametrize(
    "outcomes, merged",
    [
        ((Outcome.KEPT, Outcome.BROKEN), Outcome.BROKEN),
        ((Outcome.BROKEN, Outcome.KEPT), Outcome.BROKEN),
        ((Outcome.INCONCLUSIVE, Outcome.KEPT), Outcome.KEPT),
        ((Outcome.LEFT_OUT, Outcome.KEPT), Outcome.KEPT),
        ((Outcome.LEFT_OUT, Outcome.INCONCLUSIVE), Outcome.INCONCLUSIVE),
        ((Outcome.LEFT_OUT, Outcome.LEFT_OUT), Outcome.LEFT_OUT),
    ],
)
def test_a_relation_is_as_the_strongest_verdict_of_any_run(outcomes: tuple[Outcome, ...], merged: Outcome) -> None:
    made = merge([run(verdict(A, outcome, reason=outcome.value)) for outcome in outcomes])
    (found,) = made.verdicts
    assert (found.outcome, found.reason, found.requests) == (merged, merged.value, 4)


def test_relations_of_all_runs_come_in_the_order_of_the_runs() -> None:
    made = merge([run(verdict(B)), run(verdict(A), verdict(B))])
    assert [item.relation.id for item in made.verdicts] == [B, A]


def test_exchanges_are_numbered_through_and_findings_follow() -> None:
    def broken(detail: str, *numbers: int) -> Report:
        found = violation(A, detail=detail, exchanges=numbers)
        return run(
            verdict(A, Outcome.BROKEN, violations=(found,)),
            warnings=(violation(B, detail=detail, exchanges=(1,)),),
            exchanges=(exchange(1), exchange(3)),
        )

    made = merge([broken("a", 1, 3), broken("b", 3)])
    assert [item.number for item in made.exchanges] == [1, 3, 4, 6]
    assert [item.exchanges for item in made.violations] == [(1, 3), (6,)]
    assert [item.exchanges for item in made.warnings] == [(1,), (4,)]


def test_the_same_finding_of_two_runs_is_one() -> None:
    broken = run(verdict(A, Outcome.BROKEN, violations=(violation(A),)))
    made = merge([broken, broken])
    assert len(made.violations) == 1
    assert conclude(made).exit_code == 1


def test_requests_budget_and_time_are_those_of_all_runs() -> None:
    made = merge(
        [
            run(budget=50, sent=10, started_at=100.0, duration_s=5.0, target="http://a"),
            run(budget=40, sent=30, started_at=98.0, duration_s=3.0, target="http://b"),
        ]
    )
    assert (made.budget, made.sent, made.started_at, made.duration_s) == (90, 40, 98.0, 7.0)
    assert made.target == "http://a, http://b"


@pytest.mark.parametrize(
    "changes, name, right",
    [
        ([{"is_interrupted": False}, {"is_interrupted": True}], "is_interrupted", True),
        ([{"assumptions": "warn"}, {"assumptions": "fail"}], "assumptions", "fail"),
        ([{"assumptions": "warn"}, {"assumptions": "warn"}], "assumptions", "warn"),
        ([{"accepted": (("x", "why"),)}, {"accepted": (("y", "so"),)}], "accepted", (("x", "why"), ("y", "so"))),
    ],
)
def test_what_one_run_says_of_itself_holds_for_all(changes: list[dict[str, Any]], name: str, right: Any) -> None:
    assert getattr(merge([run(verdict(A), **one) for one in changes]), name) == right


def test_notes_are_kept_once_and_places_of_reports_are_not() -> None:
    runs = [run(notes=(("ledger", "w"), ("report", "ndjson a"), (SHARD_NOTE, f"{n}/2"))) for n in (1, 2)]
    assert merge(runs).notes == (("merged", "2 reports"), ("ledger", "w"))


@pytest.mark.parametrize(
    "shards", [[""], ["1/1"], ["1/2", "2/2"], ["2/2", "1/2"], ["1/2", "1/2", "2/2", "2/2"], ["", ""]]
)
def test_whole_plans_are_merged(shards: list[str]) -> None:
    assert merge([run(verdict(A), shard=shard) for shard in shards]).verdicts


@pytest.mark.parametrize(
    "shards, word",
    [
        (["1/2"], "shard 2/2 is missing; give one for each of 2 shards"),
        (["1/3", "3/3"], "shard 2/3 is missing"),
        (["1/2", "1/2", "2/2"], "shard 2/2 is missing"),
        (["1/2", "2/3"], "shards of one plan were expected, these are 1/2, 2/3"),
        (["1/2", "2/2", ""], "1/2, 2/2 and whole runs"),
        ([], "at least one report"),
    ],
)
def test_a_plan_that_is_not_whole_is_refused(shards: list[str], word: str) -> None:
    with pytest.raises(ConfigInvalid, match=word):
        merge([run(verdict(A), shard=shard) for shard in shards])


def test_reports_of_different_documents_are_not_merged() -> None:
    with pytest.raises(ConfigInvalid, match="same versions were expected, these are of document 1; document 2"):
        merge([run(versions=(("document", number),)) for number in "12"])
