"""Limits and turns counted by all workers of one machine together."""

from __future__ import annotations

import mmap
import os
from collections.abc import Container, Sequence
from hashlib import blake2b
from pathlib import Path
from struct import Struct

from mockserver.state.backend import Seen, StaleRevision
from mockserver.state.backends.process_lock import ProcessLock
from mockserver.state.rate_limits import OVERFLOW

#: Most counters of a file: two windows of 24,000 identities, and what they leave of earlier windows.
CAPACITY = 1 << 16
#: Cells that `find` leaves to those who ask for them.
RESERVE = 64

# Words of 8 bytes: generation, number of cells, …; then cells of 2 words of name, its tag, its count.
_HEAD = 8
_CELL = 4
_GENERATION, _LENGTH = 0, 1
_NAME = Struct("<qq")


class CounterFile:
    """The counters of one file.

    Args:
        path: of the file; made where there is none. A new file holds no counters.
        capacity: most counters, > `RESERVE`; the same for every process.

    Attributes:
        words: the memory; `words[offset]` is a count.
    """

    __slots__ = ("_capacity", "_generation", "_index", "_length", "words")

    def __init__(self, path: Path, capacity: int = CAPACITY) -> None:
        self.words = map_file(path, (_HEAD + capacity * _CELL) * 8).cast("q")
        self._capacity = capacity
        self._index: dict[tuple[int, int], int] = {}
        self._generation = -1
        self._length = 0

    @property
    def generation(self) -> int:
        """Changes when offsets no longer hold."""
        return self.words[_GENERATION]

    def find(self, name: str, tag: int = 0, *, reserved: bool = False) -> int | None:
        """Return the offset of a counter, a new one where there is none; None where all cells are taken.

        Args:
            name: of the counter.
            tag: what it belongs to, for `compact`.
            reserved: take a cell of the reserve.
        """
        digest = _NAME.unpack(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=_NAME.size).digest())
        self._read_on()
        offset = self._index.get(digest)
        if offset is None:
            if self._length >= self._capacity - (0 if reserved else RESERVE):
                return None
            offset = self._append(digest, tag)
        return offset

    def compact(self, tags: Container[int]) -> None:
        """Keep the counters of some tags, and of the others the newest, up to half of what there is room for."""
        self._read_on()
        words = self.words
        cells = [tuple(words[at : at + _CELL]) for at in range(_HEAD, _HEAD + self._length * _CELL, _CELL)]
        chosen = sum(cell[2] in tags for cell in cells)
        spare = max((self._capacity - RESERVE) // 2 - chosen, 0)
        others = [cell for cell in cells if cell[2] not in tags]
        kept = [*others[max(len(others) - spare, 0) :], *(cell for cell in cells if cell[2] in tags)]
        for position, cell in enumerate(kept):
            for word, value in enumerate(cell):
                words[_HEAD + position * _CELL + word] = value
        self._begin(len(kept))

    def clear(self) -> None:
        """Forget every counter."""
        self._begin(0)

    def _begin(self, length: int) -> None:
        self.words[_LENGTH] = length
        self.words[_GENERATION] += 1

    def _read_on(self) -> None:
        words = self.words
        if self._generation != words[_GENERATION]:
            self._generation, self._length = words[_GENERATION], 0
            self._index.clear()
        for at in range(_HEAD + self._length * _CELL, _HEAD + words[_LENGTH] * _CELL, _CELL):
            self._index[(words[at], words[at + 1])] = at + 3
        self._length = words[_LENGTH]

    def _append(self, digest: tuple[int, ...], tag: int) -> int:
        words, at = self.words, _HEAD + self._length * _CELL
        words[at], words[at + 1], words[at + 2], words[at + 3] = *digest, tag, 0
        self._index[(digest[0], digest[1])] = at + 3
        # Last: a process that is killed before leaves no half of a cell.
        self._length = words[_LENGTH] = self._length + 1
        return at + 3


def map_file(path: Path, size: int) -> memoryview:
    """Return the bytes of a file as memory that every process shares who maps it.

    Args:
        path: made where there is none, all of it zeros, which take no room until they are written.
        size: in bytes.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    try:
        if os.fstat(descriptor).st_size < size:
            os.ftruncate(descriptor, size)
        return memoryview(mmap.mmap(descriptor, size))
    finally:
        os.close(descriptor)


#: Identities whose counters a process remembers without looking them up.
MAX_REMEMBERED = CAPACITY


class MachineCounters:
    """Counters (`mockserver.state.rate_limits`) in memory that processes share: exact, and bounded whatever is tried.

    When there are too many counters, those of other windows than the current
    ones are forgotten, the oldest first; identities beyond the bound are counted
    as one, which lets nobody exceed a limit.

    Args:
        cells: where the counts are, of this session alone.
        lock: between the processes.
        stamp: one word of shared memory that changes with every change of the shared state.
        seen: what this process has seen of them.
    """

    __slots__ = ("_cells", "_generation", "_lock", "_numbers", "_offsets", "_seen", "_stamp")

    def __init__(self, cells: CounterFile, lock: ProcessLock, stamp: memoryview, seen: Seen) -> None:
        self._cells = cells
        self._lock = lock
        self._stamp = stamp
        self._seen = seen
        self._generation = -1
        self._numbers: tuple[int, ...] | None = None
        self._offsets: dict[str, tuple[int, ...]] = {}

    def hit(self, identity: str, numbers: tuple[int, ...]) -> Sequence[int]:
        """Count one request in every window; see `Counters`.

        Raises:
            StaleRevision: nothing was counted.
            StateUnavailable: the lock was lost.
        """
        words, counts = self._cells.words, []
        with self._lock:
            if self._stamp[0] != self._seen.token:
                raise StaleRevision
            if numbers != self._numbers or self._generation != self._cells.generation:
                self._turn(numbers)
            offsets = self._offsets.get(identity)
            if offsets is None:
                offsets = self._remember(identity, numbers)
            for offset in offsets:
                words[offset] = count = words[offset] + 1
                counts.append(count)
        return counts

    def clear(self) -> None:
        """Forget every count."""
        with self._lock:
            self._cells.clear()

    def _turn(self, numbers: tuple[int, ...]) -> None:
        self._numbers, self._generation = numbers, self._cells.generation
        self._offsets.clear()

    def _remember(self, identity: str, numbers: tuple[int, ...]) -> tuple[int, ...]:
        if len(self._offsets) >= MAX_REMEMBERED:
            self._offsets.clear()
        offsets = self._find(identity, numbers)
        if offsets is None:
            self._cells.compact({_tag(*one) for one in enumerate(numbers)})
            self._turn(numbers)
            offsets = self._find(identity, numbers) or self._find(OVERFLOW, numbers, reserved=True)
        assert offsets is not None
        self._offsets[identity] = offsets
        return offsets

    def _find(self, identity: str, numbers: tuple[int, ...], *, reserved: bool = False) -> tuple[int, ...] | None:
        """Return the counter of each window; None where there is no room for one."""
        found = []
        for position, number in enumerate(numbers):
            name, tag = f"{position}:{number}:{identity}", _tag(position, number)
            offset = self._cells.find(name, tag, reserved=reserved)
            if offset is None:
                return None
            found.append(offset)
        return tuple(found)


class MachineTurns:
    """Turns (`mockserver.state.rules`) in memory that processes share. Its file is made when the first turn is taken.

    Args:
        path: of the file.
        lock: between the processes.
    """

    __slots__ = ("_cells", "_lock", "_path")

    def __init__(self, path: Path, lock: ProcessLock) -> None:
        self._path = path
        self._lock = lock
        self._cells: CounterFile | None = None

    def take(self, name: str) -> int:
        """Count a turn, and return how many there were before it."""
        with self._lock:
            cells = self._opened()
            offset = cells.find(name)
            if offset is None:
                cells.compact(())
                offset = cells.find(name)
                assert offset is not None
            turn = cells.words[offset]
            cells.words[offset] = turn + 1
            return turn

    def clear(self) -> None:
        """Begin anew."""
        if self._path.exists():
            with self._lock:
                self._opened().clear()

    def _opened(self) -> CounterFile:
        if self._cells is None:
            self._cells = CounterFile(self._path)
        return self._cells


def _tag(position: int, number: int) -> int:
    """Return what the counters of one window have in common; windows are few."""
    return number << 8 | position
