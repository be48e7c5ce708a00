"""Faults are generated for every place of every answer."""

from __future__ import annotations

from contracts.mutation.mutants import CATEGORIES, mutants
from oas.contract import load

DOCUMENT = load()
ALL = mutants(DOCUMENT, ("X-Left",))


def test_every_operation_category_and_status_has_faults() -> None:
    assert {mutant.category for mutant in ALL} == set(CATEGORIES)
    named = {target for mutant in ALL for target in mutant.targets}
    assert named == {(operation.method, operation.path) for operation in DOCUMENT.operations}
    assert {mutant.status for mutant in ALL} == {200, 400, 401, 404, 429}


def test_names_are_unique() -> None:
    assert len({mutant.id for mutant in ALL}) == len(ALL)


def test_a_shared_error_is_mutated_once_and_a_success_per_operation() -> None:
    place = "/data/error_code"
    shared = [mutant for mutant in ALL if (mutant.status, mutant.place, mutant.mutator) == (429, place, "null")]
    assert [len(mutant.targets) for mutant in shared] == [7]
    assert all(len(mutant.targets) == 1 for mutant in ALL if mutant.status == 200)
