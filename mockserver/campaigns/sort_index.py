"""The rows of a collection in every order that a sort gives, and in groups that share their values.

In an order each row has a place, counted from 0. The rows that hold certain
values are a group: their places, ascending, as one array. A filter by those
values, in that order, is then a look-up, whatever the number of rows, and a page
of it a slice. Orders and groups are made when they are first needed.
"""

from __future__ import annotations

import threading
from array import array
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple, Protocol

from mockserver.dataset.cache import BoundedCache
from mockserver.dataset.columns import DictionaryColumn, Values

GROUP_CACHE_BYTES = 64 << 20
#: What a group costs beside its places.
_GROUP_BYTES = 250

#: Code of each column's value → places, ascending.
Groups = Mapping[tuple[int, ...], Sequence[int]]


class Rows(Protocol):
    """What a collection is made of, in its default order."""

    def __len__(self) -> int: ...

    def column(self, pointer: str) -> Values:
        """Return what a pointer into a row finds in each row, in order."""
        ...

    def row_json(self, row: int) -> bytes:
        """Return a row as JSON."""
        ...


class Sorting(NamedTuple):
    """A sort: pointer to what it compares, and its direction."""

    pointer: str
    is_descending: bool


class SortIndex:
    """Keeps orders, columns and groups. Safe under threads.

    Args:
        rows: in the default order.
        default: the sort that the rows are in.
        identity: pointer to what breaks ties, ascending in both directions.
    """

    def __init__(self, rows: Rows, default: Sorting, identity: str) -> None:
        self._rows = rows
        self._default = default
        self._identity = identity
        self._lock = threading.RLock()
        self._columns: dict[str, DictionaryColumn] = {}
        self._orders: dict[Sorting, Sequence[int]] = {default: range(len(rows))}
        self._groups: BoundedCache[Groups] = BoundedCache(GROUP_CACHE_BYTES)

    def order(self, sorting: Sorting) -> Sequence[int]:
        """Return place → row."""
        found = self._orders.get(sorting)
        if found is None:
            with self._lock:
                found = self._orders.get(sorting) or self._sorted(sorting)
                self._orders[sorting] = found
        return found

    def column(self, pointer: str) -> DictionaryColumn:
        """Return the values at a pointer, row by row."""
        found = self._columns.get(pointer)
        if found is None:
            with self._lock:
                found = self._columns.get(pointer) or DictionaryColumn(self._rows.column(pointer))
                self._columns[pointer] = found
        return found

    def groups(self, pointers: tuple[str, ...], sorting: Sorting) -> Groups:
        """Return the places of an order in groups that share the values at one or more pointers."""
        key: Hashable = (pointers, sorting)
        found = self._groups.find(key)
        if found is None:
            with self._lock:
                found = self._groups.find(key) or self._grouped(key, pointers, sorting)
        return found

    def _sorted(self, sorting: Sorting) -> Sequence[int]:
        if sorting.pointer == self._identity:  # whose values are all different
            ties: Sequence[int] = range(len(self._rows))
            values = list(self._rows.column(sorting.pointer))
        else:
            ties = self.order(Sorting(self._identity, False))
            values = list(self.column(sorting.pointer))
        # Sorting keeps the order of equal values, also when it is reversed.
        return array("I", sorted(ties, key=values.__getitem__, reverse=sorting.is_descending))

    def _grouped(self, key: Hashable, pointers: tuple[str, ...], sorting: Sorting) -> Groups:
        groups: defaultdict[tuple[int, ...], array[int]] = defaultdict(lambda: array("I"))
        order = self.order(sorting)
        codes = [map(self.column(pointer).codes.__getitem__, order) for pointer in pointers]
        for place, held in enumerate(zip(*codes, strict=True)):
            groups[held].append(place)
        size_bytes = 4 * len(order) + _GROUP_BYTES * len(groups)
        return self._groups.keep(key, dict(groups), size_bytes)
