"""Sessions: all that changes while the mock runs, one world per session.

A request belongs to the session whose key it carries; when its key is absent or
unknown, to the one that it names, else to the default one. Datasets never change and are shared; a
session only refers to one.
"""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from mockserver.config import Config
from mockserver.scenarios.models import Scenario
from mockserver.state import snapshot
from mockserver.state.backend import Backend
from mockserver.state.backends.memory import MemoryParts, NoReplication
from mockserver.state.keys import DEFAULT_KEYS, ApiKey, InitialKey
from mockserver.state.rate_limits import with_limits
from mockserver.state.replication import SessionReplicator
from mockserver.state.session import DEFAULT_SESSION, DatasetKey, Session, SessionOptions
from mockserver.state.session_factory import MAGIC_KEYS, SessionFactory, SessionParts
from oas.api_keys import digest_of
from oas.vocabulary import RateLimitWindow

if TYPE_CHECKING:
    from mockserver.scenarios.models import Scenario

__all__ = ["DEFAULT_SESSION", "DatasetKey", "Session", "SessionOptions", "Sessions"]

MAX_SESSIONS = 1000
#: The journals of all sessions but the default one share so many times `journal_bytes`.
JOURNAL_SHARES = 16


class Sessions:
    """The sessions of one server, found by key or by name.

    At most `max_sessions` exist beside the default one; creating one more
    drops the one that was unused for longest. The journals of all of them
    share one bound, so that memory does not grow with their number.

    Args:
        config: limits, clock, journal bounds, dataset size and seed.
        windows: as the document declares them.
        open_dataset: returns the dataset for a key, and decides what it caches;
            may raise `DatasetInvalid`.
        max_sessions: ≥ 1.
        source: real time in seconds since the epoch.
        share: with other processes; None shares with nobody.

    Raises:
        ConfigInvalid: the other processes have other settings.
        StateUnavailable: they cannot be reached.
    """

    __slots__ = (
        "_by_name", "_journal_bytes", "_make", "_max", "_owners", "_parts", "_settings", "_use", "_world",
        "default", "refresh",
    )  # fmt: skip

    def __init__(
        self,
        config: Config,
        windows: Sequence[RateLimitWindow],
        open_dataset: Callable[[DatasetKey], Any],
        *,
        max_sessions: int = MAX_SESSIONS,
        source: Callable[[], float] = time.time,
        share: Backend | None = None,
    ) -> None:
        self._max = max_sessions
        self._journal_bytes = config.journal_bytes
        self._parts = MemoryParts() if share is None else share
        self._world = NoReplication() if share is None else SessionReplicator(share, self)
        self._make = SessionFactory(
            config, windows, open_dataset, source, SessionParts(self._parts, self._world.lock_of)
        )
        self._settings = snapshot.settings_of(config, self._make.windows)
        self._use = itertools.count(1)
        # Digests of the keys of all sessions but the default one, so that any number of them costs one look-up.
        self._owners: dict[bytes, Session] = {}
        self._by_name: dict[str, Session] = {}
        self.default = self._make.new(DEFAULT_SESSION, (*DEFAULT_KEYS, *MAGIC_KEYS), SessionOptions())
        #: Takes over what other processes have changed; raises `StateUnavailable` where they cannot be reached.
        self.refresh = self._world.refresh
        self._world.open()

    def find(self, presented: str | None, named: str | None = None) -> tuple[Session, ApiKey | None]:
        """Return the session that a request belongs to, and what is known of its key.

        Args:
            presented: the key as sent; None where there is none.
            named: session of a request whose key leads to none; the default one where that does not exist.
        """
        if presented is None:
            return self._keyless(named), None
        digest = digest_of(presented)
        session = self._owners.get(digest)
        if session is None:
            key = self.default.keys.at(digest)
            return (self.default if key else self._keyless(named)), key
        session.last_used = next(self._use)
        return session, session.keys.at(digest)

    def _keyless(self, named: str | None) -> Session:
        return (self.named(named) if named else None) or self.default

    def named(self, name: str) -> Session | None:
        """Return a session by its name, or None."""
        if name == DEFAULT_SESSION:
            return self.default
        session = self._by_name.get(name)
        if session is not None:
            session.last_used = next(self._use)
        return session

    def list(self) -> list[Session]:
        """List the default session, then the others by creation."""
        return [self.default, *self._by_name.values()]

    def create(self, options: SessionOptions | None = None) -> tuple[Session, Mapping[str, str]]:
        """Make a session with keys of its own.

        Args:
            options: how it differs from the configuration.

        Returns:
            The session, and its plain keys by role, to be shown once.

        Raises:
            DatasetInvalid: its dataset cannot be made.
        """
        plain = {"admin": secrets.token_hex(16), "member": secrets.token_hex(16)}
        initial = (
            InitialKey(plain["admin"], "admin", description="administrator of the session"),
            InitialKey(plain["member"], "member", description="no administrator"),
        )
        session = self._make.new(f"session-{secrets.token_hex(5)}", initial, options or SessionOptions())
        with session.lock:
            while len(self._by_name) >= self._max:
                self.drop(min(self._by_name.values(), key=lambda other: other.last_used).name)
            self._enter(session)
        return session, plain

    def organisation(self, session: Session, scenarios: Iterable[Scenario]) -> Any:
        """Return the dataset that the first of some scenarios shows, the session's own where none shows one.

        Raises:
            DatasetInvalid: it cannot be made.
        """
        for scenario in scenarios:
            if scenario.world is not None:
                return self._make.open_dataset(session.dataset_key.shown_by(scenario.world))
        return session.dataset

    def renew(self, windows: Sequence[RateLimitWindow], open_dataset: Callable[[DatasetKey], Any]) -> None:
        """Go on under a changed document or dataset: keys, counts, journals, scripts and clocks stay.

        Nothing changes where it fails. A limit that a session was given for itself stays, too.

        Args:
            windows: as the document declares them now.
            open_dataset: as of `Sessions`.

        Raises:
            DatasetInvalid: a dataset cannot be made.
        """
        former = {window.name: window.limit for window in self._make.windows}
        opened = [(session, open_dataset(session.dataset_key)) for session in self.list()]
        self._make.renew(windows, open_dataset)
        for session, dataset in opened:
            session.dataset = dataset
            own = {one.name: one.limit for one in session.quota.windows if one.limit != former.get(one.name)}
            session.quota = session.quota.under(with_limits(self._make.windows, own))

    def prepare(self, session: Session, scenario: Scenario) -> None:
        """Make the dataset of a scenario, before a request waits for it.

        Raises:
            DatasetInvalid: it cannot be made.
        """
        if scenario.world is not None:
            self._make.open_dataset(session.dataset_key.shown_by(scenario.world))

    def reset(self, session: Session) -> None:
        """Return a session to its start: keys, counters, journal, script and clock."""
        session.reset()

    def drop(self, name: str) -> bool:
        """End a session, its keys are unknown from now on; False where there is none, or it is the default one."""
        session = self._by_name.get(name)
        if session is None:
            return False
        with session.lock:
            is_there = name in self._by_name
            if is_there:
                self.leave(name)
                self._parts.forget(name)
        return is_there

    def names(self) -> Sequence[str]:
        """List the names of all sessions, the default one first; see `sharing.world.Copy`."""
        return [DEFAULT_SESSION, *self._by_name]

    def describe(self, name: str) -> bytes | None:
        """Return all that changes rarely in a session, None where there is none; see `sharing.world.Copy`."""
        session = self.default if name == DEFAULT_SESSION else self._by_name.get(name)
        return None if session is None else snapshot.describe(session, self._settings)

    def adopt(self, name: str, document: bytes) -> None:
        """Make a session what another process says it is; see `sharing.world.Copy`.

        Raises:
            ConfigInvalid: the other process has other settings.
        """
        facts = snapshot.read(document, self._settings)
        session = self.default if name == DEFAULT_SESSION else self._by_name.get(name)
        if session is None:
            session = self._make.again(name, facts)
            self._enter(session)
        if session.dataset_key != facts.dataset_key:
            session.dataset_key, session.dataset = facts.dataset_key, self._make.open_dataset(facts.dataset_key)
        facts.apply(session)

    def leave(self, name: str) -> None:
        """Know a session no more; see `sharing.world.Copy`."""
        session = self._by_name.pop(name)
        session.keys.unwatch()
        session.journal.feed.close()  # who listens would wait for a world that has ended
        self._share_journal_bytes()

    def _enter(self, session: Session) -> None:
        session.last_used = next(self._use)
        self._by_name[session.name] = session
        session.keys.watch(partial(self._own, session))
        self._share_journal_bytes()

    def _own(self, session: Session, digest: bytes, is_present: bool) -> None:
        if is_present:
            self._owners[digest] = session
        else:
            self._owners.pop(digest, None)

    def _share_journal_bytes(self) -> None:
        most = self._journal_bytes
        share = min(most, most * JOURNAL_SHARES // max(len(self._by_name), 1))
        for session in self._by_name.values():
            session.journal.resize(share)
