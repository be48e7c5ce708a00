"""The documents of one machine in a SQLite file (WAL): a process that is killed leaves none half-written."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mockserver.errors import StateUnavailable
from mockserver.state.backends.process_lock import ProcessLock

#: A change takes milliseconds; a process that is killed lets go of the file.
TIMEOUT_S = 5.0
_TABLE = "CREATE TABLE IF NOT EXISTS documents (name TEXT PRIMARY KEY, version TEXT NOT NULL, document BLOB NOT NULL)"
# An upsert keeps the row's number, and so the order.
_PUT = """
INSERT INTO documents VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET version = excluded.version, document = excluded.document
"""


class SqliteStore:
    """A store (`share`) of one machine.

    Args:
        path: of the database.
        lock: held while the file is made, and while a change becomes visible.
        stamp: one word of shared memory, which counts the changes.

    Raises:
        StateUnavailable: another process ended while it held the lock.
    """

    def __init__(self, path: Path, lock: ProcessLock, stamp: memoryview) -> None:
        self._lock = lock
        self._stamp = stamp
        self._threads = threading.RLock()
        self._is_changed = False
        self._database = sqlite3.connect(path, timeout=TIMEOUT_S, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA synchronous = OFF")  # the file does not outlive the processes
        with lock:  # of two that turn a file to WAL at once, SQLite refuses one, whatever the time limit
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute(_TABLE)

    def token(self) -> object:
        """Return the number of changes, None before the first."""
        return self._stamp[0] or None

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Keep every other process and thread from changing anything; see `Store`.

        Raises:
            StateUnavailable: another process kept the file for longer than is believable.
        """
        with self._threads:
            try:
                self._database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise StateUnavailable(f"the shared state is not to be had: {error}; restart the server") from error
            self._is_changed = False
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            # The stamp follows the commit, and no other change comes between.
            with self._lock:
                self._database.execute("COMMIT")
                self._stamp[0] += self._is_changed

    def versions(self) -> Mapping[str, str]:
        """Return name → version of its document, in the order in which they were made."""
        with self._threads:
            rows = self._database.execute("SELECT name, version FROM documents ORDER BY rowid").fetchall()
        return dict(rows)

    def read(self, name: str) -> bytes | None:
        """Return a document, None where there is none."""
        with self._threads:
            row = self._database.execute("SELECT document FROM documents WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def put(self, name: str, version: str, document: bytes) -> None:
        """Make or replace a document; only inside `changing`."""
        self._is_changed = True
        self._database.execute(_PUT, (name, version, document))

    def drop(self, name: str) -> None:
        """Remove a document; only inside `changing`."""
        self._is_changed = True
        self._database.execute("DELETE FROM documents WHERE name = ?", (name,))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
