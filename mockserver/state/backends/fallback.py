"""What a process does by itself while the state that it shares is away.

What it counted meanwhile is forgotten when the state is back: the shared counts
are right for everybody.
"""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.errors import StateUnavailable
from mockserver.state.rate_limits import CounterStorage
from mockserver.state.rules import RuleUsage


class FallbackCounters:
    """Counters that are shared when they can be, else this process's own.

    Args:
        shared: with other processes.
        own: of this one.
    """

    __slots__ = ("_is_alone", "_own", "_shared")

    def __init__(self, shared: CounterStorage, own: CounterStorage) -> None:
        self._shared = shared
        self._own = own
        self._is_alone = False

    def hit(self, identity: str, numbers: tuple[int, ...]) -> Sequence[int]:
        """Count one request in every window; see `CounterStorage`."""
        try:
            counts = self._shared.hit(identity, numbers)
        except StateUnavailable:
            self._is_alone = True
            return self._own.hit(identity, numbers)
        if self._is_alone:
            self._is_alone = False
            self._own.clear()
        return counts

    def clear(self) -> None:
        """Forget every count."""
        self._shared.clear()
        self._own.clear()


class FallbackTurns:
    """Turns that are shared when they can be, else this process's own.

    Args:
        shared: with other processes.
        own: of this one.
    """

    __slots__ = ("_own", "_shared")

    def __init__(self, shared: RuleUsage, own: RuleUsage) -> None:
        self._shared = shared
        self._own = own

    def take(self, name: str) -> int:
        """Count a turn, and return how many there were before it."""
        try:
            return self._shared.take(name)
        except StateUnavailable:
            return self._own.take(name)

    def clear(self) -> None:
        """Begin anew."""
        self._shared.clear()
        self._own.clear()
