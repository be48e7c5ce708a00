"""The stage `choose` by itself: who goes first, whose turn it is, how often, and what is left to chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.messages import Request
from mockserver.scenarios.chooser import Chooser, Play, limits_of
from mockserver.scenarios.library import Library
from mockserver.scenarios.preferences import preference_of
from mockserver.scenarios.records import Answer, Choice, Rule, Scenario
from mockserver.state.keys import ApiKey
from mockserver.state.script import Script
from mockserver.state.session import Session

KEY = ApiKey("abc", "admin", True, 0.0)
OPERATION = "getThings"


class Shelf:
    """A library that holds what it is given."""

    def __init__(self, *scenarios: Scenario) -> None:
        self._scenarios = {scenario.name: scenario for scenario in scenarios}

    def playable(self, name: str) -> Scenario | None:
        return self._scenarios.get(name)


class World:
    """A session of which only the script is asked."""

    def __init__(self, script: Script) -> None:
        self.script = script


def rule(status: int = 500, rule_id: str = "1", **changes: Any) -> Rule:
    """Make a rule that gives one answer."""
    return Rule({}, rule_id, changes.pop("answers", (Answer(status=status),)), **changes)


def scenario(name: str, status: int, **changes: Any) -> Scenario:
    """Make a scenario of one rule, which is named by its scenario."""
    return Scenario(name, rules=(rule(status, f"{name}/1", **changes),), limits={"minute": status})


class Stage:
    """A chooser with its session: asks as the pipeline does."""

    def __init__(self, *scenarios: Scenario, seed: int = 0, **script: Any) -> None:
        self.script = Script(**script)
        self.session = cast(Session, World(self.script))
        self.chooser = Chooser(cast(Library, Shelf(*scenarios)), seed)

    def plays(self, cookie: str | None = None, key: ApiKey | None = KEY) -> tuple[Play, ...]:
        headers = {} if cookie is None else {"cookie": cookie}
        return self.chooser.plays(self.session, key, Request("GET", "/things", "", headers))

    def ask(
        self,
        *,
        prefer: str = "",
        cookie: str | None = None,
        key: ApiKey | None = KEY,
        parameters: Mapping[str, Any] | None = None,
        operation: str = OPERATION,
    ) -> Choice | None:
        _, preference = preference_of(Request("GET", "/things", "", {"prefer": prefer} if prefer else {}))
        plays = self.plays(cookie, key)
        return self.chooser.choose(self.session, plays, preference, operation, parameters or {})

    def statuses(self, count: int, **asked: Any) -> list[int | None]:
        """Ask so often; None where the answer is the plain one."""
        found = [self.ask(**asked) for _ in range(count)]
        return [choice.answer.status if choice is not None else None for choice in found]


def cast_stage() -> Stage:
    """Everything at once: a scenario for the key, one in the cookie, one for all, and a rule."""
    stage = Stage(scenario("own", 501), scenario("cookie", 502), scenario("common", 503), rules=(rule(504),))
    stage.script.play("own", KEY.hash_id)
    stage.script.play("common")
    return stage


def test_where_nothing_is_played_the_answer_is_the_plain_one() -> None:
    assert Stage().ask() is None
    assert Stage().plays() == ()


def test_the_most_specific_goes_first() -> None:
    cookie = "mock_scenario=cookie"
    found = cast_stage().ask(prefer="code=500", cookie=cookie)
    assert found is not None
    assert (found.answer.status, found.by, found.preference) == (500, "prefer:code=500", "code=500")
    stranger = ApiKey("other", "member", True, 0.0)
    asked: list[tuple[str | None, ApiKey | None]] = [(cookie, KEY), (cookie, stranger), (None, stranger), (None, None)]
    found_by = [choice.by for one, key in asked if (choice := cast_stage().ask(cookie=one, key=key))]
    assert found_by == ["key:own/1", "cookie:cookie/1", "scenario:common/1", "scenario:common/1"]


def test_a_rule_of_the_session_comes_last() -> None:
    stage = Stage(rules=(rule(504, "7"),))
    found = stage.ask()
    assert found is not None
    assert (found.answer.status, found.by, found.preference) == (504, "rule:7", "")


def test_a_scenario_without_a_rule_for_the_request_leaves_it_to_the_next() -> None:
    stage = Stage(scenario("own", 501, operation="other"), scenario("common", 503))
    stage.script.play("own", KEY.hash_id)
    stage.script.play("common")
    assert stage.statuses(1) == [503]
    assert stage.statuses(1, operation="other") == [501]


def test_a_scenario_that_is_not_known_is_not_played() -> None:
    stage = Stage(scenario("own", 501))
    stage.script.play("gone")
    assert (stage.plays(), stage.ask()) == ((), None)


@pytest.mark.parametrize(
    "cookie, is_played",
    [
        ("mock_scenario=cookie", True),
        ("a=b; mock_scenario=cookie; c=d", True),
        ('mock_scenario="cookie"', True),
        ("mock_scenario=", False),
        ("mock_scenario=unknown", False),
        ("mock_scenario", False),
        ("other=mock_scenario", False),
        ("x_mock_scenario=cookie", False),
        ("Mock_Scenario=cookie", False),
        ("mock_scenario=cookie extra=1", True),
        ("", False),
        ("=;=;mock_scenario=\x00", False),
        # Python's parser gives up on a name that is none.
        ("mock_scenario=cookie; a/b=c", False),
    ],
)
def test_a_cookie_plays_a_scenario(cookie: str, is_played: bool) -> None:
    assert [play.by for play in Stage(scenario("cookie", 502)).plays(cookie)] == (["cookie"] if is_played else [])


@given(st.text(max_size=60))
def test_no_cookie_does_harm(cookie: str) -> None:
    stage = Stage(scenario("cookie", 502))
    assert len(stage.plays(cookie)) <= 1
    assert len(stage.plays(f"mock_scenario={cookie}")) <= 1


@pytest.mark.parametrize(
    "times, statuses",
    [(None, [500, 501, 502, 502, 502]), (1, [500, None, None, None, None]), (4, [500, 501, 502, 502, None])],
)
def test_answers_come_in_turn_and_the_last_one_stays(times: int | None, statuses: list[int | None]) -> None:
    answers = tuple(Answer(status=status) for status in (500, 501, 502))
    assert Stage(rules=(rule(answers=answers, times=times),)).statuses(5) == statuses


def test_a_rule_that_is_spent_makes_way_for_the_next() -> None:
    stage = Stage(rules=(rule(500, "1", times=2), rule(501, "2", times=1), rule(502, "3")))
    assert stage.statuses(5) == [500, 500, 501, 502, 502]


def test_a_request_that_a_rule_does_not_mean_takes_no_turn() -> None:
    stage = Stage(rules=(rule(500, times=1, parameters={"limit": 5}),))
    assert stage.statuses(2, parameters={"limit": 4}) == [None, None]
    assert stage.statuses(2, parameters={"limit": 5}) == [500, None]


def test_each_key_takes_turns_of_its_own_in_a_scenario() -> None:
    stage = Stage(scenario("common", 503, times=1), scenario="common")
    other = ApiKey("other", "member", True, 0.0)
    assert [stage.statuses(2), stage.statuses(2, key=other), stage.statuses(2, key=None)] == [[503, None]] * 3


def test_all_take_turns_together_in_a_rule() -> None:
    stage = Stage(rules=(rule(500, times=1),))
    assert stage.statuses(1) + stage.statuses(1, key=None) == [500, None]


@pytest.mark.parametrize("key_hash", ["", KEY.hash_id])
def test_a_scenario_that_is_played_again_begins_anew(key_hash: str) -> None:
    stage = Stage(scenario("flaky", 503, times=1))
    for _ in range(2):
        stage.script.play("flaky", key_hash)
        assert stage.statuses(2) == [503, None]


def test_a_preference_takes_no_turn() -> None:
    stage = Stage(rules=(rule(500, times=1),))
    assert stage.statuses(3, prefer="code=404") == [404] * 3
    assert stage.statuses(1) == [500]


@pytest.mark.parametrize("rate, least, most", [(0.0, 0, 0), (0.1, 50, 150), (0.5, 430, 570), (0.9, 850, 950)])
def test_a_rate_is_kept_in_the_long_run(rate: float, least: int, most: int) -> None:
    found = Stage(rules=(rule(rate=rate),)).statuses(1000)
    assert least <= found.count(500) <= most


def test_what_is_left_to_chance_is_the_same_for_a_seed() -> None:
    def drawn(seed: int) -> list[Choice | None]:
        stage = Stage(seed=seed, rules=(rule(rate=0.5),))
        return [stage.ask() for _ in range(50)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    chances = [choice.chance for choice in drawn(1) if choice]
    assert len(set(chances)) == len(chances)
    assert all(0 <= chance < 1 for chance in chances)


def test_a_request_that_the_rate_leaves_out_takes_no_answer() -> None:
    answers = tuple(Answer(status=status) for status in (500, 501, 502))
    found = [status for status in Stage(rules=(rule(answers=answers, rate=0.5),)).statuses(50) if status is not None]
    assert found[:3] == [500, 501, 502]
    assert set(found[3:]) == {502}


def test_the_chance_of_a_preference_follows_its_seed() -> None:
    found = [Stage().ask(prefer=f"delay=5, seed={seed}") for seed in (1, 1, 2)]
    chances = [choice.chance for choice in found if choice]
    assert chances[0] == chances[1] != chances[2]


Act = Callable[[Stage], object]


@pytest.mark.parametrize(
    "acts, limits",
    [
        ([], {}),
        ([lambda stage: stage.script.limit({"minute": 3, "day": 9})], {"minute": 3, "day": 9}),
        ([lambda stage: stage.script.play("common")], {"minute": 503}),
        (
            [lambda stage: stage.script.limit({"minute": 3, "day": 9}), lambda stage: stage.script.play("common")],
            {"minute": 503, "day": 9},
        ),
        (
            [lambda stage: stage.script.play("common"), lambda stage: stage.script.play("own", KEY.hash_id)],
            {"minute": 501},
        ),
    ],
    ids=["none", "session", "scenario", "both", "key first"],
)
def test_the_limits_of_the_most_specific_play_hold(acts: list[Act], limits: dict[str, int]) -> None:
    stage = Stage(scenario("own", 501), scenario("common", 503))
    for act in acts:
        act(stage)
    assert limits_of(stage.session, stage.plays()) == limits
