"""News for readers: in order, bounded, and nobody waits for a slow one."""

from __future__ import annotations

import threading

from mockserver.state.events import Event, EventBatch, EventBus


def numbered(*numbers: int) -> tuple[Event, ...]:
    return tuple(Event("n", number) for number in numbers)


def publish(feed: EventBus, *numbers: int) -> None:
    for news in numbered(*numbers):
        feed.publish(news)


def test_every_reader_hears_everything_in_order_from_when_it_came() -> None:
    feed = EventBus()
    publish(feed, 0)
    early = feed.subscribe()
    publish(feed, 1)
    late = feed.subscribe()
    publish(feed, 2)
    assert early.take(0) == EventBatch(numbered(1, 2))
    assert late.take(0) == EventBatch(numbered(2))
    assert early.take(0) == EventBatch(())


def test_a_slow_reader_loses_the_oldest_and_is_told_once() -> None:
    feed = EventBus()
    slow, fast = feed.subscribe(length=3), feed.subscribe()
    publish(feed, *range(8))
    assert slow.take(0) == EventBatch(numbered(5, 6, 7), lost=5)
    assert fast.take(0).lost == 0
    publish(feed, 8)
    assert slow.take(0) == EventBatch(numbered(8), lost=0)


def test_a_closed_reader_hears_no_more_and_costs_nothing() -> None:
    feed = EventBus()
    reader = feed.subscribe()
    reader.close()
    reader.close()
    publish(feed, 1)
    assert (reader.take(60), reader.is_closed, feed.readers) == (EventBatch(()), True, set())


def test_closing_the_feed_wakes_whoever_waits() -> None:
    feed = EventBus()
    reader = feed.subscribe()
    taken: list[EventBatch] = []
    waiting = threading.Thread(target=lambda: taken.append(reader.take(60)))
    waiting.start()
    feed.close()
    waiting.join(10)
    assert taken == [EventBatch(())]


def test_news_wakes_whoever_waits() -> None:
    feed = EventBus()
    reader = feed.subscribe()
    taken: list[EventBatch] = []
    waiting = threading.Thread(target=lambda: taken.append(reader.take(60)))
    waiting.start()
    publish(feed, 1)
    waiting.join(10)
    assert taken == [EventBatch(numbered(1))]


def test_nothing_is_lost_or_doubled_between_threads() -> None:
    feed = EventBus()
    reader = feed.subscribe(length=100)
    threads = [threading.Thread(target=publish, args=(feed, *range(1000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    heard = 0
    while heard < 4000:
        batch = reader.take(10)
        assert batch.news
        heard += len(batch.news) + batch.lost
    for thread in threads:
        thread.join()
    assert (heard, reader.take(0)) == (4000, EventBatch(()))
