"""What a process does by itself while the shared state is away."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mockserver.config import Config
from mockserver.errors import StateUnavailable
from mockserver.state.backends.create import FallbackCounters, FallbackTurns, create_backend
from mockserver.state.rate_limits import MemoryCounters
from mockserver.state.rules import MemoryTurns


class Shaky:
    """Counters and turns that can be away."""

    def __init__(self) -> None:
        self.is_away = False
        self._counters = MemoryCounters(1)
        self._turns = MemoryTurns()

    def hit(self, identity: str, numbers: tuple[int, ...]) -> Sequence[int]:
        self._look()
        return self._counters.hit(identity, numbers)

    def take(self, name: str) -> int:
        self._look()
        return self._turns.take(name)

    def clear(self) -> None:
        self._look()
        self._counters.clear()
        self._turns.clear()

    def _look(self) -> None:
        if self.is_away:
            raise StateUnavailable("away")


def test_a_process_counts_by_itself_and_then_with_the_others_again() -> None:
    shared = Shaky()
    counters = FallbackCounters(shared, MemoryCounters(1))

    def hits(is_away: bool) -> list[int]:
        shared.is_away = is_away
        return [counters.hit("a", (1,))[0] for _ in range(2)]

    assert [hits(False), hits(True), hits(False), hits(True)] == [[1, 2], [1, 2], [3, 4], [1, 2]]


def test_turns_go_on_alone() -> None:
    shared = Shaky()
    turns = FallbackTurns(shared, MemoryTurns())
    first = turns.take("a")
    shared.is_away = True
    assert [first, turns.take("a"), turns.take("a")] == [0, 0, 1]
    shared.is_away = False
    assert turns.take("a") == 1
    turns.clear()
    shared.is_away = True
    assert turns.take("a") == 0


def test_nothing_is_forgotten_while_the_others_cannot_be_told() -> None:
    shared = Shaky()
    shared.is_away = True
    for part in (FallbackCounters(shared, MemoryCounters(1)), FallbackTurns(shared, MemoryTurns())):
        with pytest.raises(StateUnavailable):
            part.clear()


@pytest.mark.parametrize("failure, alone", [("refuse", False), ("local", True)])
def test_the_configuration_says_whether_a_process_goes_on_alone(failure: str, alone: bool) -> None:
    share = create_backend(Config(state="redis://127.0.0.1:1/0", state_failure=failure))
    assert share is not None
    assert share.goes_on_alone is alone
    assert isinstance(share.counters("default", 2), FallbackCounters) is alone


def test_a_single_process_shares_with_nobody() -> None:
    assert create_backend(Config()) is None
