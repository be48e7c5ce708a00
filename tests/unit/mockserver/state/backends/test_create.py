"""Whom a process shares its state with."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.config import Config
from mockserver.errors import ConfigInvalid
from mockserver.state.backends.create import share_of
from mockserver.state.backends.process_lock import CrossLock
from mockserver.state.backends.redis import RedisShare
from mockserver.state.backends.shared_memory import Bench, MachineShare

REDIS = Config(state="redis://127.0.0.1:1/0")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, CrossLock())


def test_one_worker_shares_with_nobody() -> None:
    assert share_of(Config()) is None


def test_workers_of_one_machine_share_their_bench(bench: Bench) -> None:
    share = share_of(Config(), bench)
    assert isinstance(share, MachineShare)
    assert share.goes_on_alone is False
    share.store.close()


def test_a_redis_goes_before_the_bench(bench: Bench) -> None:
    assert isinstance(share_of(REDIS, bench), RedisShare)
    assert isinstance(share_of(REDIS), RedisShare)


def test_a_redis_that_cannot_be_named_so_is_refused() -> None:
    with pytest.raises(ConfigInvalid) as caught:
        share_of(Config(state="redis://127.0.0.1:port/0"))
    assert "\n" not in str(caught.value)
    assert caught.value.source == "--state"
