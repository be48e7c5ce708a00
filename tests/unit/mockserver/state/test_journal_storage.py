"""Shelves of exchanges, in this process and in Redis: the same bounds, the same order, the same figures."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.state.backends.redis_connection import RedisConnection
from mockserver.state.backends.redis_journal import RedisShelf
from mockserver.state.journal import JournalStorage, MemoryShelf
from oas.messages import Exchange, Request, Response

MakeShelf = Callable[[int, int], JournalStorage]


def exchange(name: str) -> Exchange:
    return Exchange(name, 1.5, 0.1, None, "", Request("GET", "/"), Response(200, (), b""))


def ids(shelf: JournalStorage) -> list[str]:
    return [item.id for item in shelf.kept()]


def figures(shelf: JournalStorage) -> tuple[int, int, int]:
    return len(shelf), shelf.kept_bytes, shelf.total


@pytest.fixture(params=["memory", "redis"])
def make_shelf(request: pytest.FixtureRequest) -> MakeShelf:
    """Make shelves of one kind, each empty."""
    if request.param == "memory":
        return MemoryShelf
    fakeredis = pytest.importorskip("fakeredis")
    pytest.importorskip("lupa", reason="scripts in a Redis inside the process need lupa, of fakeredis[lua]")
    return lambda entries, size: RedisShelf(
        RedisConnection(fakeredis.FakeRedis(server=fakeredis.FakeServer())), "s", entries, size
    )


def filled(shelf: JournalStorage, *sizes: int) -> JournalStorage:
    """Put an exchange of each size, named by its place from 0."""
    for place, size in enumerate(sizes):
        shelf.put(size, exchange(str(place)))
    return shelf


def test_an_empty_shelf_holds_nothing(make_shelf: MakeShelf) -> None:
    shelf = make_shelf(10, 100)
    assert (ids(shelf), figures(shelf)) == ([], (0, 0, 0))


@pytest.mark.parametrize(
    "bounds, sizes, kept, counted",
    [
        ((3, 100), (1, 1, 1), ["0", "1", "2"], 3),
        ((3, 100), (1, 1, 1, 1), ["1", "2", "3"], 3),
        ((1, 100), (5, 7), ["1"], 7),
        ((10, 10), (5, 5), ["0", "1"], 10),
        ((10, 10), (5, 5, 1), ["1", "2"], 6),
        ((10, 10), (1, 1, 1, 9), ["2", "3"], 10),
        ((10, 10), (4, 4, 10), ["2"], 10),
        # What alone exceeds the bound is not kept, and nothing older is.
        ((10, 10), (4, 11), [], 0),
        ((10, 10), (4, 11, 3), ["2"], 3),
        ((2, 3), (1, 1, 3), ["2"], 3),
    ],
    ids=str,
)
def test_the_oldest_make_room_by_number_and_by_bytes(
    make_shelf: MakeShelf, bounds: tuple[int, int], sizes: tuple[int, ...], kept: list[str], counted: int
) -> None:
    shelf = filled(make_shelf(*bounds), *sizes)
    assert (ids(shelf), figures(shelf)) == (kept, (len(kept), counted, len(sizes)))


@pytest.mark.parametrize(
    "size, kept", [(100, ["0", "1", "2"]), (9, ["0", "1", "2"]), (8, ["1", "2"]), (4, ["2"]), (3, []), (0, [])]
)
def test_a_smaller_shelf_drops_at_once_what_no_longer_fits(make_shelf: MakeShelf, size: int, kept: list[str]) -> None:
    shelf = filled(make_shelf(10, 100), 2, 3, 4)
    shelf.resize(size)
    assert (ids(shelf), shelf.total) == (kept, 3)


def test_a_larger_shelf_keeps_more_from_then_on(make_shelf: MakeShelf) -> None:
    shelf = filled(make_shelf(10, 4), 4, 4)
    shelf.resize(8)
    shelf.put(4, exchange("new"))
    assert (ids(shelf), figures(shelf)) == (["1", "new"], (2, 8, 3))


def test_a_cleared_shelf_begins_anew(make_shelf: MakeShelf) -> None:
    shelf = filled(make_shelf(2, 100), 1, 2, 3)
    shelf.clear()
    assert (ids(shelf), figures(shelf)) == ([], (0, 0, 0))
    shelf.put(5, exchange("new"))
    assert (ids(shelf), figures(shelf)) == (["new"], (1, 5, 1))


def test_what_was_listed_is_not_changed_by_what_comes(make_shelf: MakeShelf) -> None:
    shelf = filled(make_shelf(2, 100), 1, 1)
    before = shelf.kept()
    filled(shelf, 1, 1)
    assert [item.id for item in before] == ["0", "1"]


def test_racing_threads_lose_nothing(make_shelf: MakeShelf) -> None:
    shelf = make_shelf(50, 10_000)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: shelf.put(3, exchange(str(number))), range(200)))
    assert figures(shelf) == (50, 150, 200)
    assert len(set(ids(shelf))) == 50


class Plain:
    """A shelf that counts anew each time."""

    def __init__(self, max_entries: int, max_bytes: int) -> None:
        self.entries: deque[tuple[int, str]] = deque()
        self.bounds = [max_entries, max_bytes]
        self.total = 0

    def trim(self) -> None:
        """Drop the oldest until both bounds hold."""
        while len(self.entries) > self.bounds[0] or sum(size for size, _ in self.entries) > self.bounds[1]:
            self.entries.popleft()


STEPS = st.one_of(
    st.tuples(st.just("put"), st.integers(1, 30)),
    st.tuples(st.just("resize"), st.integers(0, 60)),
    st.tuples(st.just("clear"), st.just(0)),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.integers(1, 6), size=st.integers(1, 60), steps=st.lists(STEPS, max_size=25))
def test_a_shelf_is_a_plain_list_with_two_bounds(
    make_shelf: MakeShelf, entries: int, size: int, steps: list[tuple[str, Any]]
) -> None:
    shelf, plain = make_shelf(entries, size), Plain(entries, size)
    for number, (act, amount) in enumerate(steps):
        if act == "put":
            shelf.put(amount, exchange(str(number)))
            plain.entries.append((amount, str(number)))
            plain.total += 1
        elif act == "resize":
            shelf.resize(amount)
            plain.bounds[1] = amount
        else:
            shelf.clear()
            plain.entries.clear()
            plain.total = 0
        plain.trim()
        assert ids(shelf) == [name for _, name in plain.entries]
        assert figures(shelf) == (len(plain.entries), sum(held for held, _ in plain.entries), plain.total)
