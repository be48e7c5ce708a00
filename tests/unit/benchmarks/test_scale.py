from __future__ import annotations

from itertools import islice

import pytest

from scale import CASES, PAGES, Case, Cost, cost_of, costs_table, middle, start_table

USERS = [f"user {number}" for number in range(31)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_every_query_of_a_case_asks_for_something_else(case: Case) -> None:
    queries = [str(query) for query in islice(case.queries(USERS), PAGES)]
    assert len(set(queries)) == len(queries)
    assert len(queries) >= 10 or queries == ["{}"]


def test_figures_of_rounds_become_medians() -> None:
    assert middle([Cost(1, 10, 100), Cost(3, 30, 300), Cost(2, 20, 900)]) == Cost(2, 20, 300)


def test_growth_is_told_from_the_smallest_to_the_largest() -> None:
    costs = {("page", 10): Cost(50, 20, 8), ("page", 1000): Cost(9000, 25, 10)}
    assert costs_table(costs, [10, 1000]).splitlines()[2] == "| page | 20 | 25 | 1.25 | 8 → 10 | 1.25 | 50 → 9,000 |"


def test_memory_of_a_routine_is_counted_from_the_smallest_organisation() -> None:
    rows = start_table({0: (0.5, 40.0), 1000: (0.75, 40.5)}).splitlines()[2:]
    assert rows == ["| 0 | 0.50 | 40 | – |", "| 1,000 | 0.75 | 40 | 500 |"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_every_case_is_answered(case: Case) -> None:
    cost = cost_of(case, 40)
    assert min(cost.first, cost.fresh, cost.again) > 0


@pytest.mark.nightly
@pytest.mark.parametrize("case", [case for case in CASES if "filter" in case.title][:5], ids=lambda case: case.title)
def test_a_filtered_page_costs_no_more_among_many_routines(case: Case) -> None:
    # A page that looked at each row would cost a hundredfold; times of a shared machine double now and then.
    small, large = (middle([cost_of(case, size) for _ in range(3)]) for size in (1_000, 50_000))
    assert large.fresh < 2 * small.fresh
    assert large.again < 2 * small.again
