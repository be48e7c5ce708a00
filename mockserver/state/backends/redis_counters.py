"""Limits and turns counted by many machines together, in Redis: one atomic script, one round trip for a request.

Not by the storages of the `limits` library: they count one window at a time, let
real time expire a counter that the virtual clock still needs, and cannot refuse to
count for a process whose keys are out of date.
"""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.state.backend import Seen, StaleRevision
from mockserver.state.backends.redis_connection import RedisConnection, key_of
from mockserver.state.backends.redis_store import TOKEN
from mockserver.state.rate_limits import OVERFLOW

#: Under a frozen clock a minute can last for days; counters are forgotten when nobody touched them for so long.
KEPT_S = 3 * 86_400
#: Most identities in one window; further ones are counted together.
MAX_IDENTITIES = 20_000

# One hash for each window number, so that it expires as a whole. A cleared session goes on under another epoch.
_HIT = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return false end
local table = KEYS[2] .. (redis.call('GET', KEYS[2]) or '0') .. ':'
local counts = {}
for at = 6, #ARGV do
  local name, identity = table .. (at - 6) .. ':' .. ARGV[at], ARGV[2]
  if redis.call('HEXISTS', name, identity) == 0 and redis.call('HLEN', name) >= tonumber(ARGV[3]) then
    identity = ARGV[4]
  end
  counts[#counts + 1] = redis.call('HINCRBY', name, identity, 1)
  redis.call('EXPIRE', name, ARGV[5])
end
return counts
"""
_CLEAR = """
redis.call('INCR', KEYS[1])
redis.call('EXPIRE', KEYS[1], ARGV[1] * 2)
"""
_TAKE = """
local turn = redis.call('HINCRBY', KEYS[1], ARGV[1], 1) - 1
redis.call('EXPIRE', KEYS[1], ARGV[2])
return turn
"""


class RedisCounters:
    """Counters (`mockserver.state.rate_limits`) of one session.

    Args:
        link: to Redis.
        session: name of the session.
        seen: what this process has seen of the changes.
        max_identities: most identities in one window, ≥ 1; further ones are counted as one.
    """

    __slots__ = ("_clear", "_epoch", "_hit", "_max_identities", "_seen")

    def __init__(self, link: RedisConnection, session: str, seen: Seen, max_identities: int = MAX_IDENTITIES) -> None:
        self._hit = link.script(_HIT)
        self._clear = link.script(_CLEAR)
        self._epoch = key_of("counters", session, "")
        self._seen = seen
        self._max_identities = max_identities

    def hit(self, identity: str, numbers: tuple[int, ...]) -> Sequence[int]:
        """Count one request in every window; see `Counters`.

        Raises:
            StaleRevision: nothing was counted.
            StateUnavailable: Redis does not answer.
        """
        args = [self._seen.token or b"", identity, self._max_identities, OVERFLOW, KEPT_S, *numbers]
        counts: Sequence[int] | None = self._hit([TOKEN, self._epoch], args)
        if counts is None:
            raise StaleRevision
        return counts

    def clear(self) -> None:
        """Forget every count."""
        self._clear([self._epoch], [KEPT_S])


class RedisTurns:
    """Turns (`mockserver.state.rules`) of one session.

    Args:
        link: to Redis.
        session: name of the session.
    """

    __slots__ = ("_key", "_link", "_take")

    def __init__(self, link: RedisConnection, session: str) -> None:
        self._link = link
        self._take = link.script(_TAKE)
        self._key = key_of("turns", session)

    def take(self, name: str) -> int:
        """Count a turn, and return how many there were before it."""
        return int(self._take([self._key], [name, KEPT_S]))

    def clear(self) -> None:
        """Begin anew."""
        self._link.ask(lambda client: client.delete(self._key))
