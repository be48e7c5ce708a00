"""Judges while a run is under way, for runs that end with the first broken relation.

What one answer shows alone is judged when it comes; what compares answers when
the last request planned for it was answered, and looked at twice like at the end
of a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contracts.observations.cases import PlannedRequest
from contracts.observations.observations import Observations
from contracts.relations.relation_check import RelationCheck
from contracts.run.confirmation import confirmed
from contracts.run.sender import CaseSender
from oas.contract import Contract

__all__ = ["STOPPED", "FailFast"]

#: Why a run that ends with the first violation sends nothing more.
STOPPED = "stopped at the first violation (--fail-fast)"


class FailFast:
    """Stops the sending once a relation is broken.

    Args:
        document: the contract.
        rules: what is judged.
        sending: of the run.
    """

    def __init__(self, document: Contract, rules: Sequence[RelationCheck], sending: CaseSender) -> None:
        self._document = document
        self._rules = rules
        self._sending = sending
        self._judged = 0

    def __call__(self, case: PlannedRequest, rest: Sequence[PlannedRequest]) -> None:
        """Judge what came of a case.

        Args:
            case: just sent.
            rest: what the plan sends after it.
        """
        seen = self._sending.seen
        fresh, self._judged = seen[self._judged :], len(seen)
        alone = Observations(self._document, fresh)
        if any(rule(alone).violations for rule in self._rules if rule.is_single):
            self._sending.stopped = STOPPED
            return
        later = {name for other in rest for name in other.covers}
        self._compare(rule for rule in self._rules if not rule.is_single and self._is_due(rule, case, later))

    @staticmethod
    def _is_due(rule: RelationCheck, case: PlannedRequest, later: set[str]) -> bool:
        name = rule.relation.id
        return name not in later and (name in case.covers or (rule.is_universal and not later))

    def _compare(self, rules: Iterator[RelationCheck]) -> None:
        every = Observations(self._document, self._sending.seen)
        doubtful = [(rule, judgement) for rule in rules if (judgement := rule(every)).violations]
        if any(judgement.violations for _, judgement in confirmed(doubtful, every, self._sending)):
            self._sending.stopped = STOPPED
