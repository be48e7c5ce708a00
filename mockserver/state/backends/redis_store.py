"""The documents of many machines, in Redis: two hashes, and a token that changes with them."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mockserver.errors import StateUnavailable
from mockserver.state.backends.redis_connection import RedisConnection, key_of

#: A change takes milliseconds. So long the lock of a machine that is gone holds the others up.
LOCK_S = 5.0
#: How often a machine that waits for the lock asks again.
POLL_S = 0.01

TOKEN, LOCK = key_of("token"), key_of("lock")
_DOCUMENTS, _VERSIONS = key_of("documents"), key_of("versions")

# Ends the lock with the change. One that comes too late, when the lock is no longer its writer's, changes nothing.
_WRITE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if #ARGV > 2 or redis.call('EXISTS', KEYS[2]) == 0 then redis.call('SET', KEYS[2], ARGV[2]) end
for at = 3, #ARGV, 3 do
  local name, version, document = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if version == '' then
    redis.call('HDEL', KEYS[3], name)
    redis.call('HDEL', KEYS[4], name)
  else
    redis.call('HSET', KEYS[3], name, document)
    redis.call('HSET', KEYS[4], name, version)
  end
end
return 1
"""


class RedisStore:
    """A store (`share`) of many machines.

    Args:
        link: to their Redis.
    """

    def __init__(self, link: RedisConnection) -> None:
        self._link = link
        self._write = link.script(_WRITE)
        self._threads = threading.RLock()
        self._written: dict[str, tuple[str, bytes]] = {}

    def token(self) -> object:
        """Return what stands for the latest change, None before the first."""
        return self._link.ask(lambda client: client.get(TOKEN))

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Keep every other process and thread from changing anything; see `Store`.

        Raises:
            StateUnavailable: Redis does not answer, or a machine kept the lock for longer than is believable.
        """
        with self._threads:
            owner = secrets.token_hex(8)
            self._acquire(owner)
            self._written.clear()
            try:
                yield
            except BaseException:
                self._written.clear()
                self._end(owner)
                raise
            if not self._end(owner):
                raise StateUnavailable("the change took too long and was not made")

    def versions(self) -> Mapping[str, str]:
        """Return name → version of its document."""
        found = self._link.ask(lambda client: client.hgetall(_VERSIONS))
        return {name.decode(): version.decode() for name, version in found.items()}

    def read(self, name: str) -> bytes | None:
        """Return a document, None where there is none."""
        document: bytes | None = self._link.ask(lambda client: client.hget(_DOCUMENTS, name))
        return document

    def put(self, name: str, version: str, document: bytes) -> None:
        """Make or replace a document; only inside `changing`."""
        self._written[name] = version, document

    def drop(self, name: str) -> None:
        """Remove a document; only inside `changing`."""
        self._written[name] = "", b""

    def _acquire(self, owner: str) -> None:
        def acquire(client: Any) -> bool:
            lock = client.lock(LOCK, timeout=LOCK_S, sleep=POLL_S, blocking_timeout=2 * LOCK_S)
            return bool(lock.acquire(token=owner))

        if not self._link.ask(acquire):
            raise StateUnavailable("another server keeps the shared state locked")

    def _end(self, owner: str) -> bool:
        """Write and let go of the lock, in one step; return whether it still was ours."""
        rows = [part for name, written in self._written.items() for part in (name, *written)]
        keys = [LOCK, TOKEN, _DOCUMENTS, _VERSIONS]
        return bool(self._write(keys, [owner, secrets.token_hex(8), *rows]))
