from __future__ import annotations

from tables import failures


def test_every_case_that_fails_is_named_with_its_reason() -> None:
    assert failures([2, 0, 4, "x"], lambda case: 8 // case) == {
        "0": "ZeroDivisionError: integer division or modulo by zero",
        "x": "TypeError: unsupported operand type(s) for //: 'int' and 'str'",
    }


def test_a_table_where_nothing_fails_is_empty() -> None:
    assert failures(iter([1, 2]), lambda case: 8 // case) == {}


def test_a_table_without_cases_holds_nothing_and_so_fails() -> None:
    assert failures((), print)
