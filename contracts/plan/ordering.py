"""The order of cases under a budget: the most telling first, and what was left out by name.

Pure: sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.observations.cases import PlannedRequest

__all__ = ["Plan", "arrange"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be sent, and what would not fit.

    Attributes:
        cases: in the order of sending.
        left_out: cases that the budget has no room for, in the order of telling.
        budget: requests that the plan may send.
    """

    cases: tuple[PlannedRequest, ...]
    left_out: tuple[PlannedRequest, ...] = ()
    budget: int = 0

    @property
    def cost(self) -> int:
        """Requests that the plan sends."""
        return sum(case.cost for case in self.cases)

    @property
    def unserved(self) -> frozenset[str]:
        """Ids of relations that lost at least one case to the budget."""
        return frozenset(name for case in self.left_out for name in case.covers)


def arrange(cases: Iterable[PlannedRequest], budget: int) -> Plan:
    """Join equal cases, order them by rank, and keep what fits.

    Args:
        cases: in any order; of equal rank the earlier comes first.
        budget: requests that may be sent, ≥ 0.
    """
    joined: dict[str, PlannedRequest] = {}
    for case in cases:
        known = joined.get(case.key)
        joined[case.key] = case if known is None else known.joined(case)
    kept: list[PlannedRequest] = []
    left_out: list[PlannedRequest] = []
    room = budget
    for case in sorted(joined.values(), key=lambda case: case.priority):
        if case.cost <= room:
            kept.append(case)
            room -= case.cost
        else:
            left_out.append(case)
    return Plan(cases=tuple(kept), left_out=tuple(left_out), budget=budget)
