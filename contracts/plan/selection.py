"""Which relations a run wants, and which requests it plans for them under its budget.

Of several runs that share a plan each plans for the relations that it was dealt;
relations that look at answers one by one are judged in all of them. Pure: sends
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from contracts import relations
from contracts.config import Config
from contracts.observations.cases import EXTRA_RANK, OPENING_RANK, PlannedRequest
from contracts.observations.known_values import typical_values
from contracts.plan.ordering import Plan, arrange
from contracts.plan.verdict import selected
from contracts.relations.relation_check import RelationCheck
from oas.contract import Contract

__all__ = [
    "assign",
    "fit_to_budget",
    "generating",
    "judged_rules",
    "plan",
    "requested_rules",
]


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


def plan(config: Config, document: Contract, budget: int) -> Plan:
    """Plan a run on data of average size, sending nothing."""
    known = replace(typical_values(document, config.seed), allow_writes=True)
    return fit_to_budget(config, requested_rules(config, document), relations.cases(known), budget)


def judged_rules(config: Config, document: Contract) -> tuple[RelationCheck, ...]:
    """Return the rules that a run judges: of the relations that `only` and `skip` choose, those of its shard."""
    own = {rule.relation.id for rule in requested_rules(config, document)}
    return tuple(
        rule for rule in _chosen(config, document) if rule.is_universal or rule.is_single or rule.relation.id in own
    )


def requested_rules(config: Config, document: Contract) -> tuple[RelationCheck, ...]:
    """Return the rules that a run sends requests for."""
    rules = _chosen(config, document)
    if config.shard is None:
        return rules
    # The same in every run: the values that a server shows play no part.
    dealt = assign(rules, relations.cases(typical_values(document)), config.shard.count)
    return dealt[config.shard.index - 1]


def generating(config: Config) -> Config:
    """Return the configuration for generated requests: each shard generates its part, from a seed of its own."""
    if config.shard is None:
        return config
    fuzz = None if config.fuzz is None else config.share(config.fuzz)
    return replace(config, seed=config.seed + config.shard.index - 1, fuzz=fuzz)


def _chosen(config: Config, document: Contract) -> tuple[RelationCheck, ...]:
    return tuple(rule for rule in relations.rules(document) if selected(rule.relation.id, config.only, config.skip))


def fit_to_budget(
    config: Config, rules: tuple[RelationCheck, ...], cases: tuple[PlannedRequest, ...], budget: int
) -> Plan:
    """Keep the cases that serve a wanted relation; the extra ones only where a budget was asked for."""
    grounded = _grounded(rules, cases)
    kept = grounded if config.shard else _whole(rules, cases, grounded)
    core = [case for case in kept if case.priority < EXTRA_RANK]
    is_thorough = config.budget is not None
    whole = arrange(kept if is_thorough else core, budget)
    extra = () if is_thorough else tuple(case for case in kept if case.priority >= EXTRA_RANK)
    return replace(whole, left_out=(*whole.left_out, *extra))


def _whole(
    rules: tuple[RelationCheck, ...], cases: tuple[PlannedRequest, ...], grounded: list[PlannedRequest]
) -> list[PlannedRequest]:
    """Keep, besides, what gives an answer that rules about every answer can look at."""
    keys = {case.key for case in grounded}
    everywhere = {rule.relation.operation_id for rule in rules if rule.is_universal}
    return [case for case in cases if case.key in keys or "" in everywhere or case.request.operation_id in everywhere]


def _grounded(rules: tuple[RelationCheck, ...], cases: tuple[PlannedRequest, ...]) -> list[PlannedRequest]:
    """Keep what serves a rule, what all others are made from, and a success of each operation that is refused."""
    names = {rule.relation.id for rule in rules}
    kept = {case.key: case for case in cases if names & set(case.covers) or case.priority < OPENING_RANK}
    plain = {case.request.operation_id: case for case in reversed(cases) if _succeeds(case)}
    let_in = {case.request.operation_id for case in kept.values() if _succeeds(case)}
    refused = {case.request.operation_id for case in kept.values()} - let_in
    also = {plain[operation_id].key for operation_id in refused & plain.keys()}
    return [case for case in cases if case.key in kept or case.key in also]


def _succeeds(case: PlannedRequest) -> bool:
    return case.expects is None and case.request.credential == "key" and case.priority < EXTRA_RANK
