"""The rarely changing part of a shared state: each process works on a copy of its own.

A change is made under the store's lock, on the newest copy, and published when it is
complete. Whoever has not seen it learns so before its next request counts.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import NamedTuple, Protocol

from mockserver.errors import StateUnavailable
from mockserver.state.backend import Backend


class LocalSessions(Protocol):
    """The sessions of this process."""

    def names(self) -> Sequence[str]:
        """List the sessions, the default one first."""
        ...

    def describe(self, name: str) -> bytes | None:
        """Return all that changes rarely in a session, None where there is no such session."""
        ...

    def adopt(self, name: str, document: bytes) -> None:
        """Make a session what another process says it is, a new one where there is none."""
        ...

    def leave(self, name: str) -> None:
        """End a session that another process has ended."""
        ...


class SessionLock:
    """Held while a session changes, by one thread of one process; can be taken again by who holds it."""

    __slots__ = ("_name", "_taken", "_world")

    def __init__(self, world: SessionReplicator, name: str) -> None:
        self._world = world
        self._name = name
        self._taken: list[AbstractContextManager[None]] = []

    def __enter__(self) -> None:
        change = self._world.changing(self._name)
        change.__enter__()
        self._taken.append(change)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._taken.pop().__exit__(kind, error, traceback)


class _Known(NamedTuple):
    version: str
    document: bytes


class SessionReplicator:
    """Keeps the copy of this process and the store alike.

    Args:
        share: with the store.
        copy: sessions of this process.
        new_version: of a document, never the same twice; random by default.
    """

    def __init__(
        self, share: Backend, copy: LocalSessions, new_version: Callable[[], str] = lambda: secrets.token_hex(8)
    ) -> None:
        self._share = share
        self._store = share.store
        self._copy = copy
        self._new_version = new_version
        self._threads = threading.RLock()
        self._is_inside = False
        self._touched: set[str] = set()
        self._known: dict[str, _Known] = {}

    def open(self) -> None:
        """Take over what other processes have, or be the first.

        Raises:
            StateUnavailable: the store cannot be reached.
        """
        while self._share.seen.token is None:
            self._renew()

    def refresh(self) -> None:
        """Take over what other processes have changed; costs little where they changed nothing.

        Raises:
            StateUnavailable: the store cannot be reached, and this process does not go on alone.
        """
        try:
            # Who has seen nothing looks, even where there is nothing: what was lost is to be given again.
            seen = self._share.seen.token
            if seen is None or self._store.token() != seen:
                self._renew()
        except StateUnavailable:
            if not self._share.goes_on_alone:
                raise

    def lock_of(self, name: str) -> SessionLock:
        """Return what is held while a session changes: `changing` as an object that can be entered many times."""
        return SessionLock(self, name)

    @contextmanager
    def changing(self, name: str) -> Iterator[None]:
        """Change a session, make it or end it: on the newest copy, seen by every process at the end.

        Can be nested; the outermost one publishes. Where it fails, nothing was changed.

        Args:
            name: of the session.

        Raises:
            StateUnavailable: the store cannot be reached.
        """
        with self._threads:
            self._touched.add(name)
            if self._is_inside:
                yield
                return
            with self._inside():
                try:
                    with self._store.changing():
                        self._catch_up()
                        yield
                        published = self._publish()
                except BaseException:
                    self._known.clear()  # the copy may be half changed: all of it is read again
                    self._share.seen.token = None
                    raise
                self._remember(published)

    @contextmanager
    def _inside(self) -> Iterator[None]:
        self._is_inside = True
        try:
            yield
        finally:
            self._is_inside = False
            self._touched.clear()

    def _renew(self) -> None:
        with self._threads:
            # Read before the documents: what changes in between is seen the next time.
            token = self._store.token()
            if token is not None and self._store.versions():
                with self._inside():
                    self._catch_up()
                self._share.seen.token = token
            else:
                with self.changing(self._copy.names()[0]):
                    pass  # nobody was here before, or the store has lost something: it is given the copy

    def _catch_up(self) -> None:
        versions = self._store.versions()
        if not versions:
            self._touched.update(self._copy.names())
            self._known.clear()
            return
        for name, version in versions.items():
            known = self._known.get(name)
            if known is None or known.version != version:
                document = self._store.read(name)
                if document is not None:
                    self._copy.adopt(name, document)
                    self._known[name] = _Known(version, document)
        for name in self._copy.names():
            if name not in versions:
                self._known.pop(name, None)
                self._copy.leave(name)

    def _publish(self) -> dict[str, _Known | None]:
        """Write what differs from what the store has; return it."""
        published: dict[str, _Known | None] = {}
        for name in self._touched:
            known, document = self._known.get(name), self._copy.describe(name)
            if document is None:
                if known is not None:
                    self._store.drop(name)
                    published[name] = None
            elif known is None or known.document != document:
                version = self._new_version()
                self._store.put(name, version, document)
                published[name] = _Known(version, document)
        return published

    def _remember(self, published: dict[str, _Known | None]) -> None:
        for name, known in published.items():
            if known is None:
                del self._known[name]
            else:
                self._known[name] = known
