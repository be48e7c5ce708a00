"""Whom a process shares its state with, as its configuration says.

May import `config` and, inside a function, `machine`, `link`, `network`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.config import Config
from mockserver.sharing.share import Share

if TYPE_CHECKING:
    from mockserver.sharing.machine import Bench


def share_of(config: Config, bench: Bench | None = None) -> Share | None:
    """Return what this process shares; None where it is alone.

    Args:
        config: names the Redis, if there is one.
        bench: of all workers of a server; None where there is one worker.

    Raises:
        ConfigInvalid: the Redis cannot be named so, or its client is not installed.
    """
    if config.state is not None:
        from mockserver.sharing.link import Link
        from mockserver.sharing.network import RedisShare

        return RedisShare(Link.to(config.state), goes_on_alone=config.state_failure == "local")
    if bench is not None:
        from mockserver.sharing.machine import MachineShare

        return MachineShare(bench)
    return None
