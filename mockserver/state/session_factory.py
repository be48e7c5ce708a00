"""Make sessions from the configuration, or from the description of another process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from mockserver.config import Config
from mockserver.scenarios.models import error_rate
from mockserver.scenarios.registry import SCENARIOS
from mockserver.state.backend import SessionStorage
from mockserver.state.clock import Clock
from mockserver.state.journal import Journal
from mockserver.state.keys import InitialKey, KeyRegistry
from mockserver.state.rate_limits import FixedWindowLimiter, with_limits
from mockserver.state.rules import ActiveRules
from mockserver.state.session import DEFAULT_SESSION, DatasetKey, Session, SessionOptions
from mockserver.state.snapshot import SessionSnapshot
from oas.api_keys import hash_of
from oas.vocabulary import RateLimitWindow

#: Keys that may be created in the default session, and in any other one.
MAX_DEFAULT_KEYS = 10_000
MAX_SESSION_KEYS = 1000

#: What the default session starts with, beside the keys of the samples.
MAGIC_KEYS: Final = tuple(
    InitialKey(plain, "admin", description=f"magic: plays the scenario {scenario}")
    for plain, scenario in SCENARIOS.items()
)
#: Hash of each magic key → its scenario.
MAGIC_ASSIGNMENTS: Final = {hash_of(plain): scenario for plain, scenario in SCENARIOS.items()}


class SessionParts(NamedTuple):
    """What sessions stand on.

    Attributes:
        parts: where counts, turns and exchanges are kept.
        lock_of: returns what is held while the session of a name changes.
    """

    parts: SessionStorage
    lock_of: Callable[[str], AbstractContextManager[object]]


class SessionFactory:
    """Makes sessions.

    Args:
        config: limits, clock, journal bounds, dataset size and seed.
        windows: as the document declares them.
        open_dataset: returns the dataset for a key; may raise `DatasetInvalid`.
        source: real time in seconds since the epoch.
        ground: what they stand on.

    Attributes:
        windows: with the limits of the configuration.
        open_dataset: as given.
    """

    def __init__(
        self,
        config: Config,
        windows: Sequence[RateLimitWindow],
        open_dataset: Callable[[DatasetKey], Any],
        source: Callable[[], float],
        ground: SessionParts,
    ) -> None:
        self._config = config
        self._source = source
        self._ground = ground
        self.renew(windows, open_dataset)

    def renew(self, windows: Sequence[RateLimitWindow], open_dataset: Callable[[DatasetKey], Any]) -> None:
        """Make the next sessions of another document or dataset."""
        config = self._config
        self.windows = with_limits(windows, {"minute": config.limit_minute, "day": config.limit_day})
        self.open_dataset = open_dataset

    def new(self, name: str, initial: Sequence[InitialKey], options: SessionOptions) -> Session:
        """Make a session of the configuration.

        Args:
            name: of no other session.
            initial: keys that it starts with.
            options: how it differs from the configuration.

        Raises:
            DatasetInvalid: its dataset cannot be made.
        """
        config = self._config
        frozen_at = config.clock if options.clock is None else options.clock
        first_day = datetime.fromtimestamp(Clock(frozen_at, self._source).now(), UTC).date()
        dataset_key = DatasetKey(
            config.routines if options.routines is None else options.routines,
            config.seed if options.seed is None else options.seed,
            first_day,
        )
        return self._assemble(name, frozen_at, dataset_key, options, initial)

    def again(self, name: str, facts: SessionSnapshot) -> Session:
        """Make a session that another process has made; its facts are still to be applied.

        Raises:
            DatasetInvalid: its dataset cannot be made here.
        """
        limits = SessionOptions(limit_minute=facts.limits.get("minute"), limit_day=facts.limits.get("day"))
        return self._assemble(name, facts.frozen_at, facts.dataset_key, limits)

    def _assemble(
        self,
        name: str,
        frozen_at: float | None,
        dataset_key: DatasetKey,
        options: SessionOptions,
        initial: Sequence[InitialKey] = (),
    ) -> Session:
        config, parts, lock = self._config, self._ground.parts, self._ground.lock_of(name)
        clock, bounds = Clock(frozen_at, self._source, lock), (config.journal_entries, config.journal_bytes)
        shelf = parts.shelf(name, *bounds)
        max_created = MAX_DEFAULT_KEYS if name == DEFAULT_SESSION else MAX_SESSION_KEYS
        windows = with_limits(self.windows, {"minute": options.limit_minute, "day": options.limit_day})
        return Session(
            name=name,
            keys=KeyRegistry(initial, clock.now(), max_created=max_created, lock=lock),
            quota=FixedWindowLimiter(windows, parts.counters(name, len(windows))),
            journal=Journal(*bounds, shelf, parts.feed(shelf)),
            script=ActiveRules(
                config.scenario if options.scenario is None else options.scenario,
                (error_rate(config.errors),) if config.errors else (),
                MAGIC_ASSIGNMENTS if name == DEFAULT_SESSION else {},
                parts.turns(name),
                lock,
            ),
            clock=clock,
            frozen_at=frozen_at,
            dataset_key=dataset_key,
            dataset=self.open_dataset(dataset_key),
            created=clock.now(),
            lock=lock,
        )
