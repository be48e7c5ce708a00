"""The suite notices what is wrong with a server: a sample of the mutation score on real HTTP."""

from __future__ import annotations

import pytest

from contracts.mutation.mutate import Score, score, score_lines, survivor_line
from oas.contract import load


@pytest.fixture(scope="module")
def tried() -> Score:
    """Twenty faults, drawn by a seed."""
    return score(load(), sample=20, seed=3)


@pytest.mark.slow
def test_nearly_every_fault_is_noticed_within_the_budget(tried: Score) -> None:
    assert tried.share >= 0.9
    assert tried.most_requests <= 90
    assert len(tried.results) == 20 < tried.all


@pytest.mark.slow
def test_a_fault_in_a_figure_is_noticed_and_told() -> None:
    tried = score(load(), sample=2, seed=5)
    assert all(result.answers for result in tried.results)
    assert tried.share == 1.0
    assert score_lines(tried)[-1].startswith("100.0% of the faults were noticed")


@pytest.mark.slow
def test_the_score_names_its_survivors_and_categories(tried: Score) -> None:
    lines = score_lines(tried)
    assert f"20 of {tried.all} tried" in lines[-1]
    for result in tried.results:
        (*line,) = survivor_line(result, 1, 20)
        assert bool(line) is not result.is_caught
        assert result.is_caught == bool(result.relation_id)
