"""The shared state of all workers on one machine: files that are memory, in a folder that ends with the server.

The parent makes the `SharedMemoryHandle`, each worker works at it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mockserver.state.backend import Seen
from mockserver.state.backends.journal_poller import JournalPoller
from mockserver.state.backends.process_lock import ProcessLock
from mockserver.state.backends.ring_buffer import RingBuffer
from mockserver.state.backends.shared_counters import CounterFile, MachineCounters, MachineTurns, map_file
from mockserver.state.backends.sqlite_store import SqliteStore
from mockserver.state.journal import JournalStorage


@dataclass(frozen=True, slots=True)
class SharedMemoryHandle:
    """What the workers of one server get from their parent when they start.

    Attributes:
        folder: of the server alone.
        lock: between the workers.
    """

    folder: Path
    lock: ProcessLock = field(default_factory=ProcessLock)

    @classmethod
    @contextmanager
    def made(cls) -> Iterator[SharedMemoryHandle]:
        """Make a folder, and remove it at the end."""
        folder = Path(tempfile.mkdtemp(prefix="mockserver-"))
        try:
            yield cls(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


class SharedMemoryBackend:
    """A share (`share`) of one worker.

    Args:
        bench: of the server.

    Attributes:
        seen: what this worker has seen.
        store: what changes rarely.
        goes_on_alone: no worker does.
    """

    goes_on_alone = False

    def __init__(self, bench: SharedMemoryHandle) -> None:
        self._bench = bench
        self._stamp = map_file(bench.folder / "stamp", 8).cast("q")
        self.seen = Seen()
        self.store = SqliteStore(bench.folder / "documents.sqlite", bench.lock, self._stamp)

    def counters(self, session: str, windows: int) -> MachineCounters:
        """Return the counters of a session."""
        cells = CounterFile(self._bench.folder / f"{session}.counters")
        return MachineCounters(cells, self._bench.lock, self._stamp, self.seen)

    def turns(self, session: str) -> MachineTurns:
        """Return the turns of a session's rules."""
        return MachineTurns(self._bench.folder / f"{session}.turns", self._bench.lock)

    def shelf(self, session: str, max_entries: int, max_bytes: int) -> RingBuffer:
        """Return where the journal of a session is kept."""
        return RingBuffer(self._bench.folder / f"{session}.journal", self._bench.lock, max_entries, max_bytes)

    def feed(self, shelf: JournalStorage) -> JournalPoller:
        """Return what tells readers of the exchanges on a shelf."""
        return JournalPoller(shelf)

    def forget(self, session: str) -> None:
        """Remove the files of a session; a worker that still has them open keeps what they were."""
        for path in self._bench.folder.glob(f"{session}.*"):
            try:
                path.unlink(missing_ok=True)
            except OSError:
                pass  # not while another worker has it open, where the system forbids that; it goes with the folder
