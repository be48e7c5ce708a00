"""A second look at what looks broken: data may have changed between two answers.

A violation that compares answers is believed only if it is there again when
the same requests are sent once more, one after the other. What one answer
shows alone needs no second look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from contracts.observations.observations import Observation, Observations
from contracts.relations.relation_check import CheckResult, RelationCheck
from contracts.run.sender import CaseSender
from contracts.verdicts import Violation

__all__ = ["confirmed"]

#: Requests spent on second looks in one run at most.
_MOST_REQUESTS = 60

_Judged = tuple[RelationCheck, CheckResult]


def confirmed(judged: Sequence[_Judged], observations: Observations, sending: CaseSender) -> list[_Judged]:
    """Send the requests of doubtful violations again, and keep the violations that persist.

    Args:
        judged: every rule with its judgement.
        observations: what they were judged by.
        sending: sends, as far as the budget goes; what no longer fits is believed as it is.
    """
    doubtful = [
        violation for rule, judgement in judged for violation in judgement.violations if _is_doubtful(rule, violation)
    ]
    fresh = _read_again(doubtful, observations, sending)
    return [(rule, _settled(rule, judgement, observations, fresh)) for rule, judgement in judged]


def _is_doubtful(rule: RelationCheck, violation: Violation) -> bool:
    return not rule.is_time_bound and len(violation.exchanges) > 1


def _read_again(doubtful: list[Violation], observations: Observations, sending: CaseSender) -> dict[int, Observation]:
    """Send whole violations, the cheapest first, so that each is read again in full or not at all."""
    by_number = {item.number: item for item in observations.seen}
    wanted: dict[int, None] = {}
    room = min(_MOST_REQUESTS, sending.gate.budget - sending.gate.sent)
    for violation in sorted(doubtful, key=lambda violation: len(violation.exchanges)):
        more = [number for number in violation.exchanges if number not in wanted]
        if len(wanted) + len(more) <= room:
            wanted.update(dict.fromkeys(more))
    fresh: dict[int, Observation] = {}
    for number in sorted(wanted):
        again = sending.again(by_number[number]) if number in by_number and not sending.stopped else None
        if again is not None:
            fresh[number] = again
    return fresh


def _settled(
    rule: RelationCheck, judgement: CheckResult, observations: Observations, fresh: dict[int, Observation]
) -> CheckResult:
    kept = [
        violation
        for violation in judgement.violations
        if not _is_doubtful(rule, violation) or _persists(rule, violation, observations, fresh)
    ]
    return judgement if len(kept) == len(judgement.violations) else replace(judgement, violations=tuple(kept))


def _persists(
    rule: RelationCheck, violation: Violation, observations: Observations, fresh: dict[int, Observation]
) -> bool:
    if any(number not in fresh for number in violation.exchanges):
        return True
    again = [fresh[number] for number in violation.exchanges]
    second = rule(Observations(observations.document, again))
    if not second.checked:
        # The answers need others to be judged by: look at them in place of the first ones.
        replaced = [fresh.get(item.number, item) for item in observations.seen]
        second = rule(Observations(observations.document, replaced))
    numbers = {item.number for item in again}
    return any(other.detail == violation.detail and numbers.issuperset(other.exchanges) for other in second.violations)
