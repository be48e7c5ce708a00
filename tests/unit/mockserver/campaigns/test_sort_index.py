"""Orders and groups of rows, held against the plain way to make them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import orjson
import pytest

from mockserver.campaigns.sort_index import SortIndex, Sorting
from mockserver.dataset.columns import Values

NEWEST = Sorting("/at", True)


class DrawnRows:
    """Rows with few different values, in the order of `at` falling, ties by id."""

    def __init__(self, count: int) -> None:
        dice = random.Random(count)
        drawn = [{"id": f"{place:03}", **{name: dice.randrange(4) for name in "akb"}} for place in range(count)]
        named = [{**row, "at": row["a"]} for row in drawn]
        self.rows: list[dict[str, Any]] = sorted(named, key=lambda row: (-row["at"], row["id"]))
        self.read: list[str] = []

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, pointer: str) -> Values:
        self.read.append(pointer)
        return [row[pointer[1:]] for row in self.rows]

    def row_json(self, row: int) -> bytes:
        return orjson.dumps(self.rows[row])


def named(rows: DrawnRows, places: Sequence[int], order: Sequence[int]) -> list[str]:
    return [rows.rows[order[place]]["id"] for place in places]


@pytest.fixture(params=[0, 1, 60])
def rows(request: pytest.FixtureRequest) -> DrawnRows:
    return DrawnRows(request.param)


@pytest.fixture
def orders(rows: DrawnRows) -> SortIndex:
    return SortIndex(rows, NEWEST, "/id")


@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize("pointer", ["/k", "/at", "/id"])
def test_an_order_holds_every_row_with_ties_by_identity(
    rows: DrawnRows, orders: SortIndex, pointer: str, is_descending: bool
) -> None:
    order = orders.order(Sorting(pointer, is_descending))
    right = sorted(rows.rows, key=lambda row: row["id"])
    right.sort(key=lambda row: row[pointer[1:]], reverse=is_descending)
    assert named(rows, range(len(rows)), order) == [row["id"] for row in right]


def test_the_default_order_costs_nothing(rows: DrawnRows, orders: SortIndex) -> None:
    assert orders.order(NEWEST) == range(len(rows))
    assert rows.read == []


@pytest.mark.parametrize("pointers", [("/k",), ("/k", "/b"), ("/b", "/k", "/a")])
@pytest.mark.parametrize("sorting", [NEWEST, Sorting("/b", False)])
def test_groups_part_all_places_by_the_values_they_share(
    rows: DrawnRows, orders: SortIndex, pointers: tuple[str, ...], sorting: Sorting
) -> None:
    order, groups = orders.order(sorting), orders.groups(pointers, sorting)
    assert sorted(place for places in groups.values() for place in places) == list(range(len(rows)))
    for codes, places in groups.items():
        values = [orders.column(pointer).values[code] for pointer, code in zip(pointers, codes, strict=True)]
        right = [
            place for place, row in enumerate(order) if [rows.rows[row][pointer[1:]] for pointer in pointers] == values
        ]
        assert list(places) == right


def test_everything_is_made_once(rows: DrawnRows, orders: SortIndex) -> None:
    for _ in range(3):
        orders.order(Sorting("/k", True))
        orders.groups(("/k", "/b"), Sorting("/k", False))
    assert sorted(rows.read) == ["/b", "/id", "/k"]
    assert orders.groups(("/k",), NEWEST) is orders.groups(("/k",), NEWEST) or not len(rows)
