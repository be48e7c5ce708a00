"""News of a journal that several processes write: all of it, once, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mockserver.errors import StateUnavailable
from mockserver.state.backends.journal_poller import JournalPoller
from mockserver.state.events import Event, Subscription
from mockserver.state.journal import Journal, MemoryShelf
from oas.messages import Exchange

MakeExchange = Callable[..., Exchange]


class Shared:
    """One shelf, and the journals of two processes on it."""

    def __init__(self) -> None:
        self.shelf = MemoryShelf(5, 1 << 20)
        self.feed = JournalPoller(self.shelf, interval_s=0.002)
        self.own = Journal(5, 1 << 20, self.shelf, self.feed)
        self.other = Journal(5, 1 << 20, self.shelf, JournalPoller(self.shelf))


@pytest.fixture
def shared() -> Iterator[Shared]:
    made = Shared()
    yield made
    made.feed.close()


def told(reader: Subscription, number: int) -> list[str]:
    """Wait for so many news; an exchange is its id."""
    found: list[Event] = []
    while len(found) < number:
        batch = reader.take(10)
        assert batch.news, "nothing more is told"
        found += batch.news
    return [one.subject.id if isinstance(one.subject, Exchange) else one.kind for one in found]


def test_a_reader_hears_once_what_any_process_records(shared: Shared, exchange: MakeExchange) -> None:
    shared.other.record(exchange(0))
    reader = shared.feed.subscribe()
    for number in range(1, 5):
        (shared.own, shared.other)[number % 2].record(exchange(number))
    assert told(reader, 4) == ["1", "2", "3", "4"]
    shared.other.record(exchange(5))
    assert told(reader, 1) == ["5"]


def test_a_reader_hears_that_another_process_cleared_the_journal(shared: Shared, exchange: MakeExchange) -> None:
    shared.own.record(exchange(1))
    reader = shared.feed.subscribe()
    shared.other.clear()
    assert told(reader, 1) == ["cleared"]
    shared.own.record(exchange(2))
    assert told(reader, 1) == ["2"]


def test_what_is_no_news_of_the_journal_is_told_at_once(shared: Shared) -> None:
    reader = shared.feed.subscribe()
    shared.feed.publish(Event("reload"))
    assert told(reader, 1) == ["reload"]


def test_a_shelf_that_is_away_is_looked_at_again(
    shared: Shared, exchange: MakeExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, failures = shared.shelf.kept, iter([True, True])

    def shaky(self: MemoryShelf) -> list[Exchange]:
        if next(failures, False):
            raise StateUnavailable("away")
        return kept()

    reader = shared.feed.subscribe()
    monkeypatch.setattr(MemoryShelf, "kept", shaky)
    shared.other.record(exchange(1))
    assert told(reader, 1) == ["1"]


def test_the_thread_ends_with_the_last_reader_and_begins_with_the_next(shared: Shared, exchange: MakeExchange) -> None:
    first = shared.feed.subscribe()
    thread = shared.feed._thread
    assert thread is not None
    first.close()
    thread.join(10)
    assert not thread.is_alive()
    shared.other.record(exchange(1))
    reader = shared.feed.subscribe()
    shared.other.record(exchange(2))
    assert told(reader, 1) == ["2"]
