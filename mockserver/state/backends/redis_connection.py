"""The way to Redis: one timeout, one place where its errors become ours, and no queue before a closed door."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from mockserver.errors import ConfigInvalid, StateUnavailable

T = TypeVar("T")

#: A request waits no longer for a Redis that does not answer.
TIMEOUT_S = 1.0
#: So long nobody asks again, after it did not answer.
PAUSE_S = 1.0
#: Before every key, in braces: a cluster then keeps all of them on one node, where one script reaches them.
PREFIX = "{mockserver}:"


class RedisConnection:
    """A pool of connections to one Redis.

    Args:
        client: of redis-py, or of fakeredis.
        moment: monotonic seconds; tests pass their own.
    """

    __slots__ = ("_asks_again_at", "_client", "_errors", "_lock", "_moment", "_name")

    def __init__(self, client: Any, name: str = "Redis", moment: Callable[[], float] = time.monotonic) -> None:
        from redis.exceptions import RedisError

        self._client = client
        self._name = name
        self._moment = moment
        self._errors = RedisError
        self._lock = threading.Lock()
        self._asks_again_at: float | None = None

    @classmethod
    def to(cls, url: str) -> RedisConnection:
        """Return the link to a URL; nothing is sent yet.

        Raises:
            ConfigInvalid: redis-py is not installed, or cannot read the URL.
        """
        try:
            from redis import Redis
            from redis.backoff import NoBackoff
            from redis.exceptions import ConnectionError
            from redis.retry import Retry
        except ImportError as error:
            raise ConfigInvalid("install the extra: pip install 'konnector-contracts[redis]'", "--state") from error
        # A connection that was closed while it lay idle is opened anew; a timeout is not waited for twice.
        retry = Retry(NoBackoff(), 1, supported_errors=(ConnectionError,))
        try:
            client = Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=retry)
        except ValueError as error:
            raise ConfigInvalid(f"this is not a URL of a Redis: {error}", "--state") from error
        where = client.get_connection_kwargs()
        place = where["path"] if "path" in where else f"{where['host']}:{where['port']}"
        return cls(client, f"Redis on {place}")

    def ask(self, question: Callable[[Any], T]) -> T:
        """Return the answer to a question.

        Raises:
            StateUnavailable: there was none, or there was none a moment ago.
        """
        self._wait_no_more()
        try:
            answer = question(self._client)
        except self._errors as error:
            with self._lock:
                self._asks_again_at = self._moment() + PAUSE_S
            raise StateUnavailable(f"{self._name} does not answer: {error}") from error
        self._asks_again_at = None
        return answer

    def script(self, text: str) -> Callable[[list[str], list[Any]], Any]:
        """Return a Lua script as a function of its keys and arguments, run by `ask`."""
        run = self._client.register_script(text)
        return lambda keys, args: self.ask(lambda client: run(keys=keys, args=args))

    def _wait_no_more(self) -> None:
        """Refuse at once while Redis is away, except to the one who finds out whether it still is."""
        if self._asks_again_at is None:
            return
        with self._lock:
            now = self._moment()
            if self._asks_again_at is not None:
                if now < self._asks_again_at:
                    raise StateUnavailable(f"{self._name} does not answer")
                self._asks_again_at = now + PAUSE_S


def key_of(*parts: str) -> str:
    """Return the name of a key."""
    return PREFIX + ":".join(parts)
