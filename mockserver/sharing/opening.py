"""Whom a process shares its state with, as its configuration says.

May import `config`, `machine` and `redis`'s modules, inside functions.
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
    """
    if bench is not None:
        from mockserver.sharing.machine import MachineShare

        return MachineShare(bench)
    return None
