"""Whom a process shares its state with, as its configuration says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mockserver.config import Config
from mockserver.errors import StateUnavailable
from mockserver.state.backend import Backend
from mockserver.state.rate_limits import CounterStorage
from mockserver.state.rules import RuleUsage

if TYPE_CHECKING:
    from mockserver.state.backends.shared_memory import SharedMemoryHandle


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


def create_backend(config: Config, bench: SharedMemoryHandle | None = None) -> Backend | None:
    """Return what this process shares; None where it is alone.

    Args:
        config: names the Redis, if there is one.
        bench: of all workers of a server; None where there is one worker.

    Raises:
        ConfigInvalid: the Redis cannot be named so, or its client is not installed.
    """
    if config.state is not None:
        from mockserver.state.backends.redis import RedisBackend
        from mockserver.state.backends.redis_connection import RedisConnection

        return RedisBackend(RedisConnection.to(config.state), goes_on_alone=config.state_failure == "local")
    if bench is not None:
        from mockserver.state.backends.shared_memory import SharedMemoryBackend

        return SharedMemoryBackend(bench)
    return None
