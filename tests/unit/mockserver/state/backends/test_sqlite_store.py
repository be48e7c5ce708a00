"""The documents of one machine: whole changes, told to all, in order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from mockserver.errors import StateUnavailable
from mockserver.state.backends import sqlite_store
from mockserver.state.backends.process_lock import ProcessLock
from mockserver.state.backends.shared_memory import SharedMemoryBackend, SharedMemoryHandle
from mockserver.state.backends.sqlite_store import SqliteStore


@pytest.fixture
def pair(bench: SharedMemoryHandle) -> Iterator[tuple[SqliteStore, SqliteStore]]:
    shares = SharedMemoryBackend(bench), SharedMemoryBackend(bench)
    yield shares[0].store, shares[1].store
    for share in shares:
        share.store.close()


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    everyone, lock, stamp = Barrier(8), ProcessLock(), memoryview(bytearray(8)).cast("q")

    def open_one(path: Path) -> None:
        everyone.wait()
        SqliteStore(path, lock, stamp).close()

    with ThreadPoolExecutor(8) as pool:
        for name in range(100):  # two of a hundred were refused where nothing kept them apart
            list(pool.map(open_one, [tmp_path / f"{name}.sqlite"] * 8))


def put(store: SqliteStore, name: str, version: str) -> None:
    with store.changing():
        store.put(name, version, name.encode())


def test_a_change_is_seen_when_it_is_complete(pair: tuple[SqliteStore, SqliteStore]) -> None:
    one, other = pair
    assert (one.token(), other.versions()) == (None, {})
    with one.changing():
        one.put("a", "1", b"x")
        assert (other.token(), other.versions(), other.read("a")) == (None, {}, None)
    assert (other.token(), other.versions(), other.read("a")) == (1, {"a": "1"}, b"x")
    with other.changing():
        other.drop("a")
    assert (one.token(), one.versions(), one.read("a")) == (2, {}, None)


def test_a_change_that_fails_leaves_all_as_it_was(pair: tuple[SqliteStore, SqliteStore]) -> None:
    one, other = pair
    put(one, "a", "1")

    def fail() -> None:
        with one.changing():
            one.put("a", "2", b"y")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (other.token(), other.versions(), other.read("a")) == (1, {"a": "1"}, b"a")
    put(other, "a", "3")
    assert one.versions() == {"a": "3"}


def test_documents_are_listed_in_the_order_in_which_they_were_made(pair: tuple[SqliteStore, SqliteStore]) -> None:
    for number, name in enumerate(["c", "a", "b", "c"]):
        put(pair[number % 2], name, str(number))
    assert list(pair[0].versions().items()) == [("c", "3"), ("a", "1"), ("b", "2")]


def test_nothing_written_is_no_change(pair: tuple[SqliteStore, SqliteStore]) -> None:
    put(pair[0], "a", "1")
    with pair[1].changing():
        pair[1].read("a")
    assert pair[0].token() == 1


def test_a_lock_that_is_never_let_go_is_an_error(bench: SharedMemoryHandle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_store, "TIMEOUT_S", 0.01)
    share = SharedMemoryBackend(bench)
    holder = sqlite3.connect(bench.folder / "documents.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateUnavailable, match="restart"), share.store.changing():
        pass
    holder.execute("ROLLBACK")
    holder.close()
    put(share.store, "a", "1")
    share.store.close()
