"""The stage `choose`: which answer a valid request gets instead of the plain one.

Most specific first: what the request prefers, then the scenario of its key, of
its cookie, of its session, then the session's rules. The first that has a rule
for the request decides.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mockserver.pipeline.preferences import Preference
from mockserver.scenarios.models import ChosenAnswer, Rule, Scenario
from mockserver.scenarios.registry import ScenarioRegistry
from mockserver.state.keys import ApiKey
from mockserver.state.rules import RuleUsage
from mockserver.state.session import Session
from oas.messages import Request

COOKIE = "mock_scenario"


class ActiveScenario(NamedTuple):
    """A scenario that is played for one request.

    Attributes:
        scenario: its rules, world and limits.
        by: `key`, `cookie` or `scenario`.
        turns: name of the sequence in which its rules take turns; each key has one of its own.
    """

    scenario: Scenario
    by: str
    turns: str


class Chooser:
    """Chooses for the requests of one server.

    Args:
        library: scenarios by name.
        seed: of everything that is left to chance: same seed, same order of requests, same choices.

    Attributes:
        library: as given.
        seed: as given.
    """

    def __init__(self, library: ScenarioRegistry, seed: int) -> None:
        self.library = library
        self.seed = seed

    def plays(self, session: Session, key: ApiKey | None, request: Request) -> tuple[ActiveScenario, ...]:
        """Return what is played for a request, the most specific first; mostly nothing."""
        key_hash, cookie = key.hash_id if key is not None else "", request.headers.get("cookie")
        if cookie is None and not session.script.plays_scenario(key_hash):
            return ()
        return tuple(self._plays(session, key_hash, cookie))

    def _plays(self, session: Session, key_hash: str, cookie: str | None) -> Iterator[ActiveScenario]:
        script = session.script
        own, common = script.cast_of(key_hash), script.cast
        for name, by, serial in (
            (own.scenario, "key", own.serial),
            (_cookie(cookie), "cookie", 0),
            (common.scenario, "scenario", common.serial),
        ):
            scenario = self.library.playable(name) if name else None
            if scenario is not None:
                yield ActiveScenario(scenario, by, f"{by}{serial}:{key_hash}")

    def choose(
        self,
        session: Session,
        plays: tuple[ActiveScenario, ...],
        preference: Preference | None,
        operation: str,
        parameters: Mapping[str, Any],
    ) -> ChosenAnswer | None:
        """Choose an answer; None leaves the plain one.

        Args:
            session: of the request.
            plays: as of `plays`.
            preference: of the request.
            operation: operationId.
            parameters: of the valid request, by name.
        """
        if preference is not None:
            return ChosenAnswer(preference.answer, f"prefer:{preference.words}", preference=preference.words)
        turns = session.script.turns
        for play in plays:
            choice = self._first(play.scenario.rules, play.by, f"{play.turns}:", turns, (operation, parameters))
            if choice is not None:
                return choice
        return self._first(session.script.rules, "rule", "", turns, (operation, parameters))

    def _first(
        self, rules: tuple[Rule, ...], by: str, prefix: str, turns: RuleUsage, asked: tuple[str, Mapping[str, Any]]
    ) -> ChosenAnswer | None:
        for rule in rules:
            if not rule.matches(*asked):
                continue
            name = f"{prefix}{rule.id}"
            if rule.rate < 1 and self._chance(f"rate {name} {turns.take(f'{name}?')}") >= rule.rate:
                continue
            turn = turns.take(name)
            if rule.times is not None and turn >= rule.times:
                continue
            answer = rule.answers[min(turn, len(rule.answers) - 1)]
            return ChosenAnswer(answer, f"{by}:{rule.id}", self._chance(f"{name} {turn}"))
        return None

    def _chance(self, name: str) -> float:
        return random.Random(f"{self.seed} {name}").random()


def _cookie(header: str | None) -> str:
    """Return the scenario of a `Cookie` header, whatever other cookies it holds. Source: RFC 6265 §4.2.1."""
    pairs = (part.strip().partition("=") for part in (header or "").split(";"))
    return next((value.strip('"') for name, _, value in pairs if name == COOKIE), "")


def limits_of(session: Session, plays: tuple[ActiveScenario, ...]) -> Mapping[str, int]:
    """Return the limits that are played: name of a window → requests let through."""
    limits = dict(session.script.limits)
    for play in reversed(plays):
        limits.update(play.scenario.limits)
    return limits
