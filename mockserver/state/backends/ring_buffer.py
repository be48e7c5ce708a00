"""The journal of a session in memory that the processes of one machine share: a ring of bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from struct import Struct

from mockserver.state.backends.codec import from_bytes, to_bytes
from mockserver.state.backends.process_lock import ProcessLock
from mockserver.state.backends.shared_counters import map_file
from oas.messages import Exchange

# Words of 8 bytes. Positions count all bytes ever written; where they lie is their remainder.
_END, _START, _ENTRIES, _BYTES, _TOTAL = range(5)
_HEAD_BYTES = 64
#: Before each exchange: how long it is here, and what it counts for.
_PREFIX = Struct("<qq")


class RingBuffer:
    """A shelf (`mockserver.state.journal`) of which every process on the machine sees the same exchanges.

    Args:
        path: of the file.
        lock: between the processes.
        max_entries: most exchanges kept, ≥ 1.
        max_bytes: most bytes that they count for, and room that they have.
    """

    __slots__ = ("_capacity", "_lock", "_max_bytes", "_max_entries", "_ring", "_words")

    def __init__(self, path: Path, lock: ProcessLock, max_entries: int, max_bytes: int) -> None:
        memory = map_file(path, _HEAD_BYTES + max_bytes)
        self._words = memory[:_HEAD_BYTES].cast("q")
        self._ring = memory[_HEAD_BYTES:]
        self._capacity = max_bytes
        self._lock = lock
        self._max_entries = max_entries
        self._max_bytes = max_bytes

    def put(self, size: int, exchange: Exchange) -> None:
        """Add the newest exchange; see `Shelf`."""
        data = to_bytes(exchange)
        record = _PREFIX.pack(len(data), size) + data
        words = self._words
        with self._lock:
            words[_TOTAL] += 1
            self._make_room(len(record), size)
            if size > self._max_bytes or len(record) > self._capacity:
                return
            self._write(words[_END], record)
            words[_ENTRIES] += 1
            words[_BYTES] += size
            # Last: a process that is killed before leaves no half of an exchange.
            words[_END] += len(record)

    def kept(self) -> list[Exchange]:
        """List what is kept, the oldest first. The copy is taken without the lock, so that nobody waits for it."""
        words = self._words
        with self._lock:
            start, end = words[_START], words[_END]
        data = self._read(start, end - start)
        with self._lock:
            written_over = words[_START] - start
        return [from_bytes(record) for record in _records(data, written_over)]

    def clear(self) -> None:
        """Forget everything, the total too."""
        with self._lock:
            words = self._words
            words[_START] = words[_END]
            words[_ENTRIES] = words[_BYTES] = words[_TOTAL] = 0

    def resize(self, max_bytes: int) -> None:
        """Keep at most so many bytes from now on; never more than at the start."""
        self._max_bytes = min(max_bytes, self._capacity)
        with self._lock:
            self._make_room(0, 0)

    @property
    def total(self) -> int:
        """How many were put since the start or the last `clear`, kept or not."""
        return self._words[_TOTAL]

    @property
    def kept_bytes(self) -> int:
        """How many bytes the kept exchanges count for."""
        return self._words[_BYTES]

    def __len__(self) -> int:
        """Return how many are kept."""
        return self._words[_ENTRIES]

    def _make_room(self, length: int, size: int) -> None:
        """Drop the oldest until one more of this length and size fits; of length 0, until what is there fits."""
        words, more = self._words, 1 if length else 0
        while words[_ENTRIES] and (
            words[_BYTES] + size > self._max_bytes
            or words[_ENTRIES] + more > self._max_entries
            or words[_END] + length - words[_START] > self._capacity
        ):
            dropped_length, dropped_size = _PREFIX.unpack(self._read(words[_START], _PREFIX.size))
            words[_START] += _PREFIX.size + dropped_length
            words[_ENTRIES] -= 1
            words[_BYTES] -= dropped_size

    def _write(self, position: int, data: bytes) -> None:
        at = position % self._capacity
        first = self._capacity - at
        self._ring[at : at + len(data)] = data[:first]
        if first < len(data):
            self._ring[: len(data) - first] = data[first:]

    def _read(self, position: int, length: int) -> bytes:
        at = position % self._capacity
        first = min(length, self._capacity - at)
        return b"".join((self._ring[at : at + first], self._ring[: length - first]))


def _records(data: bytes, at: int) -> Iterator[bytes]:
    while at < len(data):
        begin = at + _PREFIX.size
        length, _ = _PREFIX.unpack_from(data, at)
        yield data[begin : begin + length]
        at = begin + length
