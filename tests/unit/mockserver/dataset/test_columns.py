"""Columns give back what they took, in any order that they are put into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.dataset.columns import (
    BytesColumn,
    Column,
    Computed,
    DictionaryColumn,
    IntColumn,
    TextColumn,
    TimestampColumn,
)

COLUMNS: list[tuple[Callable[[], Column], list[Any]]] = [
    (TextColumn, ["b", "a", "ü", ""]),
    (lambda: IntColumn("q"), [3, -1, 1 << 40, 0]),
    (TimestampColumn, [0, None, -5, 1746954000]),
    (BytesColumn, [b"", b"abc", b"\0", b"abc"]),
    (DictionaryColumn, ["x", ("y", 1), "x", None]),
]
every_column = pytest.mark.parametrize("make, values", COLUMNS, ids=["texts", "numbers", "moments", "blobs", "coded"])


@every_column
def test_a_column_gives_back_every_row(make: Callable[[], Column], values: list[Any]) -> None:
    column = make()
    column.extend(values)
    assert [column[row] for row in range(len(values))] == values
    assert list(column) == values


@every_column
def test_a_column_grows_at_its_end(make: Callable[[], Column], values: list[Any]) -> None:
    column = make()
    column.extend(values[:1])
    column.extend(values[1:])
    assert list(column) == values


@every_column
def test_a_column_can_be_put_into_another_order(make: Callable[[], Column], values: list[Any]) -> None:
    column = make()
    column.extend(values)
    column.reorder([2, 0, 3, 1])
    assert list(column) == [values[2], values[0], values[3], values[1]]
    assert column[0] == values[2]


def test_repeated_values_are_held_once() -> None:
    column = DictionaryColumn(["b", "a", "b", "b"])
    assert column.values == ["b", "a"]
    assert list(column.codes) == [0, 1, 0, 0]


def test_a_code_is_that_of_its_value_or_none() -> None:
    column = DictionaryColumn(["b", "a"])
    assert [column.code(value) for value in ("b", "a", "c")] == [0, 1, None]


def test_asking_for_the_code_of_an_unknown_value_does_not_add_it() -> None:
    column = DictionaryColumn(["a"])
    column.code("b")
    column.extend(["c"])
    assert column.values == ["a", "c"]


def test_computed_values_are_made_when_they_are_looked_at() -> None:
    made: list[int] = []

    def square(row: int) -> int:
        made.append(row)
        return row * row

    column = Computed(3, square)
    assert column[2] == 4
    assert made == [2]
    assert list(column) == [0, 1, 4]
