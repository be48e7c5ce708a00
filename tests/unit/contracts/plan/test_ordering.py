"""Plans: order, budget, what is left out."""

from __future__ import annotations

import pytest

from answers import document, rules
from contracts import relations
from contracts.config import Config
from contracts.observations.cases import EXTRA_RANK, OPENING_RANK, PlannedRequest, ask
from contracts.observations.known_values import typical_values
from contracts.plan.ordering import Plan, arrange
from contracts.run.engine import plan


def case(limit: int, rank: float, follows: int = 0) -> PlannedRequest:
    request = ask(document().by_id["getCampaignInfo"], {"limit": limit})
    return PlannedRequest(request=request, meaning=str(limit), covers=(f"r{limit}",), priority=rank, follows=follows)


def meanings(made: Plan) -> list[str]:
    return [item.meaning for item in made.cases]


def test_the_most_telling_comes_first() -> None:
    assert meanings(arrange([case(1, 9), case(2, 1), case(3, 5)], 10)) == ["2", "3", "1"]


def test_equal_requests_are_sent_once() -> None:
    assert arrange([case(1, 9), case(1, 2)], 10).cost == 1


def test_what_does_not_fit_is_left_out_by_name() -> None:
    made = arrange([case(1, 1), case(2, 2), case(3, 3)], 2)
    assert (meanings(made), made.unserved) == (["1", "2"], frozenset({"r3"}))


def test_a_walk_fits_whole_or_not_at_all() -> None:
    made = arrange([case(1, 1, follows=3), case(2, 2)], 3)
    assert meanings(made) == ["2"]


def test_the_plan_of_average_data_fits_into_a_minute_with_room_to_spare() -> None:
    made = plan(Config(), document(), 1000)
    assert 60 < made.cost <= 90
    assert all(item.priority >= EXTRA_RANK for item in made.left_out)


def test_a_budget_that_was_asked_for_does_it_all() -> None:
    made = plan(Config(budget=1000), document(), 1000)
    assert made.left_out == ()


@pytest.mark.parametrize("budget", [1, 10, 30, 50, 90])
def test_a_plan_never_costs_more_than_its_budget(budget: int) -> None:
    made = plan(Config(budget=budget), document(), budget)
    assert made.cost <= budget
    assert made.left_out


def test_a_larger_budget_keeps_what_a_smaller_one_has() -> None:
    small, large = (plan(Config(budget=budget), document(), budget).cases for budget in (20, 60))
    assert {item.key for item in small} <= {item.key for item in large}


def test_every_relation_that_a_case_serves_exists() -> None:
    cases = relations.cases(typical_values(document()))
    assert {name for item in cases for name in item.covers} <= rules().keys()


def test_every_relation_is_served_or_looks_at_every_answer() -> None:
    served = {name for item in relations.cases(typical_values(document())) for name in item.covers}
    alone = [rule for name, rule in rules().items() if name not in served and not rule.is_universal]
    assert {rule.relation.kind for rule in alone} <= {"limits", "derived", "collection"}


def test_beside_the_opening_only_what_serves_a_wanted_relation_is_planned() -> None:
    made = plan(Config(only=("auth.refused",)), document(), 1000)
    assert {item.request.credential for item in made.cases if item.priority >= OPENING_RANK} == {
        "empty",
        "unknown",
        "truncated",
        "lengthened",
        "other-case",
        "elsewhere",
    }


def test_the_same_seed_gives_the_same_plan() -> None:
    first, again = (plan(Config(seed=3), document(), 1000) for _ in range(2))
    assert first == again
