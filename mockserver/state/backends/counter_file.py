"""Counters in memory that the processes of one machine share, found by name.

The memory is a list of cells that only grows. Each process keeps an index of its
own, from names to cells, and reads on where it stopped whenever a name is missing:
so a hit costs a look-up and two moves of eight bytes. When the list is full it is
written anew with what is worth keeping, under another generation, and every process
builds its index again. All methods expect the lock to be held, which is not theirs.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Container
from hashlib import blake2b
from pathlib import Path
from struct import Struct

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
