"""Relations dealt to runs that share a plan."""

from __future__ import annotations

import pytest

from answers import document
from contracts import relations
from contracts.messages import Request
from contracts.observations.cases import OPENING_RANK, PlannedRequest
from contracts.observations.known_values import typical_values
from contracts.observations.observations import Observations
from contracts.plan.selection import assign
from contracts.relations.relation_check import CheckResult, RelationCheck
from contracts.verdicts import Relation
from fabricated import relation


def rule(id: str) -> RelationCheck:
    def judge(about: Relation, observations: Observations) -> CheckResult:
        raise AssertionError("dealing judges nothing")

    return RelationCheck(relation=relation(id), judge=judge)


def case(name: str, *serves: str, follows: int = 0, rank: float = 50) -> PlannedRequest:
    request = Request(operation_id="getA", method="GET", path=f"/{name}")
    return PlannedRequest(request=request, meaning=name, covers=serves, follows=follows, priority=rank)


def dealt(names: str, cases: list[PlannedRequest], count: int) -> list[str]:
    found = assign([rule(f"{name}.x[getA]") for name in names], cases, count)
    return ["".join(one.relation.kind for one in run) for run in found]


def served(*names: str, **options: float) -> PlannedRequest:
    return case("".join(names), *(f"{name}.x[getA]" for name in names), **options)  # type: ignore[arg-type]


def test_the_run_with_the_fewest_requests_gets_the_next() -> None:
    assert dealt("abc", [served("a", follows=4), served("b"), served("c")], 2) == ["a", "bc"]


def test_relations_that_share_their_cases_stay_together() -> None:
    assert dealt("abcd", [served("a", "c"), served("b", "d")], 2) == ["ac", "bd"]


def test_what_every_run_sends_costs_nobody_anything() -> None:
    opening = served("a", follows=9, rank=OPENING_RANK - 1)
    assert dealt("abc", [opening, served("a"), served("b"), served("c")], 2) == ["ac", "b"]


def test_relations_without_cases_stay_with_their_kind() -> None:
    rules = [rule(f"{name}[getA]") for name in ("limits.early", "limits.late", "a.x", "limits.wait")]
    runs = assign(rules, [served("a")], 2)
    assert [[one.relation.kind for one in run] for run in runs] == [["limits"] * 3, ["a"]]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_all_runs_together_get_every_relation_once(count: int) -> None:
    rules, cases = relations.rules(document()), relations.cases(typical_values(document()))
    runs = assign(rules, cases, count)
    ids = [rule.relation.id for run in runs for rule in run]
    assert len(runs) == count
    assert sorted(ids) == sorted(rule.relation.id for rule in rules)
    assert all(runs)
