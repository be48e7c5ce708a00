"""News for readers that wait for it: bounded for each, so that a slow one costs nothing but itself.

A reader that does not keep up loses the oldest events and learns how many.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple

#: Most news kept for a reader.
QUEUE_LENGTH = 500


class Event(NamedTuple):
    """One thing that happened.

    Attributes:
        kind: one word.
        subject: what it happened to; immutable.
    """

    kind: str
    subject: object = None


class EventBatch(NamedTuple):
    """What a reader has waiting.

    Attributes:
        news: the oldest first.
        lost: how many older ones were dropped since the last batch.
    """

    news: tuple[Event, ...]
    lost: int = 0


class Subscription:
    """One reader's queue.

    Args:
        feed: that it belongs to.
        length: most news kept, ≥ 1.
    """

    __slots__ = ("_changed", "_feed", "_lost", "_waiting", "is_closed")

    def __init__(self, feed: EventBus, length: int) -> None:
        self._feed = feed
        self._waiting: deque[Event] = deque(maxlen=length)
        self._changed = threading.Condition()
        self._lost = 0
        self.is_closed = False

    def put(self, news: Event) -> None:
        """Add news, in place of the oldest where the queue is full."""
        with self._changed:
            self._lost += len(self._waiting) == self._waiting.maxlen
            self._waiting.append(news)
            self._changed.notify()

    def take(self, timeout_s: float) -> EventBatch:
        """Return all that waits, as soon as there is any; an empty batch at the timeout and when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self.is_closed, timeout_s)
            batch = EventBatch(tuple(self._waiting), self._lost)
            self._waiting.clear()
            self._lost = 0
        return batch

    def close(self) -> None:
        """Leave the feed; a thread that waits in `take` goes on."""
        self._feed.readers.discard(self)
        with self._changed:
            self.is_closed = True
            self._changed.notify_all()


class EventBus:
    """Events, sent to all subscriptions of the moment.

    Attributes:
        readers: the present ones; empty costs a publisher nothing.
    """

    __slots__ = ("readers",)

    def __init__(self) -> None:
        self.readers: set[Subscription] = set()

    def subscribe(self, length: int = QUEUE_LENGTH) -> Subscription:
        """Return a new reader, which receives what is published from now on.

        Args:
            length: most news kept for it, ≥ 1.
        """
        reader = Subscription(self, length)
        self.readers.add(reader)
        return reader

    def publish(self, news: Event) -> None:
        """Tell every reader; never waits for one."""
        for reader in tuple(self.readers):
            reader.put(news)

    def close(self) -> None:
        """Close every reader."""
        for reader in tuple(self.readers):
            reader.close()
