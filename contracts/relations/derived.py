"""Derived figures: every `x-invariants` rule, in every instance of its schema in every body seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from contracts.observations.observations import Observation, Observations
from contracts.relations.clock import clocks_of
from contracts.relations.invariants import CHECKS, Check, InvariantFailure, RequestFacts
from contracts.relations.relation_check import CheckResult, Mismatch, RelationCheck, judged_each
from contracts.verdicts import Relation
from oas.annotations import Invariant
from oas.contract import Contract
from oas.operation import Operation
from oas.pointers import locate, tokens

__all__ = ["rules"]

_KIND = "derived"


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return one relation for each rule at each place of each documented body; errors share theirs."""
    found: dict[str, RelationCheck] = {}
    errors: set[tuple[str, str, int]] = set()
    for operation in document.operations:
        for status, response in operation.responses.items():
            for invariant in response.annotations.invariants:
                key = (invariant.pointer, invariant.at, status)
                if status < 400 or key not in errors:
                    errors.add(key)
                    name = _unused(found, _name(operation.id if status < 400 else str(status), invariant))
                    found[name] = _rule(operation if status < 400 else None, status, invariant, name)
    return tuple(found.values())


def _name(owner: str, invariant: Invariant) -> str:
    terms = invariant.terms
    figure = terms.get("equals") or terms.get("items") or terms["value"]
    figure = figure[0] if isinstance(figure, list) else figure
    return f"{_KIND}.{invariant.rule}[{owner}:{invariant.at}{figure}]"


def _unused(found: Mapping[str, RelationCheck], name: str) -> str:
    """Number a name that is taken: two rules may end in the same figure."""
    number, free = 1, name
    while free in found:
        number += 1
        free = f"{name[:-1]}#{number}]"
    return free


def _rule(operation: Operation | None, status: int, invariant: Invariant, name: str) -> RelationCheck:
    relation = Relation(
        id=name,
        kind=_KIND,
        operation_id=operation.id if operation else "",
        pointer=invariant.pointer,
        cost=1,
        meaning=_meaning(invariant),
        assumed=invariant.assumed,
    )
    check = CHECKS[invariant.rule](invariant.terms)
    judge = partial(_judge, operation, status, invariant, check)
    return RelationCheck(relation, judge, is_single=True, is_universal=status < 300)


def _meaning(invariant: Invariant) -> str:
    terms, at = invariant.terms, invariant.at
    if invariant.rule == "sum":
        return f"In {at}: the sum of {', '.join(terms['of'])} is that of {', '.join(terms['equals'])}."
    if invariant.rule == "ratio":
        return f"In {at}: {terms['equals']} is {terms['scale']} × {terms['of']} / {terms['to']}, rounded."
    if invariant.rule == "at-most":
        return f"In {at}: {terms['value']} is at most {terms['limit']}."
    if invariant.rule == "within":
        return f"In {at}: {terms['items']} lie between {terms['from']} and {terms['to']} of the request."
    if invariant.rule == "now":
        return f"In {at}: {terms['value']} is the moment of the answer."
    what = "are unique by" if invariant.rule == "unique-by" else "are ordered by"
    return f"In {at}: {terms['items']} {what} {terms['key']}."


def _key(instance: Any) -> str:
    """Return a text that rows seldom share: their first member's."""
    return str(next(iter(instance.values()), "")) if isinstance(instance, dict) else ""


def _judge(
    operation: Operation | None,
    status: int,
    invariant: Invariant,
    check: Check,
    relation: Relation,
    observations: Observations,
) -> CheckResult:
    place = tokens(invariant.at)
    known: dict[str, Any] = {}

    def outcomes(seen: Observation) -> Iterator[Mismatch | None]:
        for at, instance in locate(seen.body, place):
            # The same row comes in many answers: what was judged once needs no second look.
            if "*" in place:
                key = _key(instance)
                if key in known and known[key] == instance:
                    continue
                known[key] = instance
            broken = check(instance, RequestFacts(seen.parameters, clocks_of(seen)))
            if isinstance(broken, InvariantFailure):
                shown = f"{at}: {broken.shown}"
                yield Mismatch(f"in {at or 'the body'}: {broken.title}", broken.expected, (seen,), invariant.at, shown)
            elif broken:
                yield None

    reported = [item for item in observations.seen if item.status == status and (operation in (None, item.operation))]
    return judged_each(relation, reported, outcomes, "no instance with these figures was seen")
