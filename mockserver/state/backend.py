"""The parts of a shared state, whatever backend keeps it.

What changes with each request (counters, turns, journal) is kept by the parts of a
`Backend` themselves. What changes rarely (keys, clock, script, which sessions there are)
is one document per session in a `SnapshotStore`; each process works on its own copy, and a
counter refuses to count for a copy that is out of date.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from mockserver.state.events import EventBus
from mockserver.state.journal import JournalStorage
from mockserver.state.rate_limits import CounterStorage
from mockserver.state.rules import RuleUsage


class StaleRevision(Exception):
    """This process has not seen the latest change: nothing was counted, refresh and try again."""


class Seen:
    """The latest change that this process has seen.

    Attributes:
        token: of that change; None has seen nothing.
    """

    __slots__ = ("token",)

    def __init__(self) -> None:
        self.token: object = None


class SnapshotStore(Protocol):
    """Documents by name, changed by one process at a time."""

    def token(self) -> object:
        """Return what stands for the latest change, None where there was none; costs little."""
        ...

    def changing(self) -> AbstractContextManager[None]:
        """Keep every other process from changing anything; writes are seen by the others at the end, or not at all."""
        ...

    def versions(self) -> Mapping[str, str]:
        """Return name → version of its document, in the order in which they were made."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return a document, None where there is none."""
        ...

    def put(self, name: str, version: str, document: bytes) -> None:
        """Make or replace a document; only inside `changing`."""
        ...

    def drop(self, name: str) -> None:
        """Remove a document; only inside `changing`."""
        ...


class SessionStorage(Protocol):
    """What changes with each request, by name of the session."""

    def counters(self, session: str, windows: int) -> CounterStorage:
        """Return the counters of a session; `hit` raises `StaleRevision` where a change was not seen yet."""
        ...

    def turns(self, session: str) -> RuleUsage:
        """Return the turns of a session's rules."""
        ...

    def shelf(self, session: str, max_entries: int, max_bytes: int) -> JournalStorage:
        """Return where the journal of a session is kept."""
        ...

    def feed(self, shelf: JournalStorage) -> EventBus:
        """Return what tells readers of the exchanges on a shelf."""
        ...

    def forget(self, session: str) -> None:
        """Remove all of a session that is no more."""
        ...


class Backend(SessionStorage, Protocol):
    """Where several processes keep one state. Whatever cannot be reached raises `StateUnavailable`."""

    @property
    def seen(self) -> Seen:
        """What the counters hold against the store's token."""
        ...

    @property
    def store(self) -> SnapshotStore:
        """What changes rarely."""
        ...

    @property
    def goes_on_alone(self) -> bool:
        """Whether this process counts by itself while the others cannot be reached."""
        ...
