"""What the tests of shared states share: a bench of one machine, and a Redis inside the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mockserver.state.backend import Backend
from mockserver.state.backends.process_lock import ProcessLock
from mockserver.state.backends.redis import RedisBackend
from mockserver.state.backends.redis_connection import RedisConnection
from mockserver.state.backends.shared_memory import SharedMemoryBackend, SharedMemoryHandle
from oas.messages import Exchange, Request, Response

MakeShare = Callable[[], Backend]


@pytest.fixture
def bench(tmp_path: Path) -> SharedMemoryHandle:
    """A bench whose folder ends with the test."""
    return SharedMemoryHandle(tmp_path, ProcessLock())


@pytest.fixture
def link() -> RedisConnection:
    """A link to a Redis of this test alone."""
    fakeredis = pytest.importorskip("fakeredis")
    pytest.importorskip("lupa", reason="scripts in a Redis inside the process need lupa, of fakeredis[lua]")
    return RedisConnection(fakeredis.FakeRedis())


@pytest.fixture(params=["machine", "redis"])
def make_share(request: pytest.FixtureRequest) -> Iterator[MakeShare]:
    """Make shares of one state, each as another process would have it."""
    if request.param == "redis":
        link: RedisConnection = request.getfixturevalue("link")
        yield lambda: RedisBackend(link)
        return
    made: list[SharedMemoryBackend] = []

    def make() -> Backend:
        made.append(SharedMemoryBackend(request.getfixturevalue("bench")))
        return made[-1]

    yield make
    for share in made:
        share.store.close()


@pytest.fixture
def exchange() -> Callable[..., Exchange]:
    """Make an exchange: `exchange(number, size)`."""

    def make(number: int, size: int = 0) -> Exchange:
        request = Request("GET", "/", headers={"host": "localhost"})
        return Exchange(str(number), 1.5, 0.1, None, "", request, Response(200, (), b"x" * size))

    return make
