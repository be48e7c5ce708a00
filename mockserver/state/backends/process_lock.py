"""A lock between the processes of one machine, held for microseconds."""

from __future__ import annotations

import multiprocessing
from types import TracebackType

from mockserver.errors import StateUnavailable

#: Nobody holds it for longer, unless a process was killed in that microsecond.
TIMEOUT_S = 5.0


class ProcessLock:
    """A semaphore of the system: a free one is taken without a system call, and without letting another thread run.

    Made before the processes that use it, and given to them when they start.
    Of file locks and of SQLite's, each costs system calls, during which the
    interpreter lets another thread run while the lock is held.
    """

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = multiprocessing.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(True, TIMEOUT_S):
            raise StateUnavailable("another worker ended while it held the shared state; restart the server")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lock.release()
