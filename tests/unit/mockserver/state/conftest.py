"""What the tests of shared states share: a bench of one machine, and a Redis inside the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mockserver.state.backend import Share
from mockserver.state.backends.process_lock import CrossLock
from mockserver.state.backends.redis import RedisShare
from mockserver.state.backends.redis_connection import Link
from mockserver.state.backends.shared_memory import Bench, MachineShare
from oas.messages import Exchange, Request, Response

MakeShare = Callable[[], Share]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A bench whose folder ends with the test."""
    return Bench(tmp_path, CrossLock())


@pytest.fixture
def link() -> Link:
    """A link to a Redis of this test alone."""
    fakeredis = pytest.importorskip("fakeredis")
    pytest.importorskip("lupa", reason="scripts in a Redis inside the process need lupa, of fakeredis[lua]")
    return Link(fakeredis.FakeRedis())


@pytest.fixture(params=["machine", "redis"])
def make_share(request: pytest.FixtureRequest) -> Iterator[MakeShare]:
    """Make shares of one state, each as another process would have it."""
    if request.param == "redis":
        link: Link = request.getfixturevalue("link")
        yield lambda: RedisShare(link)
        return
    made: list[MachineShare] = []

    def make() -> Share:
        made.append(MachineShare(request.getfixturevalue("bench")))
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
