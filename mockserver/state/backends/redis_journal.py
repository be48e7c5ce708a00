"""The journal of a session, written by many machines, in Redis: a list, and what it counts for."""

from __future__ import annotations

from mockserver.errors import StateUnavailable
from mockserver.state.backends.codec import from_bytes, to_bytes
from mockserver.state.backends.redis_connection import RedisConnection, key_of
from oas.messages import Exchange

#: Before each exchange stands in digits what it counts for.
_SIZE_DIGITS = 12

_PUT = """
redis.call('HINCRBY', KEYS[2], 'total', ARGV[5])
if ARGV[1] ~= '' then redis.call('RPUSH', KEYS[1], ARGV[1]) end
local kept = redis.call('HINCRBY', KEYS[2], 'bytes', ARGV[2])
while kept > tonumber(ARGV[3]) or redis.call('LLEN', KEYS[1]) > tonumber(ARGV[4]) do
  local size = string.sub(redis.call('LPOP', KEYS[1]), 1, 12)
  kept = redis.call('HINCRBY', KEYS[2], 'bytes', -tonumber(size))
end
"""


class RedisShelf:
    """A shelf (`mockserver.state.journal`) of one session.

    Args:
        link: to Redis.
        session: name of the session.
        max_entries: most exchanges kept, ≥ 1.
        max_bytes: most bytes that they count for.
    """

    __slots__ = ("_facts", "_link", "_list", "_max_bytes", "_max_entries", "_put")

    def __init__(self, link: RedisConnection, session: str, max_entries: int, max_bytes: int) -> None:
        self._link = link
        self._put = link.script(_PUT)
        self._list, self._facts = key_of("journal", session), key_of("journal", session, "facts")
        self._max_entries = max_entries
        self._max_bytes = max_bytes

    def put(self, size: int, exchange: Exchange) -> None:
        """Add the newest exchange; see `Shelf`. Where Redis does not answer it is lost: the answer is worth more."""
        entry = b"%0*d%s" % (_SIZE_DIGITS, size, to_bytes(exchange))
        try:
            self._bound(entry, size, 1)
        except StateUnavailable:
            pass

    def kept(self) -> list[Exchange]:
        """List what is kept, the oldest first."""
        entries = self._link.ask(lambda client: client.lrange(self._list, 0, -1))
        return [from_bytes(entry[_SIZE_DIGITS:]) for entry in entries]

    def clear(self) -> None:
        """Forget everything, the total too."""
        self._link.ask(lambda client: client.delete(self._list, self._facts))

    def resize(self, max_bytes: int) -> None:
        """Keep at most so many bytes from now on."""
        self._max_bytes = max_bytes
        self._bound(b"", 0, 0)

    @property
    def total(self) -> int:
        """How many were put since the start or the last `clear`, kept or not."""
        return self._fact("total")

    @property
    def kept_bytes(self) -> int:
        """How many bytes the kept exchanges count for."""
        return self._fact("bytes")

    def __len__(self) -> int:
        """Return how many are kept."""
        return int(self._link.ask(lambda client: client.llen(self._list)))

    def _bound(self, entry: bytes, size: int, number: int) -> None:
        self._put([self._list, self._facts], [entry, size, self._max_bytes, self._max_entries, number])

    def _fact(self, name: str) -> int:
        return int(self._link.ask(lambda client: client.hget(self._facts, name)) or 0)
