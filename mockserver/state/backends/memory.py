"""A state that is shared with nobody: everything in this process."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager

from mockserver.state.events import EventBus
from mockserver.state.journal import JournalStorage, MemoryShelf
from mockserver.state.rate_limits import CounterStorage, MemoryCounters
from mockserver.state.rules import MemoryTurns, RuleUsage


class MemoryParts:
    """What changes with each request, in memory; see `share.Parts`."""

    def counters(self, session: str, windows: int) -> CounterStorage:
        """Return new counters."""
        return MemoryCounters(windows)

    def turns(self, session: str) -> RuleUsage:
        """Return new turns."""
        return MemoryTurns()

    def shelf(self, session: str, max_entries: int, max_bytes: int) -> JournalStorage:
        """Return a new shelf."""
        return MemoryShelf(max_entries, max_bytes)

    def feed(self, shelf: JournalStorage) -> EventBus:
        """Return a new feed."""
        return EventBus()

    def forget(self, session: str) -> None:
        """Leave it to the session, with which its parts end."""


class NoReplication:
    """State that changes rarely, without other processes to tell; see `SessionReplicator`."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def open(self) -> None:
        """There is nothing to take over."""

    def refresh(self) -> None:
        """There is nothing to take over."""

    def lock_of(self, name: str) -> AbstractContextManager[object]:
        """Return what is held while a session changes, here the same for all."""
        return self._lock
