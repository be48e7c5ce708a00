"""Which rows of a collection pass its filters, and in which order.

Rows are numbered in the default order. That makes the default sort free, and a
date filter on the default sort's field a window of consecutive rows; values
that a filter compares for equality have a list of their rows from the start.
All else is worked out once and kept. May import `cache`, `columns` and the
standard library.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, compress
from typing import Any, NamedTuple, Protocol

from mockserver.data.cache import BoundedCache
from mockserver.data.columns import Coded, Values

CACHE_BYTES = 32 << 20


class Rows(Protocol):
    """What a collection is made of, in its default order."""

    def __len__(self) -> int: ...

    def column(self, pointer: str) -> Values:
        """Return what a pointer into a row finds in each row, in order."""
        ...

    def row_json(self, row: int) -> bytes:
        """Return a row as JSON."""
        ...


class Filter(NamedTuple):
    """One filter of `x-collection`."""

    parameter: str
    item: str
    match: str


class Selection(NamedTuple):
    """The rows from `low` to before `high` of `rows`, in order.

    Attributes:
        owned_bytes: of `rows`, where nothing else holds them.
    """

    rows: Sequence[int]
    low: int
    high: int
    owned_bytes: int = 0


class Selector:
    """Filters and sorts rows. Safe under threads.

    Args:
        filters: of the collection.
        sort: `x-collection`'s `sort`.
        identity: pointer to what breaks ties.
        rows: in the order of the default sort, ties by identity.
    """

    def __init__(self, filters: Iterable[Filter], sort: Mapping[str, Any], identity: str, rows: Rows) -> None:
        self._rows = rows
        self._identity = identity
        self._fields: Mapping[str, str] = sort["fields"]
        self._default: Mapping[str, str] = sort["default"]
        self._lock = threading.RLock()
        self._orders: dict[tuple[str, bool], Sequence[int]] = {}
        self._passing: BoundedCache[Sequence[int]] = BoundedCache(CACHE_BYTES)
        self._indexes: dict[str, _Index] = {}
        for rule in filters:
            if rule.match in _EQUALITIES:
                self._index(rule.item).list_rows()

    def select(self, wanted: Sequence[tuple[Filter, Any]], by: str | None, order: str | None) -> Selection:
        """Return the rows that pass, in order.

        Args:
            wanted: filters with their values; hashable, none of them empty lists.
            by: name of a sort field; None is the default's.
            order: `asc` or `desc`; None is the default's.
        """
        windows = [one for one in wanted if self._is_window(one[0])]
        rows = self._rows_passing(tuple(one for one in wanted if one not in windows))
        first, last = self._window(windows)
        low = bisect_left(rows, first)
        high = max(low, bisect_left(rows, last))
        by, order = by or self._default["by"], order or self._default["order"]
        if (by, order) == (self._default["by"], self._default["order"]):
            return Selection(rows, low, high)
        ordered = self._order(self._fields[by], order == "desc")
        if high - low == len(ordered):
            return Selection(ordered, 0, len(ordered))
        picked = _picked(ordered, rows[low:high])
        return Selection(picked, 0, len(picked), 4 * len(picked))

    def _is_window(self, rule: Filter) -> bool:
        return rule.match in _DATES and rule.item == self._fields[self._default["by"]]

    def _window(self, wanted: Iterable[tuple[Filter, Any]]) -> tuple[int, int]:
        """Return where the rows that pass filters on the default sort's field begin and end."""
        first, last = 0, len(self._rows)
        for rule, value in wanted:
            column, passes = self._rows.column(rule.item), _MATCHES[rule.match](value)
            if (rule.match == "on-or-after") == (self._default["order"] == "desc"):
                last = min(last, _turn(column, len(self._rows), passes, to=False))
            else:
                first = max(first, _turn(column, len(self._rows), passes, to=True))
        return first, last

    def _rows_passing(self, wanted: tuple[tuple[Filter, Any], ...]) -> Sequence[int]:
        """Return the rows, ascending, that pass every filter."""
        found = self._passing.find(wanted) if wanted else range(len(self._rows))
        if found is None:
            hits = [(self._index(rule.item), self._index(rule.item).codes(rule.match, value)) for rule, value in wanted]
            hits.sort(key=lambda hit: hit[0].count(hit[1]))
            found = hits[0][0].rows_of(hits[0][1])
            for index, codes in hits[1:]:
                found = index.among(found, codes)
            found = self._passing.keep(wanted, found, 4 * (len(found) + len(str(wanted))))
        return found

    def _index(self, pointer: str) -> _Index:
        with self._lock:
            if pointer not in self._indexes:
                self._indexes[pointer] = _Index(Coded(self._rows.column(pointer)))
            return self._indexes[pointer]

    def _order(self, pointer: str, is_descending: bool) -> Sequence[int]:
        """Return all rows by a field, ties by identity ascending."""
        with self._lock:
            found = self._orders.get((pointer, is_descending))
            if found is None:
                ties = range(len(self._rows)) if pointer == self._identity else self._order(self._identity, False)
                values = list(self._rows.column(pointer))
                # Sorting keeps the order of equal values, also when it is reversed.
                found = array("I", sorted(ties, key=values.__getitem__, reverse=is_descending))
                self._orders[pointer, is_descending] = found
            return found


