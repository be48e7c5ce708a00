"""The journal in shared memory: what one process would keep, seen by all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mockserver.state.backends.process_lock import ProcessLock
from mockserver.state.backends.ring_buffer import RingBuffer
from mockserver.state.journal import JournalStorage, MemoryShelf
from oas.messages import Exchange, Request, Response

MakeExchange = Callable[..., Exchange]


class LikeMemory(RuleBasedStateMachine):
    """The shelves of two workers beside that of one process."""

    @initialize()
    def start(self) -> None:
        """Begin with nothing; a size counts for more than the bytes, as in the journal."""
        self.folder = TemporaryDirectory()
        lock = ProcessLock()
        self.workers = [RingBuffer(Path(self.folder.name, "ring"), lock, 5, 4000) for _ in range(2)]
        self.model = MemoryShelf(5, 4000)

    def all(self) -> list[JournalStorage]:
        """List the shelves, that of the model last."""
        return [*self.workers, self.model]

    @rule(worker=st.integers(0, 1), number=st.integers(0, 999), size=st.integers(0, 3700))
    def put(self, worker: int, number: int, size: int) -> None:
        """Put an exchange."""
        exchange = Exchange(str(number), 0.0, 0.1, None, "", Request("GET", "/"), Response(200, (), b"x" * size))
        for shelf in (self.workers[worker], self.model):
            shelf.put(size + 300, exchange)

    @rule(worker=st.integers(0, 1))
    def clear(self, worker: int) -> None:
        """Forget everything."""
        self.workers[worker].clear()
        self.model.clear()

    @rule(max_bytes=st.sampled_from([500, 2000, 4000]))
    def resize(self, max_bytes: int) -> None:
        """Change the bound, as every worker does."""
        for shelf in self.all():
            shelf.resize(max_bytes)

    @invariant()
    def same(self) -> None:
        """All see the same."""
        if hasattr(self, "model"):
            facts = [(one.kept(), len(one), one.kept_bytes, one.total) for one in self.all()]
            assert facts[0] == facts[1] == facts[2]

    def teardown(self) -> None:
        """Remove the file."""
        if hasattr(self, "folder"):
            self.workers.clear()
            self.folder.cleanup()


TestLikeMemory = LikeMemory.TestCase
TestLikeMemory.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)


def test_what_is_written_over_while_it_is_read_is_left_out(
    tmp_path: Path, exchange: MakeExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = RingBuffer(tmp_path / "ring", ProcessLock(), 100, 2000)
    for number in range(4):
        shelf.put(300, exchange(number, 200))
    read = RingBuffer._read

    def interrupted(self: RingBuffer, position: int, length: int) -> bytes:
        data = read(self, position, length)
        if length > 1000:
            monkeypatch.undo()
            for number in range(4, 6):
                shelf.put(300, exchange(number, 500))
            # What was copied before the others wrote may be anything by now.
            lost = shelf._words[1] - position
            data = b"\xff" * lost + data[lost:]
        return data

    monkeypatch.setattr(RingBuffer, "_read", interrupted)
    assert [one.id for one in shelf.kept()] == ["2", "3"]


def test_an_exchange_that_fits_nowhere_is_counted_and_not_kept(tmp_path: Path, exchange: MakeExchange) -> None:
    shelf = RingBuffer(tmp_path / "ring", ProcessLock(), 100, 1000)
    shelf.put(300, exchange(1))
    shelf.put(300, exchange(2, 2000))
    assert (shelf.kept(), shelf.total, len(shelf)) == ([], 2, 0)
    shelf.put(300, exchange(3))
    assert [one.id for one in shelf.kept()] == ["3"]
