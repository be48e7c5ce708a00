"""Whom a process shares its state with, as its configuration says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.config import Config
from mockserver.state.backend import Backend

if TYPE_CHECKING:
    from mockserver.state.backends.shared_memory import SharedMemoryHandle


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
