"""The one clock of the mock: windows, stamps and `retry_after` all read it.

A clock is real (follows the machine), shifted (follows it at a distance) or
frozen (stands still until it is set or advanced).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from mockserver.timestamps import iso_z

#: Moments outside are refused: a year further on must still be a date (`expires_at`).
EARLIEST_S = datetime(1971, 1, 1, tzinfo=UTC).timestamp()
LATEST_S = datetime(9990, 1, 1, tzinfo=UTC).timestamp()


class Clock:
    """Seconds since the epoch, movable and stoppable.

    Args:
        frozen_at: seconds since the epoch at which the clock stands still;
            None follows the machine.
        source: where real time comes from; tests pass their own.
        lock: held while the clock is moved, can be taken again by who holds it; one of its own by default.
    """

    __slots__ = ("_frozen_at", "_lock", "_offset_s", "_source")

    def __init__(
        self,
        frozen_at: float | None = None,
        source: Callable[[], float] = time.time,
        lock: AbstractContextManager[object] | None = None,
    ) -> None:
        self._source = source
        self._offset_s = 0.0
        self._frozen_at = frozen_at
        self._lock = threading.RLock() if lock is None else lock

    def now(self) -> float:
        """Return the moment in seconds since the epoch."""
        frozen_at = self._frozen_at
        return self._source() + self._offset_s if frozen_at is None else frozen_at

    @property
    def is_frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen_at is not None

    def set(self, moment: float) -> None:
        """Move to a moment; a running clock runs on from there.

        Args:
            moment: seconds since the epoch, `EARLIEST_S` to `LATEST_S`.

        Raises:
            ValueError: the moment is out of that range.
        """
        if not EARLIEST_S <= moment <= LATEST_S:
            raise ValueError(f"a moment between {iso_z(EARLIEST_S)} and {iso_z(LATEST_S)} was expected")
        with self._lock:
            if self._frozen_at is None:
                self._offset_s = moment - self._source()
            else:
                self._frozen_at = moment

    def advance(self, seconds: float) -> None:
        """Move by a number of seconds; negative moves back.

        Raises:
            ValueError: the clock would leave its range.
        """
        with self._lock:
            self.set(self.now() + seconds)

    def freeze(self, frozen: bool) -> None:
        """Stop the clock where it is, or let it run on from there."""
        with self._lock:
            now = self.now()
            if frozen:
                self._frozen_at = now
            elif self._frozen_at is not None:
                self._offset_s = now - self._source()
                self._frozen_at = None

    def restore(self, frozen_at: float | None) -> None:
        """Return to the state of a new clock frozen at a moment, or of a real one."""
        with self._lock:
            self._offset_s, self._frozen_at = 0.0, frozen_at

    @property
    def setting(self) -> tuple[float, float | None]:
        """Seconds ahead of real time, and where the clock stands still; None where it runs."""
        return self._offset_s, self._frozen_at

    def adopt(self, offset_s: float, frozen_at: float | None) -> None:
        """Take over the setting of another clock."""
        self._offset_s, self._frozen_at = offset_s, frozen_at