class _Index:
    """A column, and for each of its values the rows that hold it."""

    def __init__(self, column: Coded) -> None:
        self._column = column
        self._lists: list[array[int]] = []

    def list_rows(self) -> None:
        """Make the lists of rows."""
        if not self._lists:
            self._lists = [array("I") for _ in self._column.values]
            for row, code in enumerate(self._column.codes):
                self._lists[code].append(row)

    def codes(self, match: str, value: Any) -> list[int]:
        """Return the codes of the values that match."""
        if match in _EQUALITIES:
            values = value if match == "one-of" else (value,)
            return sorted({code for code in map(self._column.code, values) if code is not None})
        passes = _MATCHES[match](value)
        return [code for code, held in enumerate(self._column.values) if passes(held)]

    def count(self, codes: list[int]) -> int:
        """Return how many rows hold one of the codes; all rows where there are no lists to count."""
        return sum(len(self._lists[code]) for code in codes) if self._lists else len(self._column.codes)

    def rows_of(self, codes: list[int]) -> Sequence[int]:
        """Return the rows that hold one of the codes, ascending."""
        if not self._lists:
            return self.among(range(len(self._column.codes)), codes)
        if len(codes) == 1:
            return self._lists[codes[0]]
        return array("I", sorted(chain.from_iterable(self._lists[code] for code in codes)))

    def among(self, rows: Sequence[int], codes: list[int]) -> Sequence[int]:
        """Return those of `rows` that hold one of the codes."""
        is_hit = bytearray(len(self._column.values))
        for code in codes:
            is_hit[code] = 1
        held = map(self._column.codes.__getitem__, rows)
        return array("I", compress(rows, map(is_hit.__getitem__, held)))


def _picked(order: Sequence[int], rows: Iterable[int]) -> Sequence[int]:
    """Return `rows` in the order in which they stand in `order`."""
    is_picked = bytearray(len(order))
    for row in rows:
        is_picked[row] = 1
    return array("I", compress(order, map(is_picked.__getitem__, order)))


def _turn(column: Values, length: int, passes: Callable[[Any], bool], *, to: bool) -> int:
    """Return the first row from which on the answer of `passes` is `to`; `length` where there is none."""
    return bisect_left(range(length), True, key=lambda row: passes(column[row]) == to)


def _contains(term: str) -> Callable[[Any], bool]:
    # Case folding is made for comparing: unlike lower case it also takes ß for ss and ς for σ.
    folded = term.casefold()
    return lambda value: folded in str(value).casefold()


_EQUALITIES = ("equal", "one-of")
_DATES = ("on-or-after", "on-or-before")
#: Match → value of the parameter → whether the value of a row passes. Stamps are in UTC: they begin with their day.
_MATCHES: Mapping[str, Callable[[Any], Callable[[Any], bool]]] = {
    "contains-ignoring-case": _contains,
    "on-or-after": lambda day: lambda value: value[:10] >= day,
    "on-or-before": lambda day: lambda value: value[:10] <= day,
}
