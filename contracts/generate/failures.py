"""Requests that showed a failure, kept between runs in an example database of Hypothesis.

What is kept are lines of a corpus, so that they outlive other versions of the
generators, and placeholders, so that they serve every server. Kept where
`--example-database` says: a directory, or a Redis that many machines share.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.entries import Entry, parse
from contracts.errors import ConfigInvalid
from oas.contract import Contract

__all__ = ["FailureStore"]

_OPTION = "--example-database"
_SCHEMES = ("redis://", "rediss://", "unix://")
_TIMEOUT_S = 5.0


class FailureStore:
    """Failing requests of earlier runs on the same document.

    Args:
        database: of Hypothesis: `save`, `fetch` and `delete` of bytes under a key.
        document: whose failures these are.
    """

    def __init__(self, database: Any, document: Contract) -> None:
        self._database = database
        name = f"{document.title}\n{[operation.id for operation in document.operations]}"
        self._key = b"contracts-" + hashlib.sha256(name.encode()).hexdigest()[:16].encode()

    @classmethod
    def open(cls, place: str, document: Contract) -> FailureStore:
        """Open the database at a directory or a `redis://` URL.

        Raises:
            ConfigInvalid: it cannot be opened.
        """
        if place.startswith(_SCHEMES):
            return cls(_redis(place), document)
        from hypothesis.database import DirectoryBasedExampleDatabase

        path = Path(place)
        if path.exists() and not path.is_dir():
            raise ConfigInvalid(f"a directory or a redis:// URL was expected; {place} is a file", _OPTION)
        return cls(DirectoryBasedExampleDatabase(path), document)

    def entries(self) -> tuple[Entry, ...]:
        """Return the kept requests, in an order that does not change; what is not a request is passed over.

        Raises:
            ConfigInvalid: the database does not answer.
        """
        found: list[Entry] = []
        with _translated():
            kept = sorted(self._database.fetch(self._key))
        for data in kept:
            with contextlib.suppress(ConfigInvalid, UnicodeDecodeError):
                found.append(parse(data.decode("utf-8")))
        return tuple(found)

    def keep(self, entry: Entry) -> None:
        """Keep a request that failed."""
        with _translated():
            self._database.save(self._key, entry.line.encode())

    def forget(self, entry: Entry) -> None:
        """Forget a request that fails no more."""
        with _translated():
            self._database.delete(self._key, entry.line.encode())


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # whatever the database is made of, it raises its own
        message = f"the example database does not answer: {error}; check it, or run without it"
        raise ConfigInvalid(message, _OPTION) from error


def _redis(url: str) -> Any:
    try:
        from hypothesis.extra.redis import RedisExampleDatabase
        from redis import Redis
    except ImportError as error:
        message = "a redis:// URL needs the package redis; pip install 'konnector-contracts[redis]'"
        raise ConfigInvalid(message, _OPTION) from error
    try:
        client = Redis.from_url(url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S)
    except ValueError as error:
        raise ConfigInvalid(f"not a Redis URL: {error}", _OPTION) from error
    with _translated():
        client.ping()
    return RedisExampleDatabase(client)
