"""Coverage as tables: which answers each operation gave, and which cases of its parameters got them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from contracts.outcome.coverage import Coverage, OperationCoverage

__all__ = ["Cell", "matrix", "overview"]

#: Counts from which a cell is shown darker.
_STEPS = (1, 2, 6, 21)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: its text and the names of its looks."""

    text: str
    look: str


def overview(coverage: Coverage) -> dict[str, Any]:
    """Lay out operation × status.

    Returns:
        `codes`, the columns, 0 where no answer came; `rows`, name and cells of each operation.
    """
    codes = sorted({status.code for item in coverage.operations for status in item.statuses})
    return {"codes": codes, "rows": [(item.operation_id, _answers(item, codes)) for item in coverage.operations]}


def matrix(item: OperationCoverage) -> dict[str, Any]:
    """Lay out the cases of an operation × status, with how many were met."""
    codes = [status.code for status in item.statuses]
    spans = Counter(row.parameter for row in item.rows)
    rows = [
        {
            "parameter": row.parameter,
            "span": 0 if index and item.rows[index - 1].parameter == row.parameter else spans[row.parameter],
            "keyword": row.keyword,
            "case": row.case,
            "is_covered": row.is_covered,
            "cells": [_cell(row.counts.get(code, 0)) for code in codes],
        }
        for index, row in enumerate(item.rows)
    ]
    return {
        "method": item.method,
        "path": item.path,
        "name": item.operation_id,
        "codes": codes,
        "rows": rows,
        "covered": sum(row.is_covered for row in item.rows),
        "total": len(item.rows),
    }


def _answers(item: OperationCoverage, codes: list[int]) -> list[Cell]:
    known = {status.code: status for status in item.statuses}
    cells = []
    for code in codes:
        status = known.get(code)
        if status is None:
            cells.append(Cell("", ""))
        elif not status.count:
            cells.append(Cell("0", "gap"))
        else:
            flag = "" if status.is_documented or not code else " undocumented"
            cells.append(Cell(f"{status.count:,}", _cell(status.count).look + flag))
    return cells


def _cell(count: int) -> Cell:
    level = sum(count >= step for step in _STEPS)
    return Cell(f"{count:,}" if count else "", f"heat-{level}" if level else "")
