"""Whom a process shares its state with, as its configuration says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.config import Config
from mockserver.state.backend import Share

if TYPE_CHECKING:
    from mockserver.state.backends.shared_memory import Bench


def share_of(config: Config, bench: Bench | None = None) -> Share | None:
    """Return what this process shares; None where it is alone.

    Args:
        config: names the Redis, if there is one.
        bench: of all workers of a server; None where there is one worker.

    Raises:
        ConfigInvalid: the Redis cannot be named so, or its client is not installed.
    """
    if config.state is not None:
        from mockserver.state.backends.redis import RedisShare
        from mockserver.state.backends.redis_connection import Link

        return RedisShare(Link.to(config.state), goes_on_alone=config.state_failure == "local")
    if bench is not None:
        from mockserver.state.backends.shared_memory import MachineShare

        return MachineShare(bench)
    return None
