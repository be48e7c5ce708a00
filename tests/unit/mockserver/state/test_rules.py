"""What a session plays: casts, rules, limits, turns, and the way back to the start."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from mockserver.scenarios.models import PLAIN, Rule
from mockserver.state import rules as scripts
from mockserver.state.rules import NOTHING, ActiveRules, MemoryTurns, ScriptFull


def rule(rule_id: str, priority: int = 5) -> Rule:
    return Rule({}, rule_id, (PLAIN,), priority=priority)


def test_a_new_script_plays_nothing() -> None:
    script = ActiveRules()
    assert (script.cast.scenario, script.cast_of("abc"), script.rules, script.limits) == ("", NOTHING, (), {})


ACTS: dict[str, Callable[[ActiveRules], object]] = {
    "play": lambda script: script.play("empty"),
    "cast": lambda script: script.play("empty", "abc"),
    "add": lambda script: script.add(rule),
    "limit": lambda script: script.limit({"minute": 3}),
}


@pytest.mark.parametrize("act", ACTS)
def test_whatever_is_played_is_gone_after_clearing(act: str) -> None:
    script = ActiveRules()
    ACTS[act](script)
    assert script.contents != ActiveRules().contents
    script.clear()
    assert script.contents == ActiveRules().contents
    assert (script.casts, script.rules, script.limits) == ({}, (), {})


def test_clearing_returns_to_the_start() -> None:
    script = ActiveRules("flaky", (rule("errors"),), {"abc": "empty"})
    script.play("outage")
    script.play("huge", "abc")
    script.remove()
    script.turns.take("x")
    script.clear()
    assert (script.cast.scenario, script.casts) == ("flaky", {"abc": "empty"})
    assert [one.id for one in script.rules] == ["errors"]
    assert script.turns.take("x") == 0


def test_a_scenario_that_is_played_again_has_another_serial() -> None:
    script = ActiveRules()
    script.play("flaky", "abc")
    before = script.cast_of("abc")
    script.play("flaky", "abc")
    assert script.cast_of("abc").serial > before.serial


def test_rules_go_by_priority_then_by_age() -> None:
    script = ActiveRules()
    added = [script.add(partial(rule, priority=priority)) for priority in (5, 1, 5)]
    assert script.rules == (added[1], added[0], added[2])


def test_a_rule_is_removed_by_its_id_and_all_of_them_without_one() -> None:
    script = ActiveRules()
    first, _, third = (script.add(rule) for _ in range(3))
    assert (script.remove("nothing"), script.remove(first.id)) == (0, 1)
    assert (script.remove(), script.rules) == (2, ())
    assert script.add(rule).id not in (first.id, third.id)


def test_what_reading_raises_leaves_the_rules_alone() -> None:
    script = ActiveRules()

    def fail(rule_id: str) -> Rule:
        raise ValueError(rule_id)

    with pytest.raises(ValueError, match="2"):
        script.add(fail)
    assert script.rules == ()


def test_there_are_not_more_rules_or_casts_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "MAX_RULES", 1)
    monkeypatch.setattr(scripts, "MAX_CASTS", 1)
    script = ActiveRules()
    script.add(rule)
    with pytest.raises(ScriptFull, match="1 rules"):
        script.add(rule)
    script.play("empty", "abc")
    script.play("huge", "abc")
    with pytest.raises(ScriptFull, match="1 keys"):
        script.play("empty", "def")


def test_limits_are_joined() -> None:
    script = ActiveRules()
    script.limit({"minute": 3})
    script.limit({"day": 9})
    assert script.limits == {"minute": 3, "day": 9}


def test_turns_are_exact_under_threads() -> None:
    turns = MemoryTurns()
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: turns.take("x"), range(2000)))
    assert sorted(taken) == list(range(2000))


def test_turns_forget_what_was_unused_for_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "MAX_TURNS", 2)
    turns = MemoryTurns()
    turns.take("old")
    turns.take("kept")
    turns.take("old")
    turns.take("new")
    assert (turns.take("old"), turns.take("kept")) == (2, 0)
