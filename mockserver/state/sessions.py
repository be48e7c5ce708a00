"""Sessions: all that changes while the mock runs, one world per session.

A request belongs to the session whose key it carries, and to the default one
when its key is absent or unknown. Datasets never change and are shared; a
session only refers to one. May import every part of a session, and `config`.
"""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.config import Config
from mockserver.scenarios.magic import MAGIC_CASTS, MAGIC_KEYS
from mockserver.scenarios.records import Scenario, World, error_rate
from mockserver.state.clock import Clock
from mockserver.state.journal import Journal
from mockserver.state.keys import DEFAULT_KEYS, ApiKey, InitialKey, KeyRegistry, digest_of
from mockserver.state.quota import Quota, Window, with_limits
from mockserver.state.script import Script

if TYPE_CHECKING:
    from mockserver.scenarios.chooser import Play

DEFAULT_SESSION = "default"
MAX_SESSIONS = 1000
#: Keys that may be created in the default session, and in any other one.
MAX_DEFAULT_KEYS = 10_000
MAX_SESSION_KEYS = 1000
#: The journals of all sessions but the default one share so many times `journal_bytes`.
JOURNAL_SHARES = 16


@dataclass(frozen=True, slots=True)
class DatasetKey:
    """What decides the bytes of a dataset; equal keys share one.

    Attributes:
        routines: size of a generated organisation; None is the configured file or the packaged one.
        seed: of the generator.
        first_day: UTC day on which the session's clock started; relative dates count from it.
        file: a dataset file; None is the configured file or the packaged one.
    """

    routines: int | None
    seed: int
    first_day: date
    file: Path | None = None

    def shown_by(self, world: World) -> DatasetKey:
        """Return what a scenario shows in place of this."""
        is_other = world.file is not None or world.routines is not None
        return DatasetKey(
            world.routines if is_other else self.routines,
            self.seed if world.seed is None else world.seed,
            self.first_day - timedelta(days=world.days_ago),
            world.file if is_other else self.file,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """How a session differs from the configuration; None takes what is configured.

    Attributes:
        limit_minute: requests a minute, ≥ 1.
        limit_day: requests a day, ≥ 1.
        clock: seconds since the epoch at which the session's clock stands still.
        routines: size of a generated organisation.
        seed: of the generator.
        scenario: that the session plays.
    """

    limit_minute: int | None = None
    limit_day: int | None = None
    clock: float | None = None
    routines: int | None = None
    seed: int | None = None
    scenario: str | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Session:
    """One world: keys, counters, journal, script and clock that no other session sees.

    Attributes:
        name: unique among sessions, never used twice.
        keys: who may call.
        quota: how often.
        journal: what happened.
        script: what is played.
        clock: when it is.
        frozen_at: where `reset` freezes the clock; None lets it run.
        dataset_key: what `dataset` was made from.
        dataset: immutable, shared with other sessions.
        created: moment of creation on the session's clock, seconds since the epoch.
        last_used: rank among the uses of all sessions; a larger one is later.
    """

    name: str
    keys: KeyRegistry
    quota: Quota
    journal: Journal
    script: Script
    clock: Clock
    frozen_at: float | None
    dataset_key: DatasetKey
    dataset: Any
    created: float
    last_used: int = 0

    @property
    def limits(self) -> Mapping[str, int]:
        """Name of each window → requests let through, where no scenario says otherwise."""
        return {window.name: window.limit for window in with_limits(self.quota.windows, self.script.limits)}

    def reset(self) -> None:
        """Return keys, counters, journal, script and clock to where they were at the start."""
        self.clock.restore(self.frozen_at)
        self.script.clear()
        self.keys.restore()
        self.quota.clear()
        self.journal.clear()


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
    """

    __slots__ = ("_by_name", "_config", "_lock", "_max", "_open", "_owners", "_source", "_use", "_windows", "default")

    def __init__(
        self,
        config: Config,
        windows: Sequence[Window],
        open_dataset: Callable[[DatasetKey], Any],
        *,
        max_sessions: int = MAX_SESSIONS,
        source: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._windows = with_limits(windows, {"minute": config.limit_minute, "day": config.limit_day})
        self._open = open_dataset
        self._max = max_sessions
        self._source = source
        self._lock = threading.Lock()
        self._use = itertools.count(1)
        # Digests of the keys of all sessions but the default one, so that any number of them costs one look-up.
        self._owners: dict[bytes, Session] = {}
        self._by_name: dict[str, Session] = {}
        self.default = self._make(DEFAULT_SESSION, (*DEFAULT_KEYS, *MAGIC_KEYS), SessionOptions())

    def find(self, presented: str | None) -> tuple[Session, ApiKey | None]:
        """Return the session that a request belongs to, and what is known of its key.

        Args:
            presented: the key as sent; None where there is none.
        """
        if presented is None:
            return self.default, None
        digest = digest_of(presented)
        session = self._owners.get(digest)
        if session is None:
            return self.default, self.default.keys.at(digest)
        session.last_used = next(self._use)
        return session, session.keys.at(digest)

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
        with self._lock:
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
        session = self._make(f"session-{secrets.token_hex(5)}", initial, options or SessionOptions())
        session.last_used = next(self._use)
        with self._lock:
            while len(self._by_name) >= self._max:
                self._drop(min(self._by_name.values(), key=lambda other: other.last_used))
            self._by_name[session.name] = session
            session.keys.watch(partial(self._own, session))
            self._share_journal_bytes()
        return session, plain

    def organisation(self, session: Session, plays: Iterable[Play]) -> Any:
        """Return the dataset that the first of some scenarios shows, the session's own where none shows one.

        Raises:
            DatasetInvalid: it cannot be made.
        """
        for play in plays:
            if play.scenario.world is not None:
                return self._open(session.dataset_key.shown_by(play.scenario.world))
        return session.dataset

    def prepare(self, session: Session, scenario: Scenario) -> None:
        """Make the dataset of a scenario, before a request waits for it.

        Raises:
            DatasetInvalid: it cannot be made.
        """
        if scenario.world is not None:
            self._open(session.dataset_key.shown_by(scenario.world))

    def reset(self, session: Session) -> None:
        """Return a session to its start: keys, counters, journal, script and clock."""
        session.reset()

    def drop(self, name: str) -> bool:
        """End a session, its keys are unknown from now on; False where there is none, or it is the default one."""
        with self._lock:
            session = self._by_name.get(name)
            if session is None:
                return False
            self._drop(session)
            self._share_journal_bytes()
            return True

    def _make(self, name: str, initial: Sequence[InitialKey], options: SessionOptions) -> Session:
        config = self._config
        frozen_at = config.clock if options.clock is None else options.clock
        clock = Clock(frozen_at, self._source)
        now = clock.now()
        dataset_key = DatasetKey(
            config.routines if options.routines is None else options.routines,
            config.seed if options.seed is None else options.seed,
            datetime.fromtimestamp(now, UTC).date(),
        )
        max_created = MAX_DEFAULT_KEYS if name == DEFAULT_SESSION else MAX_SESSION_KEYS
        return Session(
            name=name,
            keys=KeyRegistry(initial, now, max_created=max_created),
            quota=Quota(with_limits(self._windows, {"minute": options.limit_minute, "day": options.limit_day})),
            journal=Journal(config.journal_entries, config.journal_bytes),
            script=Script(
                config.scenario if options.scenario is None else options.scenario,
                (error_rate(config.errors),) if config.errors else (),
                MAGIC_CASTS if name == DEFAULT_SESSION else {},
            ),
            clock=clock,
            frozen_at=frozen_at,
            dataset_key=dataset_key,
            dataset=self._open(dataset_key),
            created=now,
        )

    def _own(self, session: Session, digest: bytes, is_present: bool) -> None:
        if is_present:
            self._owners[digest] = session
        else:
            self._owners.pop(digest, None)

    def _drop(self, session: Session) -> None:
        del self._by_name[session.name]
        session.keys.unwatch()

    def _share_journal_bytes(self) -> None:
        most = self._config.journal_bytes
        share = min(most, most * JOURNAL_SHARES // max(len(self._by_name), 1))
        for session in self._by_name.values():
            session.journal.resize(share)
