"""All relations of a document, one module per kind; each gives rules, most of them cases that show them."""

from __future__ import annotations

from contracts.observations.cases import OPENING_RANK, PlannedRequest
from contracts.observations.known_values import KnownValues
from contracts.relations import (
    auth,
    collection,
    derived,
    envelope,
    errors,
    identity,
    limits,
    partitions,
    rate_headers,
    same_as,
    structure,
    writes,
)
from contracts.relations.relation_check import RelationCheck
from contracts.verdicts import Relation
from oas.contract import Contract

__all__ = ["cases", "opening", "relations", "rules"]

_KINDS = (
    structure,
    envelope,
    rate_headers,
    errors,
    auth,
    collection,
    same_as,
    derived,
    partitions,
    identity,
    writes,
    limits,
)
_ASKING = (same_as, collection, partitions, identity, writes, auth, errors)


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return every relation of a document with its judge, in the order of the kinds."""
    return tuple(rule for kind in _KINDS for rule in kind.rules(document))


def relations(document: Contract) -> tuple[Relation, ...]:
    """Return every relation of a document, in the order of the kinds."""
    return tuple(rule.relation for rule in rules(document))


def opening(known: KnownValues) -> tuple[PlannedRequest, ...]:
    """Return the cases that need nothing to be known, and show what the others are made from."""
    made = (case for case in same_as.cases(known) if case.priority < OPENING_RANK)
    return tuple(case for case in made if _can_be_asked(known.document, case))


def cases(known: KnownValues) -> tuple[PlannedRequest, ...]:
    """Return every case that can be made from what is known."""
    made = (case for kind in _ASKING for case in kind.cases(known))
    return tuple(case for case in made if _can_be_asked(known.document, case))


def _can_be_asked(document: Contract, case: PlannedRequest) -> bool:
    """Whether a case is what it says: a whole request, and a valid one where it should succeed."""
    operation = document.by_id.get(case.request.operation_id)
    if operation is None:
        return True
    needed = {parameter.name for parameter in operation.inputs if parameter.is_required}
    return operation.is_askable and (case.expects is not None or needed <= case.request.parameters.keys())
