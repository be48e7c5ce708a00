"""The shared state of many machines. May import every module of this room that knows Redis, and `fallback`."""

from __future__ import annotations

from mockserver.sharing.fallback import FallbackCounters, FallbackTurns
from mockserver.sharing.following import SharedFeed
from mockserver.sharing.link import Link, key_of
from mockserver.sharing.rediscounting import RedisCounters, RedisTurns
from mockserver.sharing.redisdocuments import RedisStore
from mockserver.sharing.redisshelf import RedisShelf
from mockserver.sharing.share import Seen
from mockserver.state.quota import Counters, MemoryCounters
from mockserver.state.script import MemoryTurns, Turns
from mockserver.state.shelf import Shelf


class RedisShare:
    """A share (`share`) of one process.

    Args:
        link: to Redis.
        goes_on_alone: count in this process while Redis is away, instead of refusing.

    Attributes:
        seen: what this process has seen.
        store: what changes rarely; never changed while Redis is away.
        goes_on_alone: as given.
    """

    def __init__(self, link: Link, *, goes_on_alone: bool = False) -> None:
        self._link = link
        self.goes_on_alone = goes_on_alone
        self.seen = Seen()
        self.store = RedisStore(link)

    def counters(self, session: str, windows: int) -> Counters:
        """Return the counters of a session."""
        shared = RedisCounters(self._link, session, self.seen)
        return FallbackCounters(shared, MemoryCounters(windows)) if self.goes_on_alone else shared

    def turns(self, session: str) -> Turns:
        """Return the turns of a session's rules."""
        shared = RedisTurns(self._link, session)
        return FallbackTurns(shared, MemoryTurns()) if self.goes_on_alone else shared

    def shelf(self, session: str, max_entries: int, max_bytes: int) -> Shelf:
        """Return where the journal of a session is kept."""
        return RedisShelf(self._link, session, max_entries, max_bytes)

    def feed(self, shelf: Shelf) -> SharedFeed:
        """Return what tells readers of the exchanges on a shelf."""
        return SharedFeed(shelf)

    def forget(self, session: str) -> None:
        """Remove what was kept of a session; its counters expire."""
        kept = [key_of("journal", session), key_of("journal", session, "facts"), key_of("turns", session)]
        self._link.ask(lambda client: client.unlink(*kept))
