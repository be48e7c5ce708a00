"""Coverage as tables: columns, flags, spans and shades."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.outcome.coverage import Coverage, OperationCoverage, Row, Status
from contracts.report.html import Cell, matrix, overview


def status(code: int, count: int = 0, *, is_documented: bool = True) -> Status:
    """Make a column."""
    return Status(code=code, count=count, is_documented=is_documented)


def row(parameter: str, case: str = "one", counts: Mapping[int, int] | None = None, keyword: str = "enum") -> Row:
    """Make a case."""
    return Row(parameter=parameter, keyword=keyword, case=case, counts=counts or {})


def operation(name: str, statuses: tuple[Status, ...] = (), rows: tuple[Row, ...] = ()) -> OperationCoverage:
    """Make the matrix of one operation."""
    return OperationCoverage(operation_id=name, method="GET", path=f"/{name}", statuses=statuses, rows=rows)


def answers(*statuses: Status) -> list[Cell]:
    """Lay out one operation alone."""
    ((_, cells),) = overview(Coverage(operations=(operation("a", statuses),)))["rows"]
    return list(cells)


def test_the_columns_are_the_statuses_of_all_operations_in_order() -> None:
    made = Coverage(operations=(operation("a", (status(429), status(200))), operation("b", (status(0), status(404)))))
    assert overview(made)["codes"] == [0, 200, 404, 429]


def test_the_rows_keep_the_order_of_the_document() -> None:
    made = Coverage(operations=tuple(operation(name) for name in ("c", "a", "b")))
    assert [name for name, _ in overview(made)["rows"]] == ["c", "a", "b"]


def test_a_status_of_another_operation_is_an_empty_cell() -> None:
    made = Coverage(operations=(operation("a", (status(200, 1),)), operation("b", (status(404, 1),))))
    rows = dict(overview(made)["rows"])
    assert rows == {"a": [Cell("1", "heat-1"), Cell("", "")], "b": [Cell("", ""), Cell("1", "heat-1")]}


def test_nothing_was_measured() -> None:
    assert overview(Coverage(operations=())) == {"codes": [], "rows": []}


@pytest.mark.parametrize(
    "made, cell",
    [
        (status(200), Cell("0", "gap")),
        (status(200, 1), Cell("1", "heat-1")),
        (status(200, 2), Cell("2", "heat-2")),
        (status(200, 5), Cell("5", "heat-2")),
        (status(200, 6), Cell("6", "heat-3")),
        (status(200, 20), Cell("20", "heat-3")),
        (status(200, 21), Cell("21", "heat-4")),
        (status(200, 1234567), Cell("1,234,567", "heat-4")),
        (status(418, 1, is_documented=False), Cell("1", "heat-1 undocumented")),
        (status(418, 30, is_documented=False), Cell("30", "heat-4 undocumented")),
        # No answer is nothing that a document could name.
        (status(0, 3, is_documented=False), Cell("3", "heat-2")),
        (status(0, 0, is_documented=False), Cell("0", "gap")),
    ],
)
def test_a_cell_tells_how_often_and_whether_that_is_documented(made: Status, cell: Cell) -> None:
    assert answers(made) == [cell]


def test_the_cases_of_one_parameter_share_its_name() -> None:
    rows = (row("limit", "below 1"), row("limit", "is 1"), row("limit", "text"), row("offset"), row("term"))
    made = matrix(operation("a", rows=rows))
    assert [item["span"] for item in made["rows"]] == [3, 0, 0, 1, 1]


def test_a_case_has_a_cell_for_every_status_of_its_operation() -> None:
    statuses = (status(200, 2), status(400, 1), status(429))
    made = matrix(operation("a", statuses, (row("limit", counts={200: 7, 400: 1, 500: 9}),)))
    assert made["codes"] == [200, 400, 429]
    assert made["rows"][0]["cells"] == [Cell("7", "heat-3"), Cell("1", "heat-1"), Cell("", "")]


@pytest.mark.parametrize(
    "parameter, counts, is_covered",
    [
        ("limit", {}, False),
        ("limit", {200: 0}, False),
        ("limit", {200: 1}, True),
        ("limit", {400: 1}, True),
        ("limit", {500: 1}, True),
        ("limit", {401: 5, 429: 5, 0: 5}, False),
        ("limit", {401: 5, 400: 1}, True),
        ("(key)", {401: 1}, True),
        ("(key)", {429: 1}, True),
        ("(key)", {}, False),
    ],
    ids=str,
)
def test_what_says_nothing_of_a_parameter_covers_no_case(
    parameter: str, counts: Mapping[int, int], is_covered: bool
) -> None:
    made = matrix(operation("a", rows=(row(parameter, counts=counts),)))
    assert (made["rows"][0]["is_covered"], made["covered"], made["total"]) == (is_covered, int(is_covered), 1)


def test_a_matrix_names_its_operation() -> None:
    made = matrix(operation("getThings", (status(200),)))
    assert {name: made[name] for name in ("method", "path", "name")} == {
        "method": "GET",
        "path": "/getThings",
        "name": "getThings",
    }


@given(st.lists(st.sampled_from("abc"), max_size=20).map(sorted))
def test_spans_cover_every_row_once(parameters: list[str]) -> None:
    made = matrix(operation("a", rows=tuple(map(row, parameters))))
    spans = [item["span"] for item in made["rows"]]
    assert sum(spans) == len(parameters)
    covered = [name for item in made["rows"] for name in [item["parameter"]] * item["span"]]
    assert covered == parameters


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_requests_are_never_shown_lighter(first: int, second: int) -> None:
    shades = [_level(count) for count in sorted((first, second))]
    assert shades == sorted(shades)


def _level(count: int) -> int:
    (cell,) = matrix(operation("a", (status(200),), (row("x", counts={200: count}),)))["rows"][0]["cells"]
    return int(cell.look.rpartition("-")[2] or 0)
