"""Limits and turns of all workers: what one process would count, exactly."""

from __future__ import annotations

import multiprocessing
import threading
import time
from itertools import cycle
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from mockserver.state.backend import Seen, StaleRevision
from mockserver.state.backends.process_lock import ProcessLock
from mockserver.state.backends.shared_counters import RESERVE, CounterFile, MachineCounters, MachineTurns, map_file
from mockserver.state.backends.shared_memory import SharedMemoryHandle
from mockserver.state.rate_limits import MemoryCounters
from mockserver.state.rules import MemoryTurns


def seen(token: object = 0) -> Seen:
    made = Seen()
    made.token = token
    return made


def counters(bench: SharedMemoryHandle, capacity: int = 1000) -> MachineCounters:
    stamp = map_file(bench.folder / "stamp", 8).cast("q")
    return MachineCounters(CounterFile(bench.folder / "cells", capacity), bench.lock, stamp, seen())


class LikeMemory(RuleBasedStateMachine):
    """Counters and turns of two workers beside those of one process."""

    @initialize()
    def start(self) -> None:
        """Begin with nothing."""
        self.folder = TemporaryDirectory()
        bench = SharedMemoryHandle(Path(self.folder.name), ProcessLock())
        self.workers = [counters(bench) for _ in range(2)]
        self.model = MemoryCounters(2)
        self.turns = [MachineTurns(bench.folder / "turns", bench.lock) for _ in range(2)]
        self.turns_model = MemoryTurns()

    @rule(worker=st.integers(0, 1), identity=st.sampled_from("abc"), minute=st.integers(-1, 2), day=st.integers(0, 1))
    def hit(self, worker: int, identity: str, minute: int, day: int) -> None:
        """Count in one worker what the model counts, too."""
        assert self.workers[worker].hit(identity, (minute, day)) == self.model.hit(identity, (minute, day))

    @rule(worker=st.integers(0, 1), name=st.sampled_from("xy"))
    def take(self, worker: int, name: str) -> None:
        """Take a turn."""
        assert self.turns[worker].take(name) == self.turns_model.take(name)

    @rule(worker=st.integers(0, 1))
    def clear(self, worker: int) -> None:
        """Forget every count, and every turn."""
        self.workers[worker].clear()
        self.model.clear()
        self.turns[worker].clear()
        self.turns_model.clear()

    def teardown(self) -> None:
        """Remove the files."""
        if hasattr(self, "folder"):
            self.workers.clear()
            self.folder.cleanup()


TestLikeMemory = LikeMemory.TestCase
TestLikeMemory.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)


def test_a_change_that_was_not_seen_is_not_counted_by(bench: SharedMemoryHandle) -> None:
    stamp = map_file(bench.folder / "stamp", 8).cast("q")
    eyes = seen()
    made = MachineCounters(CounterFile(bench.folder / "cells"), bench.lock, stamp, eyes)
    made.hit("a", (1,))
    stamp[0] += 1
    with pytest.raises(StaleRevision):
        made.hit("a", (1,))
    eyes.token = 1
    assert made.hit("a", (1,)) == [2]


def test_identities_without_room_are_counted_as_one(bench: SharedMemoryHandle) -> None:
    one, other = (counters(bench, RESERVE + 4) for _ in range(2))
    known = [one.hit(name, (5, 1)) for name in ("a", "b")]
    strange = [worker.hit(f"s{number}", (5, 1)) for number, worker in zip(range(6), cycle([one, other]), strict=False)]
    assert (known, strange) == ([[1, 1]] * 2, [[number] * 2 for number in range(1, 7)])
    assert other.hit("a", (5, 1)) == [2, 2]


def test_earlier_windows_make_room_for_the_current_one(bench: SharedMemoryHandle) -> None:
    one, other = (counters(bench, RESERVE + 20) for _ in range(2))
    for number in range(200):
        worker = (one, other)[number % 2]
        assert [worker.hit("a", (number,)), worker.hit("b", (number,))] == [[1], [1]]
    assert [other.hit("a", (199,)), one.hit("a", (198,))] == [[2], [2]]


def test_turns_forget_the_oldest_names_when_there_are_too_many(
    bench: SharedMemoryHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = MachineTurns(bench.folder / "turns", bench.lock)
    turns._cells = CounterFile(bench.folder / "turns", RESERVE + 10)
    assert [turns.take(str(number)) for number in range(11)] == [0] * 11
    assert turns.take("10") == 1


def test_turns_that_nobody_took_make_no_file(bench: SharedMemoryHandle) -> None:
    turns = MachineTurns(bench.folder / "turns", bench.lock)
    turns.clear()
    assert list(bench.folder.iterdir()) == []


LIMIT, PROCESSES, THREADS = 2000, 4, 3


class Yielding:
    """Memory that lets others run whenever a word was read."""

    def __init__(self, words: memoryview[int]) -> None:
        self._words = words

    def __getitem__(self, at: int) -> int:
        word = self._words[at]
        time.sleep(0)
        return word

    def __setitem__(self, at: int, word: int) -> None:
        self._words[at] = word


def race(bench: SharedMemoryHandle, begin: Barrier, results: multiprocessing.Queue[list[int]]) -> None:
    """Count from several threads of this process until the limit is reached."""
    made = counters(bench)
    made._cells.words = Yielding(made._cells.words)  # type: ignore[assignment]
    passed: list[int] = []

    def run() -> None:
        mine = []
        while (count := made.hit("key", (7,))[0]) <= LIMIT:
            mine.append(count)
        passed.extend(mine)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    begin.wait(60)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(passed)


@pytest.mark.slow
def test_racing_processes_and_threads_let_exactly_the_limit_through(bench: SharedMemoryHandle) -> None:
    begin = multiprocessing.Barrier(PROCESSES)
    results: multiprocessing.Queue[list[int]] = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=race, args=(bench, begin, results)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    passed = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(60)
    assert sorted(count for counts in passed for count in counts) == list(range(1, LIMIT + 1))
    assert sum(map(bool, passed)) > 1, "one process was through before another began"
