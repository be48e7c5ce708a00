"""Collection: filters, sorting, paging and counts of every `x-collection`.

Source: the output patterns subset, disjoint, complete, equality and
equivalence of Segura et al., Metamorphic Testing of RESTful Web APIs.
"""

from __future__ import annotations

from contracts.relations.collection import cases as questions
from contracts.relations.collection import counts, filters, links, paging, sorting
from contracts.relations.relation_check import RelationCheck
from oas.contract import Contract

__all__ = ["cases", "rules"]

cases = questions.cases


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return the relations of every collection of the document."""
    return tuple(rule for module in (filters, sorting, paging, links, counts) for rule in module.rules(document))
