"""What time it is on the server, as far as its answers tell."""

from __future__ import annotations

import threading
from email.utils import parsedate_to_datetime
from typing import NamedTuple

__all__ = ["Moment", "ServerClock", "http_date"]

#: Doubt about a clock that nothing is known of: as long as the longest window.
UNKNOWN_S = 86_400.0
#: `Date` is cut to whole seconds.
_GRAIN_S = 1.0
#: What is counted twice around the turn of a window costs nothing; what is missed costs a 429.
_MARGIN_S = 1.0


class ClockReading(NamedTuple):
    """What the clock of a mock showed: a moment, seconds since the epoch, between two of our own; is it frozen."""

    moment: float
    sent: float
    received: float
    is_frozen: bool


class Moment(NamedTuple):
    """What the server's clock shows: at least `at`, seconds since the epoch, at most `doubt_s` more."""

    at: float
    doubt_s: float = 0.0


class ServerClock:
    """Bounds of the difference between the server's clock and ours, narrowed by each answer.

    Where answers contradict each other, because the server's clock was set or
    several machines answer, the bounds are widened instead. Safe for threads.

    Args:
        offset: bounds that an earlier run knew, as `offset` gives them.
    """

    def __init__(self, offset: tuple[float, float] | None = None) -> None:
        self._lock = threading.Lock()
        self._low: float | None = None
        self._high = 0.0
        self._earlier = offset
        self._fixed: float | None = None

    @property
    def offset(self) -> tuple[float, float] | None:
        """The least that the server's clock is ahead of ours, and the doubt, seconds; None while nothing is known."""
        with self._lock:
            if self._low is not None:
                return self._low, self._high - self._low + _MARGIN_S
            return self._earlier

    def now(self, ours: float) -> Moment:
        """Return what the server's clock shows; our own time, in the greatest doubt, while nothing is known.

        Args:
            ours: wall clock of this machine, seconds since the epoch.
        """
        if self._fixed is not None:
            return Moment(self._fixed)
        low, doubt_s = self.offset or (0.0, UNKNOWN_S)
        return Moment(ours + low, doubt_s)

    def observe(self, date: float, sent: float, received: float) -> None:
        """Learn from a `Date`, cut to seconds, of an answer to a request sent and received at our moments."""
        self._narrow(date - received, date + _GRAIN_S - sent)

    def set(self, moment: float, sent: float, received: float, *, is_frozen: bool = False) -> None:
        """Learn what a mock's clock showed; what was known before is forgotten.

        Args:
            moment: that the clock showed between `sent` and `received`, perhaps cut to seconds.
            sent: our moment of asking.
            received: our moment of the answer.
            is_frozen: the clock stands still until it is set.
        """
        with self._lock:
            self._low = moment - received
            self._high = moment + _GRAIN_S - sent
            self._fixed = moment if is_frozen else None

    def _narrow(self, low: float, high: float) -> None:
        with self._lock:
            if self._low is None:
                self._low, self._high = low, high
            elif low > self._high or high < self._low:
                self._low, self._high = min(low, self._low), max(high, self._high)
            else:
                self._low, self._high = max(low, self._low), min(high, self._high)


def http_date(value: str | None) -> float | None:
    """Return an HTTP date in seconds since the epoch, None where it is none.

    Source: RFC 9110 §5.6.7.
    """
    if not value or len(value) > 64:
        return None
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError, OSError):
        return None
