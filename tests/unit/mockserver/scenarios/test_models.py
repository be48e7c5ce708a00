"""Delays, and which requests a rule means."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.scenarios.models import PLAIN, Delay, Rule, error_rate


@pytest.mark.parametrize(
    "delay, chance, seconds",
    [
        (Delay("fixed", 1500), 0.9, 1.5),
        (Delay("uniform", 100, 300), 0.0, 0.1),
        (Delay("uniform", 100, 300), 0.5, 0.2),
        (Delay("lognormal", 800, 0.5), 0.5, 0.8),
        (Delay("lognormal", 800, 0.0), 0.99, 0.8),
        (Delay("lognormal", 800, 0.5), 0.0, 0.0),
        (Delay("fixed", 600_000), 0.0, 60.0),
        (Delay("lognormal", 60_000, 5), 0.999999, 60.0),
    ],
)
def test_a_delay_follows_its_distribution_and_is_capped(delay: Delay, chance: float, seconds: float) -> None:
    assert delay.seconds(chance) == pytest.approx(seconds)


def test_a_lognormal_delay_rises_with_chance() -> None:
    waits = [Delay("lognormal", 500, 0.6).seconds(chance / 10) for chance in range(1, 10)]
    assert waits == sorted(waits)
    assert waits[0] < 0.5 < waits[-1]


@pytest.mark.parametrize(
    "operation, parameters, asked, matches",
    [
        ("", {}, ("anything", {}), True),
        ("list", {}, ("list", {"limit": 5}), True),
        ("list", {}, ("open", {}), False),
        ("", {"status": "active"}, ("list", {"status": "active", "limit": 5}), True),
        ("", {"status": "active"}, ("list", {"status": "draft"}), False),
        ("", {"status": "active"}, ("list", {}), False),
        ("", {"ids": "a"}, ("list", {"ids": ["b", "a"]}), True),
        ("", {"ids": ["b", "a"]}, ("list", {"ids": ["b", "a"]}), True),
        ("", {"term": "a"}, ("list", {"term": "cat"}), False),
        ("", {"ids": "c"}, ("list", {"ids": ["b", "a"]}), False),
        ("list", {"limit": 5, "status": "active"}, ("list", {"limit": 5}), False),
    ],
)
def test_a_rule_means_an_operation_and_values(
    operation: str, parameters: dict[str, Any], asked: tuple[str, dict[str, Any]], matches: bool
) -> None:
    assert Rule({}, "1", (PLAIN,), operation, parameters).matches(*asked) is matches


def test_an_error_rate_sends_only_what_a_well_behaved_server_would() -> None:
    rule = error_rate(0.25)
    assert rule.rate == 0.25
    assert [(answer.status, answer.fault) for answer in rule.answers] == [(500, "")]
