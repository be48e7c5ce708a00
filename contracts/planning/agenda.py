"""Which relations a run wants, and which requests it plans for them under its budget.

Pure: sends nothing. May import `cases`, `config`, `known`, `plan`,
`relations`, `rules`, `verdict` and `vocabulary`.
"""

from __future__ import annotations

from dataclasses import replace

from contracts import relations
from contracts.config import Config
from contracts.contract.vocabulary import Document
from contracts.judging.rules import Rule
from contracts.judging.verdict import selected
from contracts.planning.cases import EXTRA_RANK, Case
from contracts.planning.known import average_of
from contracts.planning.plan import Plan, arrange

__all__ = ["arranged", "plan", "wanted"]


def plan(config: Config, document: Document, budget: int) -> Plan:
    """Plan a run on data of average size, sending nothing."""
    known = replace(average_of(document, config.seed), allow_writes=True)
    return arranged(config, wanted(config, document), relations.cases(known), budget)


def wanted(config: Config, document: Document) -> tuple[Rule, ...]:
    """Return the rules of the relations that `only` and `skip` choose."""
    return tuple(rule for rule in relations.rules(document) if selected(rule.relation.id, config.only, config.skip))


def arranged(config: Config, rules: tuple[Rule, ...], cases: tuple[Case, ...], budget: int) -> Plan:
    """Keep the cases that serve a wanted relation; the extra ones only where a budget was asked for."""
    names = {rule.relation.id for rule in rules}
    everywhere = {rule.relation.operation_id for rule in rules if rule.is_universal}
    kept = [case for case in cases if names & set(case.serves) or _shows(case, everywhere)]
    core = [case for case in kept if case.rank < EXTRA_RANK]
    is_thorough = config.budget is not None
    whole = arrange(kept if is_thorough else core, budget)
    extra = () if is_thorough else tuple(case for case in kept if case.rank >= EXTRA_RANK)
    return replace(whole, left_out=(*whole.left_out, *extra))


def _shows(case: Case, everywhere: set[str]) -> bool:
    """Whether a case gives an answer that relations about every answer can look at."""
    return "" in everywhere or case.request.operation_id in everywhere
