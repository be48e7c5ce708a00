"""Filters and orders over rows of no API in particular."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from mockserver.campaigns.filters import RowFilter
from mockserver.dataset.columns import Values
from oas.vocabulary import Filter, Sort

#: In the default order: `at` falling, ties by id rising.
FRUITS: list[dict[str, Any]] = [
    {"id": "b", "at": "2025-03-02T23:59:59Z", "kind": "apple", "name": "Straße", "size": 3, "day": "2025-01-05"},
    {"id": "a", "at": "2025-03-02T00:00:00Z", "kind": "pear", "name": "strasse", "size": 1, "day": "2025-01-04"},
    {"id": "c", "at": "2025-03-01T12:00:00Z", "kind": "apple", "name": "ÉCOLE", "size": 3, "day": "2025-01-03"},
    {"id": "d", "at": "2025-03-01T12:00:00Z", "kind": "plum", "name": "école b", "size": 2, "day": "2025-01-09"},
    {"id": "e", "at": "2025-02-01T12:00:00Z", "kind": "pear", "name": "", "size": 1, "day": "2025-01-01"},
]
FILTERS = {
    "kind": Filter("kind", "/kind", "equal"),
    "kinds": Filter("kinds", "/kind", "one-of"),
    "size": Filter("size", "/size", "equal"),
    "name": Filter("name", "/name", "contains-ignoring-case"),
    "since": Filter("since", "/at", "on-or-after"),
    "until": Filter("until", "/at", "on-or-before"),
    "day_since": Filter("day_since", "/day", "on-or-after"),
    "day_until": Filter("day_until", "/day", "on-or-before"),
}
FIELDS = {"at": "/at", "kind": "/kind", "size": "/size", "name": "/name"}
DEFAULT = {"by": "at", "order": "desc"}


class ListedRows:
    """Rows from a list of objects, which notes what columns are read."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = rows
        self.read: list[str] = []

    def __len__(self) -> int:
        return len(self._rows)

    def column(self, pointer: str) -> Values:
        self.read.append(pointer)
        return [row[pointer[1:]] for row in self._rows]

    def row_json(self, row: int) -> bytes:
        return orjson.dumps(self._rows[row])


def sort(default: dict[str, str]) -> Sort:
    names = {"default_by": default["by"], "default_order": default["order"]}
    return Sort(by="sort", order="order", fields=FIELDS, pointer="", **names)


def selector(rows: list[dict[str, Any]] | None = None, default: dict[str, str] | None = None) -> RowFilter:
    return RowFilter(sort(default or DEFAULT), "/id", ListedRows(FRUITS if rows is None else rows))


def ids(chosen: RowFilter, by: str | None = None, order: str | None = None, **values: Any) -> str:
    """Select and join the ids of the rows."""
    found = chosen.select([(FILTERS[name], value) for name, value in values.items()], by, order)
    rows = found.page(0, 1000)
    assert found.total == len(rows)
    return "".join(FRUITS[row]["id"] for row in rows)


@pytest.mark.parametrize(
    "values, right",
    [
        ({}, "bacde"),
        ({"kind": "apple"}, "bc"),
        ({"kind": "fig"}, ""),
        ({"kinds": ("plum", "apple")}, "bcd"),
        ({"kinds": ("plum", "plum", "fig")}, "d"),
        ({"kinds": ("fig",)}, ""),
        ({"size": 1}, "ae"),
        ({"name": "STRASSE"}, "ba"),
        ({"name": "Straße"}, "ba"),
        ({"name": "école"}, "cd"),
        ({"name": ""}, "bacde"),
        ({"name": "zzz"}, ""),
        ({"since": "2025-03-02"}, "ba"),
        ({"since": "2025-03-01"}, "bacd"),
        ({"until": "2025-03-01"}, "cde"),
        ({"until": "2025-02-28"}, "e"),
        ({"since": "2025-03-01", "until": "2025-03-01"}, "cd"),
        ({"since": "0001-01-01", "until": "9999-12-31"}, "bacde"),
        ({"since": "9999-12-31"}, ""),
        ({"until": "0001-01-01"}, ""),
        ({"since": "2025-03-02", "until": "2025-03-01"}, ""),
        ({"day_since": "2025-01-04"}, "bad"),
        ({"day_until": "2025-01-03"}, "ce"),
        ({"kind": "apple", "size": 3, "name": "é"}, "c"),
        ({"kind": "pear", "since": "2025-03-01"}, "a"),
        ({"kinds": ("apple", "plum"), "size": 3, "until": "2025-03-01", "day_since": "2025-01-01"}, "c"),
    ],
)
def test_rows_that_pass_come_in_the_default_order(values: dict[str, Any], right: str) -> None:
    assert ids(selector(), **values) == right


