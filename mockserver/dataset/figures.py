"""Daily figures: five counts a day, their sums over any span of days, percentages.

A day is the number of days since 1970-01-01 UTC. The counts of one routine are
kept as bytes, ten a day; sums over routines are kept as vectors, one integer
with a lane for each count, so that one addition adds them all.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import accumulate
from typing import NamedTuple

#: What is counted each day, in the order of bytes and lanes.
NAMES = ("members", "requests", "accepts", "sent", "replied")
#: The largest count of one day.
MAX_COUNT = 0xFFFF

#: Wide enough for five million routines with the largest count on each of a hundred days.
LANE_BITS = 48
SECONDS_A_DAY = 86_400
#: The first and the last day of the calendar.
FIRST_DAY, LAST_DAY = (edge.toordinal() - date(1970, 1, 1).toordinal() for edge in (date.min, date.max))

_LANE = (1 << LANE_BITS) - 1
_EPOCH = date(1970, 1, 1).toordinal()
_DAY = struct.Struct(f"<{len(NAMES)}H")


class Figures(NamedTuple):
    """Counts of one day, or their sums over several days."""

    members: int = 0
    requests: int = 0
    accepts: int = 0
    sent: int = 0
    replied: int = 0

    @property
    def connection_percentage(self) -> float:
        """Accepts per hundred requests."""
        return percentage(self.accepts, self.requests)

    @property
    def response_rate(self) -> float:
        """Replies per hundred messages sent."""
        return percentage(self.replied, self.sent)


class Span(NamedTuple):
    """Days from `first` to `last`, both included; by default all days there are."""

    first: int = -(1 << 40)
    last: int = 1 << 40


ALWAYS = Span()


def percentage(of: int, to: int) -> float:
    """Return 100 × of / to, rounded to one decimal, a half upwards; 0.0 where `to` is 0.

    The rounding is exact, since it is done on integers.
    """
    return (2000 * of + to) // (2 * to) / 10 if to else 0.0


def day_of(text: str) -> int:
    """Return the day of `YYYY-MM-DD`.

    Raises:
        ValueError: there is no such day in the calendar.
    """
    return date.fromisoformat(text).toordinal() - _EPOCH


def iso_day(day: int) -> str:
    """Return a day as `YYYY-MM-DD`."""
    return date.fromordinal(_EPOCH + day).isoformat()


def span_of(start: str | None, end: str | None) -> Span:
    """Return the days between two dates, `YYYY-MM-DD`; None leaves that side open."""
    return Span(
        ALWAYS.first if start is None else day_of(start),
        ALWAYS.last if end is None else day_of(end),
    )


def pack_days(days: Iterable[Iterable[int]]) -> bytes:
    """Return consecutive days as bytes; each day holds its counts in the order of `NAMES`, 0 to `MAX_COUNT`."""
    return b"".join(_DAY.pack(*counts) for counts in days)


def unpack_days(first: int, packed: bytes) -> Iterator[tuple[int, Figures]]:
    """Yield the days of `pack_days` that have a count above 0, in order, starting at the day `first`."""
    for day, counts in enumerate(_DAY.iter_unpack(packed), first):
        if any(counts):
            yield day, Figures(*counts)


def total(days: Iterable[tuple[int, Figures]]) -> Figures:
    """Return the sums over days."""
    return Figures(*map(sum, zip(*(figures for _, figures in days), strict=True)))


def packed_total(packed: bytes) -> Figures:
    """Return the sums over all days of `pack_days`."""
    counts = struct.unpack(f"<{len(packed) // 2}H", packed)
    return Figures(*[sum(counts[lane :: len(NAMES)]) for lane in range(len(NAMES))])


def vector(lanes: Iterable[int]) -> int:
    """Return counts as one integer, the first count in the lowest lane."""
    return sum(count << LANE_BITS * lane for lane, count in enumerate(lanes))


def lanes(packed: int, count: int) -> tuple[int, ...]:
    """Return the `count` lowest lanes of a vector."""
    return tuple([packed >> LANE_BITS * lane & _LANE for lane in range(count)])


class Vectors(dict[bytes, int]):
    """Ten bytes of `pack_days` → the day's vector, each worked out once."""

    def __missing__(self, packed: bytes) -> int:
        self[packed] = found = vector(_DAY.unpack(packed))
        return found

    def add_days(self, by_day: dict[int, int], first: int, packed: bytes) -> None:
        """Add a routine's days, which start at `first`, to the sums in `by_day`."""
        for place in range(0, len(packed), _DAY.size):
            added = self[packed[place : place + _DAY.size]]
            if added:
                by_day[first] = by_day.get(first, 0) + added
            first += 1


class Timeline:
    """Sums of every day that has any, with running sums, so that a span costs two searches.

    Args:
        by_day: day → vector.
    """

    __slots__ = ("_days", "_running")

    def __init__(self, by_day: Mapping[int, int]) -> None:
        self._days = array("i", sorted(by_day))
        self._running = [0, *accumulate(map(by_day.__getitem__, self._days))]

    @classmethod
    def merged(cls, timelines: Iterable[Timeline]) -> Timeline:
        """Return the sums of several timelines."""
        by_day: dict[int, int] = {}
        for timeline in timelines:
            running = timeline._running
            for place, day in enumerate(timeline._days):
                by_day[day] = by_day.get(day, 0) + running[place + 1] - running[place]
        return cls(by_day)

    def total(self, span: Span = ALWAYS) -> Figures:
        """Return the sums over a span."""
        low, high = self._places(span)
        return Figures(*lanes(self._running[high] - self._running[low], len(NAMES)))

    def daily(self, span: Span = ALWAYS) -> list[tuple[int, Figures]]:
        """List the days of a span that have figures, in order."""
        low, high = self._places(span)
        running = self._running
        return [
            (self._days[place], Figures(*lanes(running[place + 1] - running[place], len(NAMES))))
            for place in range(low, high)
        ]

    def _places(self, span: Span) -> tuple[int, int]:
        low = bisect_left(self._days, span.first)
        return low, max(low, bisect_right(self._days, span.last))
