"""All kinds of relations together: their names, places and costs."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from answers import document, rules
from contracts import relations
from contracts.observations.cases import OPENING_RANK
from contracts.observations.known_values import KnownValues
from contracts.observations.observations import Observations
from contracts.relations.relation_check import RelationCheck
from contracts.report.source import DocumentSource
from oas.contract import load, parse
from oas.pointers import MISSING, get
from tables import failures

RULES = relations.rules(document())


@pytest.fixture(scope="module")
def source() -> DocumentSource:
    return DocumentSource.of(load().document)


def test_every_relation_has_a_name_of_its_own() -> None:
    names = Counter(rule.relation.id for rule in RULES)
    assert [name for name, times in names.items() if times > 1] == []
    assert relations.relations(document()) == tuple(rule.relation for rule in RULES)


def test_relations_stand_in_the_order_of_their_kinds() -> None:
    kinds = [rule.relation.kind for rule in RULES]
    assert kinds == sorted(kinds, key=list(dict.fromkeys(kinds)).index)
    assert {"collection", "same_as", "identity", "envelope", "ledger", "limits", "auth", "errors"} <= set(kinds)


def name_of(rule: RelationCheck) -> str:
    return rule.relation.id


def hold_description(rule: RelationCheck, source: DocumentSource) -> None:
    found = rule.relation
    assert re.fullmatch(r"[a-z_]+\.[a-z0-9-]+(\[[^\[\]]+\])?", found.id), found.id
    assert found.id.startswith(f"{found.kind}.")
    assert found.operation_id == "" or found.operation_id in document().by_id
    assert get(source.value, found.pointer) is not MISSING
    assert found.cost >= 1
    assert found.meaning.endswith(".")
    assert "\n" not in found.meaning + found.assumed


def test_a_relation_says_what_it_is_about(source: DocumentSource) -> None:
    assert failures(RULES, lambda rule: hold_description(rule, source), name_of) == {}


def hold_innocence(rule: RelationCheck) -> None:
    judgement = rule(Observations(document(), ()))
    assert (judgement.violations, judgement.checked) == ((), 0)
    assert judgement.reason


def test_a_relation_that_saw_nothing_says_why_and_blames_nobody() -> None:
    assert failures(RULES, hold_innocence, name_of) == {}


def test_the_same_document_gives_the_same_relations() -> None:
    assert [rule.relation for rule in relations.rules(document())] == [rule.relation for rule in RULES]


NOTHING = KnownValues.nothing(document())


def test_the_opening_needs_nothing_to_be_known() -> None:
    opening = relations.opening(NOTHING)
    assert opening
    assert all(case.priority < OPENING_RANK for case in opening)
    assert {case.request.credential for case in opening} == {"key"}
    assert {name for case in opening for name in case.covers} <= set(rules())


def test_a_case_serves_relations_that_there_are() -> None:
    cases = relations.cases(NOTHING)
    assert {name for case in cases for name in case.covers} <= set(rules())
    assert {case.key for case in relations.opening(NOTHING)} <= {case.key for case in cases}
    assert all(case.meaning for case in cases)


SMALL = {
    "openapi": "3.1.0",
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    "security": [{"key": []}],
    "x-error": [{"condition": "unauthenticated", "status": 401, "error_code": "NO_KEY", "message": "m", "error": "e"}],
    "paths": {
        "/plain": {"get": {"operationId": "plain", "responses": {}}},
        "/one/{id}": {"get": {"operationId": "one", "responses": {}}},
        "/some": {
            "get": {
                "operationId": "some",
                "responses": {},
                "parameters": [{"name": "id", "in": "query", "required": True, "schema": {"type": "string"}}],
            }
        },
        "/more": {
            "get": {
                "operationId": "more",
                "responses": {},
                "parameters": [{"name": "id", "in": "header", "required": True, "schema": {"type": "string"}}],
            }
        },
    },
}


def test_only_whole_requests_are_planned_and_valid_ones_where_they_should_succeed() -> None:
    known = KnownValues.nothing(parse(SMALL))
    made = (*relations.opening(known), *relations.cases(known))
    assert {case.request.operation_id for case in made if case.expects is None} == {"plain"}
    # Without a key nobody looks whether the parameter is there.
    assert {case.request.operation_id for case in made if case.expects is not None} == {"plain", "some"}
