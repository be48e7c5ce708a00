"""Whom a process shares its state with."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.config import Config
from mockserver.errors import ConfigInvalid
from mockserver.state.backends.create import create_backend
from mockserver.state.backends.process_lock import ProcessLock
from mockserver.state.backends.redis import RedisBackend
from mockserver.state.backends.shared_memory import SharedMemoryBackend, SharedMemoryHandle

REDIS = Config(state="redis://127.0.0.1:1/0")


@pytest.fixture
def bench(tmp_path: Path) -> SharedMemoryHandle:
    return SharedMemoryHandle(tmp_path, ProcessLock())


def test_one_worker_shares_with_nobody() -> None:
    assert create_backend(Config()) is None


def test_workers_of_one_machine_share_their_bench(bench: SharedMemoryHandle) -> None:
    share = create_backend(Config(), bench)
    assert isinstance(share, SharedMemoryBackend)
    assert share.goes_on_alone is False
    share.store.close()


def test_a_redis_goes_before_the_bench(bench: SharedMemoryHandle) -> None:
    assert isinstance(create_backend(REDIS, bench), RedisBackend)
    assert isinstance(create_backend(REDIS), RedisBackend)


def test_a_redis_that_cannot_be_named_so_is_refused() -> None:
    with pytest.raises(ConfigInvalid) as caught:
        create_backend(Config(state="redis://127.0.0.1:port/0"))
    assert "\n" not in str(caught.value)
    assert caught.value.source == "--state"
