"""What a run plans for, alone and as one of several."""

from __future__ import annotations

from typing import Any

import pytest

from answers import document
from contracts.config import Config, Shard
from contracts.observations.cases import EXTRA_RANK, OPENING_RANK
from contracts.plan.ordering import Plan
from contracts.plan.selection import generating, judged_rules, plan, requested_rules

LARGE = 10_000


def shards(count: int, **options: Any) -> list[Config]:
    return [Config(shard=Shard(index, count), **options) for index in range(1, count + 1)]


def plans(count: int) -> list[Plan]:
    return [plan(config, document(), LARGE) for config in shards(count)]


def test_a_run_alone_plans_for_all_that_it_judges() -> None:
    alone = [[rule.relation.id for rule in of(Config(), document())] for of in (requested_rules, judged_rules)]
    assert alone[0] == alone[1] != []


@pytest.mark.parametrize("only", ["auth", "collection.subset[getCampaignInfo", "errors", "limits"])
def test_what_is_chosen_is_planned_with_the_answers_that_it_is_made_from_and_judged_by(only: str) -> None:
    made = plan(Config(only=(only,)), document(), LARGE)
    opening = {case.key for case in plan(Config(), document(), LARGE).cases if case.priority < OPENING_RANK}
    right = [case for case in made.cases if case.expects is None and case.request.credential == "key"]
    assert opening <= {case.key for case in made.cases}
    assert {case.request.operation_id for case in made.cases} <= {"", *(case.request.operation_id for case in right)}


@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_shards_of_a_plan_are_disjoint_and_cover_it(count: int) -> None:
    dealt = [{rule.relation.id for rule in requested_rules(config, document())} for config in shards(count)]
    assert sum(map(len, dealt)) == len(set().union(*dealt)) == len(requested_rules(Config(), document()))


@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_shards_together_send_every_request_of_the_whole_plan(count: int) -> None:
    whole = {case.key for case in plan(Config(), document(), LARGE).cases}
    assert set().union(*({case.key for case in one.cases} for one in plans(count))) == whole


@pytest.mark.parametrize("count", [2, 3, 4])
def test_every_shard_sends_clearly_less_than_the_whole_plan_and_about_the_same(count: int) -> None:
    whole = plan(Config(), document(), LARGE).cost
    costs = [one.cost for one in plans(count)]
    assert max(costs) < 0.7 * whole
    assert max(costs) - min(costs) <= 3


def test_every_shard_sees_for_itself_what_the_others_cases_are_made_from() -> None:
    opening = {case.key for case in plan(Config(), document(), LARGE).cases if case.priority < OPENING_RANK}
    assert opening
    assert all(opening <= {case.key for case in one.cases} for one in plans(3))


def test_a_shard_that_provokes_refusals_of_an_operation_also_asks_it_something_right() -> None:
    for one in plans(4):
        asked = {case.request.operation_id for case in one.cases if case.request.operation_id}
        plain = [case for case in one.cases if case.expects is None and case.request.credential == "key"]
        assert {case.request.operation_id for case in plain if case.priority < EXTRA_RANK} == asked


def test_relations_about_single_answers_are_judged_by_every_shard() -> None:
    everywhere = {
        rule.relation.id for rule in judged_rules(Config(), document()) if rule.is_universal or rule.is_single
    }
    for config in shards(3):
        assert everywhere <= {rule.relation.id for rule in judged_rules(config, document())}


def test_one_shard_alone_judges_the_limits() -> None:
    found = [
        {rule.relation.id for rule in requested_rules(config, document()) if rule.relation.kind == "limits"}
        for config in shards(3)
    ]
    assert sorted(map(len, found)) == [0, 0, 5]


def test_the_seed_decides_values_and_not_who_plans_for_what() -> None:
    one, other = (requested_rules(Config(shard=Shard(1, 3), seed=seed), document()) for seed in (0, 9))
    assert [rule.relation.id for rule in one] == [rule.relation.id for rule in other]


def test_only_what_is_chosen_is_dealt() -> None:
    chosen = [
        {rule.relation.id for rule in requested_rules(Config(shard=Shard(index, 2), only=("collection",)), document())}
        for index in (1, 2)
    ]
    assert all(chosen)
    assert all(name.startswith("collection") for name in chosen[0] | chosen[1])


def test_each_shard_generates_its_part_from_a_seed_of_its_own() -> None:
    made = [generating(config) for config in shards(3, seed=5, fuzz=100)]
    assert [(config.seed, config.fuzz) for config in made] == [(5, 34), (6, 33), (7, 33)]
    assert generating(Config(seed=5, fuzz=100)) == Config(seed=5, fuzz=100)
