"""One run for all workers of xdist: who comes first runs it, the others read what came of it.

Workers agree on a folder that the controlling process makes, names to them, and removes. May import `items_results`,
filelock and the standard library.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from contracts.testing.items_results import Results

__all__ = ["peek", "shared"]

_ELSEWHERE = "workers on other machines cannot share one run, and its budget; run `pytest --contracts` without them"
_CRASHED = "the worker that ran the plan ended too early; another run would exceed the budget, so start pytest again"


def shared(folder: Path, run: Callable[[], Results]) -> Results:
    """Return what came of the one run; the first caller of all processes runs it, the others wait for it.

    Args:
        folder: of all processes together.
        run: runs the plan.
    """
    from filelock import FileLock

    if not folder.is_dir():
        return Results(trouble=_ELSEWHERE)
    started = folder / "started"
    with FileLock(folder / "lock"):
        results = peek(folder)
        if results is not None:
            return results
        if started.exists():
            return Results(trouble=_CRASHED)
        started.touch()
        results = run()
        part = folder / "part"
        part.write_text(results.to_json(), encoding="utf-8")
        os.replace(part, _place(folder))
        return results


def peek(folder: Path) -> Results | None:
    """Return what came of the run, None as long as nothing did."""
    try:
        return Results.from_json(_place(folder).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def _place(folder: Path) -> Path:
    return folder / "results.json"
