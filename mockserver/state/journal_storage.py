"""Where the exchanges of a journal are kept: in this process, or shared between processes."""

from __future__ import annotations

import threading
from collections import deque
from typing import Protocol

from oas.messages import Exchange


class JournalStorage(Protocol):
    """The latest exchanges, bounded by number and by what they count for; the oldest go first."""

    def put(self, size: int, exchange: Exchange) -> None:
        """Add the newest exchange, and drop the oldest ones that no longer fit.

        Args:
            size: bytes that it counts for, ≥ 1.
            exchange: redacted.
        """
        ...

    def kept(self) -> list[Exchange]:
        """List what is kept, the oldest first."""
        ...

    def clear(self) -> None:
        """Forget everything, the total too."""
        ...

    def resize(self, max_bytes: int) -> None:
        """Keep at most so many bytes from now on."""
        ...

    @property
    def total(self) -> int:
        """How many were put since the start or the last `clear`, kept or not."""
        ...

    @property
    def kept_bytes(self) -> int:
        """How many bytes the kept exchanges count for."""
        ...

    def __len__(self) -> int:
        """Return how many are kept."""
        ...


class MemoryShelf:
    """A shelf in this process.

    Args:
        max_entries: most exchanges kept, ≥ 1.
        max_bytes: most bytes that they count for together.
    """

    __slots__ = ("_bytes", "_entries", "_lock", "_max_bytes", "_max_entries", "_total")

    def __init__(self, max_entries: int, max_bytes: int) -> None:
        self._entries: deque[tuple[int, Exchange]] = deque()
        self._lock = threading.Lock()
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._bytes = 0
        self._total = 0

    def put(self, size: int, exchange: Exchange) -> None:
        """Add the newest exchange; see `JournalStorage`."""
        entries = self._entries
        with self._lock:
            self._total += 1
            entries.append((size, exchange))
            kept = self._bytes + size
            while kept > self._max_bytes or len(entries) > self._max_entries:
                kept -= entries.popleft()[0]
            self._bytes = kept

    def kept(self) -> list[Exchange]:
        """List what is kept, the oldest first."""
        with self._lock:
            return [exchange for _, exchange in self._entries]

    def clear(self) -> None:
        """Forget everything, the total too."""
        with self._lock:
            self._entries.clear()
            self._bytes = self._total = 0

    def resize(self, max_bytes: int) -> None:
        """Keep at most so many bytes from now on."""
        with self._lock:
            self._max_bytes = max_bytes
            while self._bytes > max_bytes:
                self._bytes -= self._entries.popleft()[0]

    @property
    def total(self) -> int:
        """How many were put since the start or the last `clear`, kept or not."""
        return self._total

    @property
    def kept_bytes(self) -> int:
        """How many bytes the kept exchanges count for."""
        return self._bytes

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._entries)
