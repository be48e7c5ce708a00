"""A cache bounded by bytes, for answers that derive from immutable data."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")

#: What an entry costs beside its value: its key, its places in dict and queue.
ENTRY_BYTES = 200


class BoundedCache(Generic[Value]):
    """Values by key; the oldest go when there are too many bytes. Safe under threads.

    Reading takes no lock and changes nothing, which is why age counts and not
    use: what goes too early is worked out again.

    Args:
        max_bytes: most bytes of all values together.

    Attributes:
        find: key → value, or None.
    """

    __slots__ = ("_ages", "_bytes", "_lock", "_max_bytes", "_values", "find")

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._values: dict[Hashable, Value] = {}
        self._ages: deque[tuple[Hashable, int]] = deque()
        self._lock = threading.Lock()
        # The method of the dict itself: a page looks up each of its rows here.
        self.find: Callable[[Hashable], Value | None] = self._values.get

    def keep(self, key: Hashable, value: Value, size_bytes: int) -> Value:
        """Keep a value and return it, or the one that another thread has kept meanwhile.

        Args:
            key: what `find` will be asked for.
            value: never None.
            size_bytes: of the value; one larger than the whole cache is returned without being kept.
        """
        cost = size_bytes + ENTRY_BYTES
        if cost > self._max_bytes:
            return value
        with self._lock:
            if key in self._values:
                return self._values[key]
            self._values[key] = value
            self._ages.append((key, cost))
            self._bytes += cost
            while self._bytes > self._max_bytes:
                oldest, freed = self._ages.popleft()
                del self._values[oldest]
                self._bytes -= freed
        return value

    @property
    def size_bytes(self) -> int:
        """Bytes of everything kept."""
        return self._bytes
