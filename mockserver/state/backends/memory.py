"""A state that is shared with nobody: everything in this process."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager

from mockserver.state.events import Feed
from mockserver.state.journal_storage import MemoryShelf, Shelf
from mockserver.state.rate_limits import Counters, MemoryCounters
from mockserver.state.rules import MemoryTurns, Turns


class MemoryParts:
    """What changes with each request, in memory; see `share.Parts`."""

    def counters(self, session: str, windows: int) -> Counters:
        """Return new counters."""
        return MemoryCounters(windows)

    def turns(self, session: str) -> Turns:
        """Return new turns."""
        return MemoryTurns()

    def shelf(self, session: str, max_entries: int, max_bytes: int) -> Shelf:
        """Return a new shelf."""
        return MemoryShelf(max_entries, max_bytes)

    def feed(self, shelf: Shelf) -> Feed:
        """Return a new feed."""
        return Feed()

    def forget(self, session: str) -> None:
        """Leave it to the session, with which its parts end."""


class AloneWorld:
    """What changes rarely, where there is nobody to be told; see `world.SharedWorld`."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def open(self) -> None:
        """There is nothing to take over."""

    def refresh(self) -> None:
        """There is nothing to take over."""

    def lock_of(self, name: str) -> AbstractContextManager[object]:
        """Return what is held while a session changes, here the same for all."""
        return self._lock
