"""Deals relations to runs that share a plan, so that no run has much more to send than another.

Pure: sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from contracts.observations.cases import EXTRA_RANK, OPENING_RANK, PlannedRequest
from contracts.relations.relation_check import RelationCheck

__all__ = ["assign"]


def assign(
    rules: Iterable[RelationCheck], cases: Iterable[PlannedRequest], count: int
) -> tuple[tuple[RelationCheck, ...], ...]:
    """Give each rule to one run: the one that then has the fewest requests to send, the first of equals.

    Relations that share their cases end up together, since a case costs a run
    that sends it already nothing; relations that no case serves stay with others of
    their kind, so that one run alone sends the burst that shows the limits.

    Args:
        rules: in an order that is the same in every run.
        cases: likewise; those that every run sends cost nobody anything.
        count: number of runs, ≥ 1.

    Returns:
        The rules of each run, in the order given; together all of them, none twice.
    """
    needs: dict[str, dict[str, int]] = {}
    for case in cases:
        for name in case.covers if OPENING_RANK <= case.priority < EXTRA_RANK else ():
            needs.setdefault(name, {})[case.key] = case.cost
    sent: list[dict[str, int]] = [{} for _ in range(count)]
    dealt: list[list[RelationCheck]] = [[] for _ in range(count)]
    homes: dict[str, int] = {}
    for rule in rules:
        need = needs.get(rule.relation.id, {})
        # Where requests decide nothing, the fewest relations do.
        least = min(range(count), key=lambda run: (sum((sent[run] | need).values()), len(dealt[run])))
        home = least if need else homes.setdefault(rule.relation.kind, least)
        sent[home] |= need
        dealt[home].append(rule)
    return tuple(map(tuple, dealt))
