"""Fixed windows: how many requests an identity may still send, and when it may again.

An identity is the hash of a known API key, or `client:<address>`. Every
request counts in every window, refused ones too. The number of the window
(moment // seconds) is part of a counter's name, so the clock alone rules: when
it is moved back into a window that was counted, the earlier counts are there.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import sub
from typing import NamedTuple, Protocol

from oas.vocabulary import RateLimitWindow

#: Where identities beyond the bound of a table are counted, together.
OVERFLOW = "*"


class RateLimitStatus(NamedTuple):
    """What one request found.

    Attributes:
        windows: in the document's order.
        remaining: what is left in each window after this request, ≥ 0, same order.
        exhausted: the window that refuses this request, the longest where several do; None lets it through.
        retry_after_s: whole seconds to the end of `exhausted`, ≥ 1; 0 where there is none.
    """

    windows: tuple[RateLimitWindow, ...]
    remaining: tuple[int, ...]
    exhausted: RateLimitWindow | None
    retry_after_s: int

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return limit and remaining of each window as response headers."""
        headers: list[tuple[str, str]] = []
        for window, left in zip(self.windows, self.remaining, strict=True):
            headers += (window.limit_header, str(window.limit)), (window.remaining_header, str(left))
        return tuple(headers)


class CounterStorage(Protocol):
    """Where counts live: in this process, or shared between processes.

    A counter is named by its identity, the position of its window in the
    quota's list, and the window's number. A shared storage is made for one
    session and the windows' names, and may forget a counter only when nobody
    can reach its window any more, however the clock moves.
    """

    def hit(self, identity: str, numbers: tuple[int, ...]) -> Sequence[int]:
        """Count one request in every window, at once and exactly.

        Args:
            identity: who sent it.
            numbers: the current number of each window.

        Returns:
            The count of each window, this request included.
        """
        ...

    def clear(self) -> None:
        """Forget every count."""
        ...


class MemoryCounters:
    """Counts in this process: exact under threads, bounded whatever is tried.

    Each window number has a table of its own. A table that is full counts all
    further identities as one, which lets nobody exceed a limit. Tables are
    dropped whole, the longest unused first, when there are too many of them or
    of their counters; the current one never is. So a clock that is moved back
    beyond what is kept finds the window unused.

    Args:
        windows: how many windows each request counts in.
        max_identities: most identities in one table, ≥ 1; all tables of a
            window together hold at most twice as many.
        max_tables: most window numbers kept of each window, ≥ 1.
    """

    __slots__ = ("_current", "_lock", "_max_identities", "_max_tables", "_numbers", "_tables")

    def __init__(self, windows: int, max_identities: int = 20_000, max_tables: int = 1000) -> None:
        self._lock = threading.Lock()
        self._max_identities = max_identities
        self._max_tables = max_tables
        self._tables: tuple[dict[int, dict[str, int]], ...] = tuple({} for _ in range(windows))
        self._numbers: tuple[int, ...] | None = None
        self._current: tuple[dict[str, int], ...] = ()

    def hit(self, identity: str, numbers: tuple[int, ...]) -> Sequence[int]:
        """Count one request in every window; see `CounterStorage`."""
        counts = []
        with self._lock:
            if numbers != self._numbers:
                self._turn(numbers)
            for table in self._current:
                count = table.get(identity)
                if count is None:
                    counts.append(self._admit(identity, table))
                else:
                    table[identity] = count = count + 1
                    counts.append(count)
        return counts

    def clear(self) -> None:
        """Forget every count."""
        with self._lock:
            for tables in self._tables:
                tables.clear()
            self._numbers, self._current = None, ()

    def __len__(self) -> int:
        """Return the number of counters kept."""
        with self._lock:
            return sum(len(table) for tables in self._tables for table in tables.values())

    def _admit(self, identity: str, table: dict[str, int]) -> int:
        if len(table) >= self._max_identities:
            identity = OVERFLOW
        table[identity] = count = table.get(identity, 0) + 1
        return count

    def _turn(self, numbers: tuple[int, ...]) -> None:
        """Make the tables of these numbers current, and the most recently used."""
        current = []
        for tables, number in zip(self._tables, numbers, strict=True):
            table = tables.pop(number, {})
            self._trim(tables)
            tables[number] = table
            current.append(table)
        self._numbers, self._current = numbers, tuple(current)

    def _trim(self, tables: dict[int, dict[str, int]]) -> None:
        kept = sum(map(len, tables.values()))
        while tables and (len(tables) >= self._max_tables or kept > self._max_identities):
            kept -= len(tables.pop(next(iter(tables))))


