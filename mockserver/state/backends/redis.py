"""The shared state of many machines."""

from __future__ import annotations

from mockserver.state.backend import Seen
from mockserver.state.backends.create import FallbackCounters, FallbackTurns
from mockserver.state.backends.journal_poller import JournalPoller
from mockserver.state.backends.redis_connection import RedisConnection, key_of
from mockserver.state.backends.redis_counters import RedisCounters, RedisTurns
from mockserver.state.backends.redis_journal import RedisShelf
from mockserver.state.backends.redis_store import RedisStore
from mockserver.state.journal import JournalStorage
from mockserver.state.rate_limits import CounterStorage, MemoryCounters
from mockserver.state.rules import MemoryTurns, RuleUsage


class RedisBackend:
    """A share (`share`) of one process.

    Args:
        link: to Redis.
        goes_on_alone: count in this process while Redis is away, instead of refusing.

    Attributes:
        seen: what this process has seen.
        store: what changes rarely; never changed while Redis is away.
        goes_on_alone: as given.
    """

    def __init__(self, link: RedisConnection, *, goes_on_alone: bool = False) -> None:
        self._link = link
        self.goes_on_alone = goes_on_alone
        self.seen = Seen()
        self.store = RedisStore(link)

    def counters(self, session: str, windows: int) -> CounterStorage:
        """Return the counters of a session."""
        shared = RedisCounters(self._link, session, self.seen)
        return FallbackCounters(shared, MemoryCounters(windows)) if self.goes_on_alone else shared

    def turns(self, session: str) -> RuleUsage:
        """Return the turns of a session's rules."""
        shared = RedisTurns(self._link, session)
        return FallbackTurns(shared, MemoryTurns()) if self.goes_on_alone else shared

    def shelf(self, session: str, max_entries: int, max_bytes: int) -> JournalStorage:
        """Return where the journal of a session is kept."""
        return RedisShelf(self._link, session, max_entries, max_bytes)

    def feed(self, shelf: JournalStorage) -> JournalPoller:
        """Return what tells readers of the exchanges on a shelf."""
        return JournalPoller(shelf)

    def forget(self, session: str) -> None:
        """Remove what was kept of a session; its counters expire."""
        kept = [key_of("journal", session), key_of("journal", session, "facts"), key_of("turns", session)]
        self._link.ask(lambda client: client.unlink(*kept))
