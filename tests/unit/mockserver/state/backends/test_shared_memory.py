"""The bench of one machine: a folder that ends with the server, a lock that never hangs."""

from __future__ import annotations

import pickle
import threading

import pytest

from mockserver.errors import StateUnavailable
from mockserver.state.backends import process_lock
from mockserver.state.backends.process_lock import ProcessLock
from mockserver.state.backends.shared_memory import SharedMemoryBackend, SharedMemoryHandle


def test_the_folder_ends_with_the_server() -> None:
    with SharedMemoryHandle.made() as bench:
        share = SharedMemoryBackend(bench)
        share.counters("default", 2)
        share.store.close()
        assert bench.folder.stat().st_mode & 0o077 == 0
    assert not bench.folder.exists()


def test_a_session_that_is_no_more_leaves_no_file(bench: SharedMemoryHandle) -> None:
    share = SharedMemoryBackend(bench)
    for name in ("gone", "stays"):
        share.counters(name, 1)
        share.shelf(name, 1, 1000)
        share.turns(name).take("x")
    share.forget("gone")
    assert {path.name for path in bench.folder.glob("*.[cjt]*")} == {"stays.counters", "stays.journal", "stays.turns"}
    share.store.close()


def test_a_lock_whose_holder_is_gone_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_lock, "TIMEOUT_S", 0.01)
    made = ProcessLock()
    holder = threading.Thread(target=made.__enter__)
    holder.start()
    holder.join()
    with pytest.raises(StateUnavailable, match="restart the server"), made:
        pass


def test_a_lock_is_let_go_where_the_block_fails() -> None:
    made = ProcessLock()
    with pytest.raises(ZeroDivisionError), made:
        raise ZeroDivisionError
    with made:
        pass


def test_a_bench_travels_only_to_a_process_that_starts(bench: SharedMemoryHandle) -> None:
    with pytest.raises(RuntimeError):
        pickle.dumps(bench)
