from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis.database import InMemoryExampleDatabase

from contracts.entries import Entry
from contracts.errors import ConfigInvalid
from contracts.generate.failures import FailureStore
from contracts.messages import Request
from documents import altered
from pipelinegate import contract

FIRST = Entry(request=Request(operation_id="a", method="GET", path="/a"), origin="failure")
SECOND = Entry(request=Request(operation_id="b", method="GET", path="/b"), origin="failure")


def test_what_is_kept_is_there_in_the_next_run(tmp_path: Path) -> None:
    FailureStore.open(str(tmp_path / "examples"), contract()).keep(FIRST)
    FailureStore.open(str(tmp_path / "examples"), contract()).keep(SECOND)
    store = FailureStore.open(str(tmp_path / "examples"), contract())
    assert store.entries() == (FIRST, SECOND)
    store.forget(FIRST)
    assert store.entries() == (SECOND,)


def test_another_document_has_failures_of_its_own() -> None:
    database = InMemoryExampleDatabase()
    FailureStore(database, contract()).keep(FIRST)
    assert FailureStore(database, altered(contract(), tree={"info": {"title": "Another"}})).entries() == ()


def test_what_is_no_request_is_passed_over() -> None:
    database: Any = InMemoryExampleDatabase()
    store = FailureStore(database, contract())
    store.keep(FIRST)
    (key,) = database.data
    for data in (b"\xff", b"{}", b"[1]"):
        database.save(key, data)
    assert store.entries() == (FIRST,)


def test_a_file_is_no_place_for_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(ConfigInvalid, match="a directory or a redis:// URL was expected"):
        FailureStore.open(str(path), contract())


def test_a_redis_that_does_not_answer_is_told() -> None:
    pytest.importorskip("redis")
    with pytest.raises(ConfigInvalid, match="does not answer"):
        FailureStore.open("redis://127.0.0.1:1/0", contract())


def test_a_url_that_is_none_is_told() -> None:
    pytest.importorskip("redis")
    with pytest.raises(ConfigInvalid, match="not a Redis URL"):
        FailureStore.open("redis://127.0.0.1:port", contract())


def test_a_missing_package_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "redis", None)
    monkeypatch.delitem(__import__("sys").modules, "hypothesis.extra.redis", raising=False)
    with pytest.raises(ConfigInvalid, match="pip install 'konnector-contracts\\[redis\\]'"):
        FailureStore.open("redis://127.0.0.1:1", contract())


def test_machines_share_failures_through_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    fakeredis = pytest.importorskip("fakeredis")
    server = fakeredis.FakeServer()
    monkeypatch.setattr("redis.Redis.from_url", lambda url, **_: fakeredis.FakeRedis(server=server))
    FailureStore.open("redis://ci/0", contract()).keep(FIRST)
    assert FailureStore.open("redis://ci/0", contract()).entries() == (FIRST,)
