"""A relation with the pure function that judges it, and the writing of its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from contracts.observations.comparison import excerpt
from contracts.observations.observations import Observation, Observations
from contracts.verdicts import Relation, Violation
from oas.pointers import pattern_of

__all__ = ["Check", "CheckResult", "Mismatch", "RelationCheck", "judged", "judged_each"]

_MOST_FINDINGS = 5


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One way in which answers break a relation.

    Attributes:
        title: what happened, one line.
        expected: what was expected, one line.
        seen: the answers that show it, the most telling last.
        detail: stable words that tell it from others of the same relation.
        shown: the value that shows it.
        pointer: into the document, where it is another than the relation's.
    """

    title: str
    expected: str
    seen: tuple[Observation, ...]
    detail: str = ""
    shown: Any = ""
    pointer: str = ""


#: Yields an outcome, None where it holds, for everything in one answer that could break a relation.
Check = Callable[[Observation], Iterator[Mismatch | None]]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How a relation stands by what was seen.

    Attributes:
        violations: empty where it holds.
        checked: answers, or pairs of them, that could have broken it.
        reason: why nothing could be looked at.
    """

    violations: tuple[Violation, ...] = ()
    checked: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RelationCheck:
    """A relation and its judge.

    Attributes:
        relation: what must hold.
        judge: pure; gives the same judgement for the same observations.
        is_single: each answer is judged for itself, so that any answer may be judged, whatever was asked before.
        is_universal: it looks at every answer of its operation, planned for it or not.
        is_time_bound: it is about the moment, so that reading again proves nothing.
    """

    relation: Relation
    judge: Callable[[Relation, Observations], CheckResult]
    is_single: bool = False
    is_universal: bool = False
    is_time_bound: bool = False

    def __call__(self, observations: Observations) -> CheckResult:
        """Judge the relation by these observations."""
        return self.judge(self.relation, observations)


@dataclass(slots=True)
class _Tally:
    """Counts what was looked at while findings are collected."""

    looked_at: int = 0
    findings: dict[str, Mismatch] = field(default_factory=dict)


def judged(relation: Relation, outcomes: Iterable[Mismatch | None], reason: str) -> CheckResult:
    """Collect outcomes, None for each that held, into a judgement.

    Args:
        relation: what was judged.
        outcomes: one for everything that was looked at.
        reason: why the relation is inconclusive if nothing was.
    """
    tally = _Tally()
    for outcome in outcomes:
        tally.looked_at += 1
        if outcome is not None:
            tally.findings.setdefault(outcome.detail, outcome)
    violations = tuple(_violation(relation, finding) for finding in list(tally.findings.values())[:_MOST_FINDINGS])
    return CheckResult(violations, tally.looked_at, "" if tally.looked_at else reason)


def judged_each(relation: Relation, seen: Iterable[Observation], check: Check, reason: str) -> CheckResult:
    """Judge each answer for itself; arguments as of `judged`."""
    return judged(relation, (outcome for item in seen for outcome in check(item)), reason)


def _violation(relation: Relation, finding: Mismatch) -> Violation:
    operation = finding.seen[-1].operation if finding.seen else None
    return Violation(
        relation_id=relation.id,
        operation_id=relation.operation_id or (operation.id if operation else ""),
        title=finding.title,
        expected=finding.expected,
        pointer=finding.pointer or relation.pointer,
        excerpt=excerpt(finding.shown),
        exchanges=tuple(dict.fromkeys(item.number for item in finding.seen)),
        detail=pattern_of(finding.detail),
        assumed=relation.assumed,
    )