class CurrentWindows(NamedTuple):
    """The stretch of time, from `start` up to `end`, in which no window changes its number."""

    start: float
    end: float
    numbers: tuple[int, ...]


class FixedWindowLimiter:
    """The windows of one session.

    Args:
        windows: any number of them, none limits nothing.
        counters: where counts live; in memory by default.
    """

    __slots__ = ("_counters", "_limits", "_span", "windows")

    def __init__(self, windows: Sequence[RateLimitWindow], counters: CounterStorage | None = None) -> None:
        self.windows = tuple(windows)
        self._limits = tuple(window.limit for window in windows)
        self._counters = MemoryCounters(len(self.windows)) if counters is None else counters
        self._span = CurrentWindows(math.inf, -math.inf, ())

    def hit(self, identity: str, now: float, windows: tuple[RateLimitWindow, ...] | None = None) -> RateLimitStatus:
        """Count one request and say whether it is let through.

        Args:
            identity: hash of a known key, or `client:<address>`.
            now: seconds since the epoch on the session's clock.
            windows: the same windows with other limits, for this request; None takes those of the session.
        """
        start, end, numbers = self._span
        if not start <= now < end:
            self._span = span = self._span_at(now)
            numbers = span.numbers
        if windows is None:
            windows, limits = self.windows, self._limits
        else:
            limits = tuple(window.limit for window in windows)
        remaining = tuple(map(sub, limits, self._counters.hit(identity, numbers)))
        for left in remaining:
            if left < 0:
                return _refused(windows, remaining, now)
        return RateLimitStatus(windows, remaining, None, 0)

    def clear(self) -> None:
        """Forget every count."""
        self._counters.clear()

    def under(self, windows: Sequence[RateLimitWindow]) -> FixedWindowLimiter:
        """Return a quota of other limits that goes on with these counts.

        Where the windows themselves are others, it begins with none, in memory.
        """
        is_same = [(one.name, one.seconds) for one in windows] == [(one.name, one.seconds) for one in self.windows]
        return FixedWindowLimiter(windows, self._counters if is_same else None)

    def _span_at(self, now: float) -> CurrentWindows:
        moment = math.floor(now)
        numbers = tuple(moment // window.seconds for window in self.windows)
        starts = [number * window.seconds for number, window in zip(numbers, self.windows, strict=True)]
        ends = [start + window.seconds for start, window in zip(starts, self.windows, strict=True)]
        return CurrentWindows(max(starts, default=-math.inf), min(ends, default=math.inf), numbers)


def _refused(windows: tuple[RateLimitWindow, ...], remaining: tuple[int, ...], now: float) -> RateLimitStatus:
    exceeded = [window for window, left in zip(windows, remaining, strict=True) if left < 0]
    window = max(exceeded, key=lambda window: window.seconds)
    return RateLimitStatus(windows, tuple(max(left, 0) for left in remaining), window, seconds_left(window, now))


def seconds_left(window: RateLimitWindow, now: float) -> int:
    """Return the whole seconds to the end of a window, ≥ 1, rounded up."""
    moment = math.floor(now)
    return window.seconds - moment % window.seconds


def with_limits(windows: Sequence[RateLimitWindow], limits: Mapping[str, int | None]) -> tuple[RateLimitWindow, ...]:
    """Return the windows with other limits.

    Args:
        windows: as the document declares them.
        limits: name of a window → its limit, ≥ 1; None, like a name that no window has, changes nothing.
    """
    return tuple(replace(window, limit=limits.get(window.name) or window.limit) for window in windows)
