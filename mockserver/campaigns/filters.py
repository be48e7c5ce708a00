"""Which rows of a collection pass its filters, and in which order.

Filters that compare for equality look up groups (see `orders`), a date filter
on the default sort's field cuts a window of consecutive rows out of the default
order; neither cost grows with the number of rows. All other filters look at
every row that the former leave.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, compress, product
from typing import Any, NamedTuple

from mockserver.campaigns.sort_index import Rows, SortIndex, Sorting
from mockserver.dataset.columns import Values
from oas.vocabulary import Filter, Sort

Wanted = Sequence[tuple[Filter, Any]]


class Selection(NamedTuple):
    """The rows at the places from `low` to before `high` of `places`.

    Attributes:
        order: place → row.
        places: ascending.
        low: where the selection begins.
        high: behind its end.
        owned_bytes: of `places`, where nothing else holds them.
    """

    order: Sequence[int]
    places: Sequence[int]
    low: int
    high: int
    owned_bytes: int = 0

    @property
    def total(self) -> int:
        """Number of rows."""
        return self.high - self.low

    def page(self, offset: int, limit: int) -> list[int]:
        """Return the rows of a page, fewer or none at the end."""
        start = self.low + offset
        return [self.order[place] for place in self.places[start : min(start + limit, self.high)]]


class RowFilter:
    """Filters and sorts rows. Safe under threads.

    Args:
        sort: `x-collection`'s `sort`.
        identity: pointer to what breaks ties.
        rows: in the order of the default sort, ties by identity.
    """

    def __init__(self, sort: Sort, identity: str, rows: Rows) -> None:
        self._rows = rows
        self._sort = sort
        self._default_sorting = self._sorting(None, None)
        self._orders = SortIndex(rows, self._default_sorting, identity)

    def select(self, wanted: Wanted, by: str | None, order: str | None) -> Selection:
        """Return the rows that pass, in order.

        Args:
            wanted: filters with their values; none of them empty lists.
            by: name of a sort field; None is the default's.
            order: `asc` or `desc`; None is the default's.
        """
        sorting = self._sorting(by, order)
        windows = [one for one in wanted if self._is_window(one[0])]
        scans = [one for one in wanted if one[0].match not in _EQUALITIES and one not in windows]
        found = self._equal([one for one in wanted if one[0].match in _EQUALITIES], sorting)
        if windows:
            found = self._cut(found, *self._window(windows), is_default=sorting == self._default_sorting)
        for rule, value in scans:
            found = self._scanned(found, rule, value)
        return found

    def _sorting(self, by: str | None, order: str | None) -> Sorting:
        return Sorting(self._sort.fields[by or self._sort.default_by], (order or self._sort.default_order) == "desc")

    def _equal(self, wanted: Wanted, sorting: Sorting) -> Selection:
        """Return the rows that hold the values that equality filters ask for."""
        order = self._orders.order(sorting)
        if not wanted:
            return Selection(order, range(len(order)), 0, len(order))
        pointers = tuple(rule.item for rule, _ in wanted)
        groups = self._orders.groups(pointers, sorting)
        codes = [self._codes(rule, value) for rule, value in wanted]
        held = [groups[key] for key in product(*codes) if key in groups]
        if len(held) == 1:
            return Selection(order, held[0], 0, len(held[0]))
        return _owned(order, sorted(chain.from_iterable(held)))

    def _codes(self, rule: Filter, value: Any) -> set[int]:
        """Return the codes of the values that an equality filter asks for and that any row holds."""
        values = value if rule.match == "one-of" else (value,)
        codes = map(self._orders.column(rule.item).code, values)
        return {code for code in codes if code is not None}

    def _is_window(self, rule: Filter) -> bool:
        return rule.match in _DATES and rule.item == self._default_sorting.pointer

    def _window(self, wanted: Wanted) -> tuple[int, int]:
        """Return where the rows that pass filters on the default sort's field begin and end."""
        first, last = 0, len(self._rows)
        for rule, value in wanted:
            column, passes = self._rows.column(rule.item), _MATCHES[rule.match](value)
            if (rule.match == "on-or-after") == self._default_sorting.is_descending:
                last = min(last, _turn(column, len(self._rows), passes, to=False))
            else:
                first = max(first, _turn(column, len(self._rows), passes, to=True))
        return first, last

    def _cut(self, found: Selection, first: int, last: int, *, is_default: bool) -> Selection:
        """Keep the rows from `first` to before `last`; a place of the default order is the row itself."""
        if is_default:
            low = bisect_left(found.places, first)
            return found._replace(low=low, high=max(low, bisect_left(found.places, last)))
        order = found.order
        return _owned(order, [place for place in found.places if first <= order[place] < last])

    def _scanned(self, found: Selection, rule: Filter, value: Any) -> Selection:
        """Keep the rows whose value passes; each different value is judged once."""
        column, passes = self._orders.column(rule.item), _MATCHES[rule.match](value)
        is_hit = bytearray(map(passes, column.values))
        places = found.places[found.low : found.high]
        codes = map(column.codes.__getitem__, map(found.order.__getitem__, places))
        return _owned(found.order, compress(places, map(is_hit.__getitem__, codes)))


def _owned(order: Sequence[int], places: Iterable[int]) -> Selection:
    kept = array("I", places)
    return Selection(order, kept, 0, len(kept), 4 * len(kept))


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
