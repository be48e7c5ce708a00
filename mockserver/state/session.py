"""One session: a world of keys, counters, journal, script and clock, and what decides its dataset."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from mockserver.scenarios.models import DatasetChoice
from mockserver.state.clock import Clock
from mockserver.state.journal import Journal
from mockserver.state.keys import KeyRegistry
from mockserver.state.rate_limits import FixedWindowLimiter, with_limits
from mockserver.state.rules import ActiveRules

#: The session of every request that names no other one.
DEFAULT_SESSION = "default"


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

    def shown_by(self, world: DatasetChoice) -> DatasetKey:
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
        lock: held while keys, script or clock change; can be taken again by who holds it.
        last_used: rank among the uses of all sessions; a larger one is later.
    """

    name: str
    keys: KeyRegistry
    quota: FixedWindowLimiter
    journal: Journal
    script: ActiveRules
    clock: Clock
    frozen_at: float | None
    dataset_key: DatasetKey
    dataset: Any
    created: float
    lock: AbstractContextManager[object]
    last_used: int = 0

    @property
    def limits(self) -> Mapping[str, int]:
        """Name of each window → requests let through, where no scenario says otherwise."""
        return {window.name: window.limit for window in with_limits(self.quota.windows, self.script.limits)}

    def reset(self) -> None:
        """Return keys, counters, journal, script and clock to where they were at the start."""
        with self.lock:
            self.clock.restore(self.frozen_at)
            self.script.clear()
            self.keys.restore()
            self.quota.clear()
            self.journal.clear()
