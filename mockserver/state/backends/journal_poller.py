"""News of a journal that other processes write, too: while somebody listens, it is looked at again and again."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from mockserver.errors import StateUnavailable
from mockserver.state.events import QUEUE_LENGTH, Event, EventBus, Subscription
from mockserver.state.journal import JournalStorage
from oas.messages import Exchange

#: A person who watches does not notice.
INTERVAL_S = 0.2


class JournalPoller(EventBus):
    """The feed of a shared journal. What this process records is found there, like everything else.

    Args:
        shelf: of the journal.
        interval_s: seconds between two looks, > 0.
    """

    __slots__ = ("_interval_s", "_lock", "_shelf", "_thread")

    def __init__(self, shelf: JournalStorage, interval_s: float = INTERVAL_S) -> None:
        super().__init__()
        self._shelf = shelf
        self._interval_s = interval_s
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def subscribe(self, length: int = QUEUE_LENGTH) -> Subscription:
        """Return a new reader; see `EventBus`."""
        with self._lock:
            reader = super().subscribe(length)
            if self._thread is None:
                look = _Look(self._shelf)
                look.news()
                self._thread = threading.Thread(target=self._follow, args=(look,), name="feed", daemon=True)
                self._thread.start()
        return reader

    def publish(self, news: Event) -> None:
        """Tell every reader what the journal does not say."""
        if news.kind not in ("request", "cleared"):
            super().publish(news)

    def _follow(self, look: _Look) -> None:
        pause = threading.Event()
        while True:
            pause.wait(self._interval_s)
            with self._lock:
                if not self.readers:
                    self._thread = None
                    return
            for news in look.news():
                super().publish(news)


class _Look:
    """What a journal had when it was looked at last."""

    def __init__(self, shelf: JournalStorage) -> None:
        self._shelf = shelf
        self._total = 0
        self._last = ""

    def news(self) -> Iterable[Event]:
        """Return what is new since the last time; nothing while the shelf cannot be reached."""
        try:
            total = self._shelf.total
            if total == self._total:
                return []
            kept = self._shelf.kept()
        except StateUnavailable:
            return []
        is_cleared = total < self._total
        found = [Event("cleared")] if is_cleared else []
        found += [Event("request", exchange) for exchange in self._after_last(kept)]
        self._total, self._last = total, kept[-1].id if kept else ""
        return found

    def _after_last(self, kept: list[Exchange]) -> list[Exchange]:
        ids = [exchange.id for exchange in kept]
        return kept[ids.index(self._last) + 1 :] if self._last in ids else kept