@pytest.mark.parametrize(
    "by, order, right",
    [
        ("at", "desc", "bacde"),
        ("at", "asc", "ecdab"),
        ("kind", "asc", "bcaed"),
        ("kind", "desc", "daebc"),
        ("size", "asc", "aedbc"),
        ("size", "desc", "bcdae"),
        ("name", "asc", "ebacd"),
        (None, "asc", "ecdab"),
        ("kind", None, "daebc"),
    ],
)
def test_ties_of_any_sort_go_by_identity_upwards(by: str | None, order: str | None, right: str) -> None:
    assert ids(selector(), by, order) == right


def test_a_sort_orders_only_what_passes() -> None:
    assert ids(selector(), "size", "asc", kinds=("apple", "pear"), since="2025-03-01") == "abc"


def test_a_default_order_that_rises_is_obeyed_too() -> None:
    rising = FRUITS[::-1]
    chosen = selector(rising, {"by": "at", "order": "asc"})
    found = chosen.select([(FILTERS["since"], "2025-03-01"), (FILTERS["until"], "2025-03-01")], None, None)
    assert [rising[row]["id"] for row in found.page(0, 9)] == ["d", "c"]


def test_no_rows_are_selected_from_none() -> None:
    assert ids(selector([]), "size", "asc", kind="apple", name="a", since="2025-01-01", day_until="2025-01-01") == ""


@pytest.mark.parametrize("by", [None, "size"])
@pytest.mark.parametrize(
    "values", [{"kind": "apple"}, {"kind": "apple", "size": 3}, {"kinds": ("apple", "fig"), "size": 3}, {}]
)
def test_equal_values_are_looked_up_and_nothing_is_copied(values: dict[str, Any], by: str | None) -> None:
    chosen = selector()
    wanted = [(FILTERS[name], value) for name, value in values.items()]
    first, second = (chosen.select(wanted, by, None) for _ in range(2))
    assert first.owned_bytes == 0
    assert first.order is second.order
    assert first.places is second.places or not values


def test_other_values_of_the_same_filters_read_no_column_again() -> None:
    rows = ListedRows(FRUITS)
    chosen = RowFilter(sort(DEFAULT), "/id", rows)
    for kind, size in [("apple", 3), ("pear", 1), ("fig", 7)]:
        chosen.select([(FILTERS["kind"], kind), (FILTERS["size"], size)], "size", "asc")
    assert sorted(rows.read) == ["/id", "/kind", "/size"]


def test_a_date_on_the_default_sort_only_cuts_the_group() -> None:
    chosen = selector()
    plain = chosen.select([(FILTERS["kind"], "pear")], None, None)
    cut = chosen.select([(FILTERS["kind"], "pear"), (FILTERS["since"], "2025-03-01")], None, None)
    assert cut.places is plain.places
    assert (cut.low, cut.high, cut.owned_bytes) == (0, 1, 0)


@pytest.mark.parametrize(
    "offset, limit, right", [(0, 2, "ba"), (2, 2, "cd"), (4, 2, "e"), (5, 2, ""), (9, 2, ""), (0, 10**30, "bacde")]
)
def test_a_page_is_a_slice(offset: int, limit: int, right: str) -> None:
    assert "".join(FRUITS[row]["id"] for row in selector().select([], None, None).page(offset, limit)) == right


def test_a_page_ends_with_the_window() -> None:
    found = selector().select([(FILTERS["since"], "2025-03-01"), (FILTERS["until"], "2025-03-01")], None, None)
    assert [FRUITS[row]["id"] for row in found.page(1, 10)] == ["d"]


def test_dates_that_cross_select_nothing_rather_than_less() -> None:
    wanted = [(FILTERS["since"], "2025-03-02"), (FILTERS["until"], "2025-02-28")]
    found = selector().select(wanted, None, None)
    assert found.low == found.high


def test_an_order_is_worked_out_once() -> None:
    rows = ListedRows(FRUITS)
    chosen = RowFilter(sort(DEFAULT), "/id", rows)
    for _ in range(3):
        chosen.select([], "size", "desc")
        chosen.select([], "kind", "asc")
    assert rows.read == ["/id", "/size", "/kind"]


def test_a_selection_of_its_own_says_how_large_it_is() -> None:
    assert selector().select([(FILTERS["kinds"], ("apple", "plum"))], "size", "asc").owned_bytes == 12


def test_threads_select_alike() -> None:
    chosen, barrier = selector(), threading.Barrier(8)
    found: list[str] = []

    def work() -> None:
        barrier.wait(10)
        found.extend(ids(chosen, by, "asc", name="é") for by in FIELDS)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(found) == sorted([ids(selector(), by, "asc", name="é") for by in FIELDS] * 8)


def test_rows_can_be_a_list_of_any_values() -> None:
    values: Iterator[Any] = iter(ListedRows(FRUITS).column("/size"))
    assert list(values) == [3, 1, 3, 2, 1]
