"""Tables of cases that one test goes through: what takes microseconds each needs no item of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def failures(cases: Iterable[Any], check: Callable[[Any], object], name: Callable[[Any], str] = str) -> dict[str, str]:
    """Run a check on every case, and tell of each that fails.

    Args:
        cases: what is checked, one by one; an empty table is a failure too, since it checks nothing.
        check: raises for a case that is wrong.
        name: of a case, as a failure shows it.

    Returns:
        For each case that fails its name and why. A test compares it with `{}`.
    """
    found, count = {}, 0
    for case in cases:
        count += 1
        try:
            check(case)
        except Exception as error:
            found[name(case)] = f"{type(error).__name__}: {error}"
    return found if count else {"the table": "it has no case"}
