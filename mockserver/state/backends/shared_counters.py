"""Limits and turns counted by all workers of one machine together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mockserver.state.backend import Seen, StaleRevision
from mockserver.state.backends.counter_file import CAPACITY, CounterFile
from mockserver.state.backends.process_lock import ProcessLock
from mockserver.state.rate_limits import OVERFLOW

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
