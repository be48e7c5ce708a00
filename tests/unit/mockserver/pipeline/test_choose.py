"""What is chosen for a request: who comes first, whose turn it is, and what is left to chance."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from mockserver.pipeline.choose import Chooser, limits_of
from mockserver.pipeline.preferences import Preference
from mockserver.scenarios.models import PLAIN, ChosenAnswer, Delay, PlannedAnswer, Rule, Scenario
from mockserver.state.rules import ActiveRules
from oas.messages import Request


def rule(rule_id: str, *statuses: int, **more: Any) -> Rule:
    return Rule({}, rule_id, tuple(PlannedAnswer(status=status) for status in statuses), **more)


SCENARIOS = {
    one.name: one
    for one in (
        Scenario("quiet"),
        Scenario("down", rules=(rule("down/1", 500),)),
        Scenario("busy", rules=(rule("busy/1", 429),), limits={"minute": 3}),
        Scenario("ending", rules=(rule("ending/1", 200, 200, 401),), limits={"minute": 9, "day": 9}),
        Scenario("lists", rules=(rule("lists/1", 500, operation="list"), rule("lists/2", 404))),
    )
}
LIBRARY: Any = SimpleNamespace(playable=SCENARIOS.get)


class World:
    """A session with a script, and a chooser for it.

    Args:
        script: of the session.
        seed: of the chooser.
    """

    def __init__(self, script: ActiveRules, seed: int = 1) -> None:
        self.session: Any = SimpleNamespace(script=script)
        self.chooser = Chooser(LIBRARY, seed)

    def plays(self, key: str = "", cookie: str | None = None) -> Any:
        headers = {} if cookie is None else {"cookie": cookie}
        known: Any = SimpleNamespace(hash_id=key) if key else None
        return self.chooser.plays(self.session, known, Request("GET", "/x", "", headers))

    def choose(
        self, key: str = "", cookie: str | None = None, preference: Preference | None = None, operation: str = "list"
    ) -> ChosenAnswer | None:
        return self.chooser.choose(self.session, self.plays(key, cookie), preference, operation, {})

    def statuses(self, count: int, key: str = "", cookie: str | None = None) -> list[int | None]:
        chosen = [self.choose(key, cookie) for _ in range(count)]
        return [one.answer.status if one is not None else None for one in chosen]


def test_nothing_is_chosen_where_nothing_is_played() -> None:
    assert World(ActiveRules()).plays("k") == ()
    assert World(ActiveRules()).choose("k") is None


@pytest.mark.parametrize(
    "cookie, by",
    [
        ("mock_scenario=down", ["cookie"]),
        ("a=b; mock_scenario=down", ["cookie"]),
        ('mock_scenario="down"', ["cookie"]),
        ("a/b=c; mock_scenario=down", ["cookie"]),
        ("novalue; =x; mock_scenario=down", ["cookie"]),
        ("mock_scenario=nothing", []),
        ("mock_scenario", []),
        ("mock_scenario=", []),
        ("other_mock_scenario=down", []),
        ("mock_scenario[]=down; \x00", []),
        ("a=b", []),
    ],
)
def test_a_cookie_plays_also_where_nothing_else_does(cookie: str, by: list[str]) -> None:
    assert [play.by for play in World(ActiveRules()).plays("k", cookie)] == by


def test_the_most_specific_that_has_a_rule_decides() -> None:
    script = ActiveRules("down", (rule("r", 503),), {"k": "busy"})
    world = World(script)
    preference = Preference(PlannedAnswer(status=404), "code=404")
    assert [play.by for play in world.plays("k", "mock_scenario=lists")] == ["key", "cookie", "scenario"]
    chosen = [
        world.choose("k", "mock_scenario=lists", preference),
        world.choose("k", "mock_scenario=lists"),
        world.choose("other", "mock_scenario=lists"),
        world.choose("other"),
    ]
    assert [one and one.by for one in chosen] == ["prefer:code=404", "key:busy/1", "cookie:lists/1", "scenario:down/1"]
    assert [one and one.preference for one in chosen] == ["code=404", "", "", ""]
    script.play("")
    assert (world.choose("other") or ChosenAnswer(PLAIN, "")).by == "rule:r"
    script.play("quiet", "k")
    assert (world.choose("k") or ChosenAnswer(PLAIN, "")).by == "rule:r"


def test_a_rule_that_does_not_match_leaves_the_next_its_turn() -> None:
    world = World(ActiveRules("lists"))
    assert [(world.choose(operation=name) or ChosenAnswer(PLAIN, "")).by for name in ("list", "open")] == [
        "scenario:lists/1",
        "scenario:lists/2",
    ]


@pytest.mark.parametrize("by", ["scenario", "cookie"])
def test_each_key_takes_turns_of_its_own(by: str) -> None:
    world = World(ActiveRules("ending" if by == "scenario" else ""))
    cookie = "mock_scenario=ending" if by == "cookie" else None
    assert [world.statuses(1, key, cookie) for key in "abab"] == [[200]] * 4
    assert [world.statuses(2, key, cookie) for key in "ab"] == [[401, 401]] * 2


def test_a_scenario_that_is_played_again_begins_anew() -> None:
    script = ActiveRules("ending")
    world = World(script)
    assert world.statuses(4) == [200, 200, 401, 401]
    script.play("ending")
    assert world.statuses(4) == [200, 200, 401, 401]


def test_rules_of_a_session_take_turns_for_all_of_its_keys() -> None:
    world = World(ActiveRules(rules=(rule("r", 500, 401, times=3),)))
    assert [world.statuses(1, key)[0] for key in "abcabc"] == [500, 401, 401, None, None, None]


def test_a_rate_leaves_turns_to_those_that_it_answers() -> None:
    found = World(ActiveRules(rules=(rule("r", 500, 401, 403, times=3, rate=0.5),))).statuses(60)
    assert [status for status in found if status is not None] == [500, 401, 403]
    assert found[:3] != [500, 401, 403]


@pytest.mark.parametrize("rate, least, most", [(0, 0, 0), (0.2, 20, 60), (0.9, 160, 198), (1, 200, 200)])
def test_a_rate_is_the_share_that_is_answered(rate: float, least: int, most: int) -> None:
    assert least <= World(ActiveRules(rules=(rule("r", 500, rate=rate),))).statuses(200).count(500) <= most


def delays(seed: int, rules: Iterable[Rule]) -> list[float]:
    world = World(ActiveRules(rules=tuple(rules)), seed)
    chosen = [world.choose() for _ in range(20)]
    return [one.answer.delay.seconds(one.chance) for one in chosen if one is not None and one.answer.delay is not None]


def test_chance_is_of_the_seed_the_rule_and_the_turn() -> None:
    late = Rule({}, "a", (PlannedAnswer(delay=Delay("uniform", 0, 1000)),))
    other = Rule({}, "b", late.answers)
    first = delays(1, [late])
    assert len(set(first)) == 20
    assert first == delays(1, [late])
    assert first != delays(2, [late])
    assert first != delays(1, [other])


def test_limits_are_those_of_the_most_specific_that_names_the_window() -> None:
    script = ActiveRules("ending", casts={"k": "busy"})
    script.limit({"minute": 50, "hour": 5})
    world = World(script)
    assert limits_of(world.session, world.plays("k")) == {"minute": 3, "day": 9, "hour": 5}
    assert limits_of(world.session, world.plays("other")) == {"minute": 9, "day": 9, "hour": 5}
    assert limits_of(world.session, ()) == {"minute": 50, "hour": 5}
