"""What is played in a session: scenarios by name, rules of its own, and how often each had its turn.

Holds names and rules, never the scenarios: those are the library's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import NamedTuple, Protocol

from mockserver.scenarios.models import Rule

MAX_RULES = 1000
MAX_CASTS = 10_000
MAX_TURNS = 100_000


class ScriptFull(Exception):
    """A session has as many rules, or keys with a scenario, as it may."""


class ScenarioAssignment(NamedTuple):
    """A scenario that is played for somebody.

    Attributes:
        scenario: its name; empty for none.
        serial: a number of its own, so that a scenario that is played again begins anew.
    """

    scenario: str
    serial: int


_NOBODY: Mapping[str, str] = MappingProxyType({})
#: Nothing is played.
NOTHING = ScenarioAssignment("", 0)


class RuleUsage(Protocol):
    """How often each rule had its turn: in this process, or shared between processes."""

    def take(self, name: str) -> int:
        """Count a turn, at once and exactly, and return how many there were before it."""
        ...

    def clear(self) -> None:
        """Begin anew."""
        ...


class MemoryTurns:
    """Turns in this process: exact under threads, bounded."""

    __slots__ = ("_counts", "_lock")

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, name: str) -> int:
        """Count a turn, and return how many there were before it."""
        with self._lock:
            turn = self._counts.pop(name, 0)
            self._counts[name] = turn + 1
            if len(self._counts) > MAX_TURNS:
                del self._counts[next(iter(self._counts))]
            return turn

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts.clear()


class RulesSnapshot(NamedTuple):
    """All of a script but the turns.

    Attributes:
        start: scenario, rules, casts that it returns to.
        serial: the last number that was given.
        cast: for everybody who has none of their own.
        casts: hash of a key → what is played for it.
        limits: name of a window → requests let through.
        rules: by priority, then by age.
    """

    start: tuple[str, tuple[Rule, ...], Mapping[str, str]]
    serial: int
    cast: ScenarioAssignment
    casts: Mapping[str, ScenarioAssignment]
    limits: Mapping[str, int]
    rules: tuple[Rule, ...]


class ActiveRules:
    """What one session plays. Reading takes no lock.

    Args:
        scenario: that the session starts with and returns to; empty plays none.
        rules: likewise.
        casts: hash of a key → scenario, likewise.
        turns: of every rule; in memory by default.
        lock: held while the script changes; one of its own by default.

    Attributes:
        cast: played for everybody who has none of their own.
        rules: by priority, then by age.
        limits: name of a window → requests let through, in place of the session's.
        turns: as given.
    """

    __slots__ = ("_casts", "_lock", "_serial", "_start", "cast", "limits", "rules", "turns")

    _casts: Mapping[str, ScenarioAssignment]
    limits: Mapping[str, int]
    rules: tuple[Rule, ...]

    def __init__(
        self,
        scenario: str = "",
        rules: tuple[Rule, ...] = (),
        casts: Mapping[str, str] = _NOBODY,
        turns: RuleUsage | None = None,
        lock: AbstractContextManager[object] | None = None,
    ) -> None:
        self._start = (scenario, rules, casts)
        self._lock = threading.Lock() if lock is None else lock
        self.turns = MemoryTurns() if turns is None else turns
        self._restart()

    def plays_scenario(self, key_hash: str) -> bool:
        """Whether a scenario is played for a key, its own or the session's."""
        return bool(self.cast.scenario) or key_hash in self._casts

    def cast_of(self, key_hash: str) -> ScenarioAssignment:
        """Return what is played for one key alone."""
        return self._casts.get(key_hash, NOTHING)

    @property
    def casts(self) -> Mapping[str, str]:
        """Hash of a key → scenario that is played for it."""
        return {key_hash: cast.scenario for key_hash, cast in self._casts.items()}

    def play(self, scenario: str, key_hash: str = "") -> None:
        """Play a scenario from its beginning.

        Args:
            scenario: its name; empty plays none.
            key_hash: for which key; empty for the whole session.

        Raises:
            ScriptFull: too many keys have a scenario.
        """
        with self._lock:
            cast = ScenarioAssignment(scenario, self._next())
            if not key_hash:
                self.cast = cast
            elif key_hash in self._casts or len(self._casts) < MAX_CASTS:
                self._casts = {**self._casts, key_hash: cast}
            else:
                raise ScriptFull(f"{MAX_CASTS} keys have a scenario of their own; reset the session")

    def limit(self, limits: Mapping[str, int]) -> None:
        """Let so many requests through in each window named, from now on."""
        with self._lock:
            self.limits = {**self.limits, **limits}

    def add(self, read: Callable[[str], Rule]) -> Rule:
        """Add a rule.

        Args:
            read: makes the rule from its id; what it raises is passed on.

        Raises:
            ScriptFull: there are too many.
        """
        with self._lock:
            if len(self.rules) >= MAX_RULES:
                raise ScriptFull(f"{MAX_RULES} rules are kept at most; delete some")
            rule = read(str(self._next()))
            self.rules = tuple(sorted((*self.rules, rule), key=lambda one: one.priority))
            return rule

    def remove(self, rule_id: str | None = None) -> int:
        """Remove a rule, or all for None; return how many were removed."""
        with self._lock:
            kept = tuple(rule for rule in self.rules if rule_id is not None and rule.id != rule_id)
            removed, self.rules = len(self.rules) - len(kept), kept
            return removed

    def clear(self) -> None:
        """Return to the start."""
        with self._lock:
            self._restart()
            self.turns.clear()

    @property
    def contents(self) -> RulesSnapshot:
        """All of it but the turns."""
        return RulesSnapshot(self._start, self._serial, self.cast, self._casts, self.limits, self.rules)

    def adopt(self, contents: RulesSnapshot) -> None:
        """Take over the contents of another script."""
        self._start, self._serial, self.cast, self._casts, self.limits, self.rules = contents

    def _restart(self) -> None:
        scenario, rules, casts = self._start
        self._serial = 0
        self.cast = ScenarioAssignment(scenario, self._next())
        self.rules = rules
        self.limits = {}
        self._casts = {key_hash: ScenarioAssignment(name, self._next()) for key_hash, name in casts.items()}

    def _next(self) -> int:
        self._serial += 1
        return self._serial
