"""What `contracts plan` and `contracts relations` print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import pytest

from contracts.cli.listing import plan_lines, relation_lines
from contracts.config import Config
from contracts.errors import ConfigInvalid


def test_the_plan_says_what_would_leave_and_why() -> None:
    first, _, *lines = plan_lines(Config(seed=5))
    assert first.startswith("plan for the embedded mock: ")
    assert first.endswith(" of 1,000 requests, seed 5")
    assert "   1   1  GET /campaign-info" in lines
    assert any("[key: none]" in line for line in lines)


@pytest.mark.parametrize("url, budget", [("https://api.example.com/v1", "90"), ("http://127.0.0.1:1", "1,000")])
def test_the_plan_has_the_budget_of_its_target(url: str, budget: str) -> None:
    first = next(plan_lines(Config(base_url=url)))
    assert first.startswith(f"plan for {url}: ")
    assert f" of {budget} requests" in first


def test_a_small_budget_names_what_it_leaves_out() -> None:
    lines = list(plan_lines(Config(budget=10)))
    assert lines[0].startswith("plan for the embedded mock: 10 of 10 requests")
    assert any(line.startswith("left out, ") and line.endswith("a larger --budget sends them:") for line in lines)


def test_a_plan_for_what_is_no_url_is_refused() -> None:
    with pytest.raises(ConfigInvalid):
        list(plan_lines(Config(base_url="http://user:word@host/")))


def test_a_relation_says_cost_place_and_meaning() -> None:
    first, second, *_, last = relation_lines(Config(only=("auth.guarded[createApiKey]",)))
    assert first.startswith("auth.guarded[createApiKey]  1 request  ")
    assert "openapi.yaml:" in first
    assert second.startswith("    ")
    assert last == "1 relation"


def test_relations_are_chosen_by_the_beginning_of_their_id() -> None:
    names = [
        json.loads(line)["id"] for line in relation_lines(Config(only=("auth",), skip=("auth.guarded",)), is_json=True)
    ]
    assert names
    assert all(name.startswith("auth.") and not name.startswith("auth.guarded") for name in names)


def test_a_relation_as_json_has_its_line_in_the_document() -> None:
    found = json.loads(next(relation_lines(Config(), is_json=True)))
    assert found["line"] > 1
    assert {"id", "kind", "pointer", "cost", "meaning", "assumed", "file"} <= found.keys()


@pytest.mark.parametrize("lines", [plan_lines, relation_lines])
def test_a_misspelt_id_is_refused(lines: Callable[[Config], Iterable[str]]) -> None:
    with pytest.raises(ConfigInvalid, match=r"did you mean auth\?"):
        list(lines(Config(only=("auht",))))
