"""Chance that can be repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.errors import ToolError
from oas.sampling.seeded_random import Budget, BudgetSpent, SampleImpossible, SeededRandom


def dice(seed: str = "7", steps: int = 10_000) -> SeededRandom:
    return SeededRandom(seed, Budget(steps))


def test_a_seed_names_one_stream_for_ever() -> None:
    assert [dice("7/a").below(1_000) for _ in range(3)] == [dice("7/a").below(1_000)] * 3
    stream = dice("7/a")
    assert [stream.below(1_000) for _ in range(6)] == [973, 565, 686, 497, 306, 452]


def test_other_seeds_give_other_streams() -> None:
    assert len({tuple(dice(str(seed)).shuffled(range(9))) for seed in range(20)}) == 20


@given(st.text(), st.integers(1, 2**80))
def test_an_integer_lies_below_its_bound(seed: str, count: int) -> None:
    assert 0 <= dice(seed).below(count) < count


@given(st.text(), st.integers(), st.integers(0, 10**6))
def test_an_integer_lies_between_its_bounds(seed: str, low: int, span: int) -> None:
    assert low <= dice(seed).between(low, low + span) <= low + span


def test_every_option_is_picked_in_time() -> None:
    one = dice()
    assert {one.pick("abc") for _ in range(100)} == set("abc")


@given(st.text(), st.lists(st.integers()))
def test_shuffling_loses_nothing(seed: str, options: list[int]) -> None:
    assert sorted(dice(seed).shuffled(options)) == sorted(options)


def test_a_fraction_is_below_one() -> None:
    one = dice()
    assert all(0 <= one.fraction() < 1 for _ in range(100))


def test_a_budget_ends_what_spends_it() -> None:
    one = dice(steps=3)
    one.budget.spend(2)
    one.below(2)
    with pytest.raises(BudgetSpent, match="give it an example"):
        one.below(2)


def test_both_failures_are_failures_of_the_tool() -> None:
    assert issubclass(BudgetSpent, SampleImpossible)
    assert issubclass(SampleImpossible, ToolError)
