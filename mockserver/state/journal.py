"""The journal: the latest exchanges of a session, bounded by number and by bytes.

The last stage of the pipeline records, the control API reads, by the shape in
`wiremock`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from mockserver.state.events import Event, EventBus
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


#: What one entry costs beside its bodies and request headers: the records, and the answer's own short headers.
ENTRY_BYTES = 2048
#: What is left of each body of an exchange that would push too many others out.
CUT_BYTES = 4096


class Journal:
    """The latest exchanges, the oldest dropped first.

    Args:
        max_entries: most exchanges kept, ≥ 1.
        max_bytes: most bytes of bodies and headers kept. The bodies of an
            exchange that alone is larger than a quarter of it are cut.
        shelf: where they are kept, made for these bounds; in memory by default.
        feed: of the shelf; by default one that receives what this process records.

    Attributes:
        feed: tells readers of each new exchange (`request`) and of `cleared`.
    """

    __slots__ = ("_max_bytes", "_shelf", "feed")

    def __init__(
        self,
        max_entries: int = 1000,
        max_bytes: int = 16 << 20,
        shelf: JournalStorage | None = None,
        feed: EventBus | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        self._shelf: JournalStorage = MemoryShelf(max_entries, max_bytes) if shelf is None else shelf
        self.feed = EventBus() if feed is None else feed

    def record(self, exchange: Exchange) -> None:
        """Add the newest exchange, and drop the oldest ones that no longer fit."""
        size = _bytes_of(exchange)
        if size * 4 > self._max_bytes:
            exchange = _cut(exchange)
            size = _bytes_of(exchange)
        self._shelf.put(size, exchange)
        if self.feed.readers:
            self.feed.publish(Event("request", exchange))

    def entries(
        self,
        *,
        since: float | None = None,
        operation: str | None = None,
        status: int | None = None,
        key_hash: str | None = None,
        limit: int | None = None,
    ) -> list[Exchange]:
        """List the kept exchanges that match everything given, the newest first.

        Args:
            since: earliest moment of arrival, seconds since the epoch on the mock's clock.
            operation: operationId.
            status: of the answer.
            key_hash: short hash of the key.
            limit: most exchanges returned, ≥ 0.
        """
        found = [
            exchange
            for exchange in reversed(self._shelf.kept())
            if (since is None or exchange.at >= since)
            and (operation is None or exchange.operation_id == operation)
            and (status is None or exchange.response.status == status)
            and (key_hash is None or exchange.key_hash == key_hash)
        ]
        return found[:limit]

    def get(self, exchange_id: str) -> Exchange | None:
        """Return a kept exchange by its id, or None."""
        return next((exchange for exchange in self._shelf.kept() if exchange.id == exchange_id), None)

    def clear(self) -> None:
        """Forget everything, the total too."""
        self._shelf.clear()
        self.feed.publish(Event("cleared"))

    def resize(self, max_bytes: int) -> None:
        """Keep at most so many bytes from now on."""
        self._max_bytes = max_bytes
        self._shelf.resize(max_bytes)

    @property
    def total(self) -> int:
        """How many exchanges were recorded since the start or the last `clear`, kept or not."""
        return self._shelf.total

    @property
    def kept_bytes(self) -> int:
        """How many bytes the kept exchanges count for."""
        return self._shelf.kept_bytes

    def __len__(self) -> int:
        """Return how many exchanges are kept."""
        return len(self._shelf)


def _bytes_of(exchange: Exchange) -> int:
    """Return what an exchange counts for; exact in what a client decides, a constant for the rest."""
    request, response = exchange.request, exchange.response
    headers = request.headers
    # One join costs half of adding up twenty lengths.
    size = ENTRY_BYTES + len(request.body) + len(response.body) + len("".join((*headers, *headers.values())))
    size += len(request.path) + len(request.query)
    if exchange.violations:
        size += sum(len(item.pointer) + len(item.message) for item in exchange.violations)
        size += sum(len(value) for _, value in response.headers)
    return size


def _cut(exchange: Exchange) -> Exchange:
    """Shorten the bodies of an exchange, and everything else of it that a client can make long."""
    request, response = exchange.request, exchange.response
    return replace(
        exchange,
        request=replace(
            request,
            path=request.path[:CUT_BYTES],
            query=request.query[:CUT_BYTES],
            headers=_cut_headers(request.headers),
            body=_cut_body(request.body),
        ),
        response=replace(response, body=_cut_body(response.body)),
        violations=tuple(
            replace(item, pointer=item.pointer[:400], message=item.message[:400]) for item in exchange.violations[:20]
        ),
    )


def _cut_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name[:80]: value[:400] for name, value in list(headers.items())[:50]}


def _cut_body(body: bytes) -> bytes:
    if len(body) <= CUT_BYTES:
        return body
    return body[:CUT_BYTES] + f"\n[cut by the journal: {CUT_BYTES} of {len(body)} bytes kept]".encode()
