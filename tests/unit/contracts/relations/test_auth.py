"""Keys, right and wrong."""

from __future__ import annotations

from dataclasses import replace

from answers import document, judge, rules, seen, titles
from contracts.observations.cases import PlannedRequest
from contracts.observations.known_values import typical_values
from contracts.relations import auth

KNOWN = typical_values(document())


def by_relation() -> dict[str, PlannedRequest]:
    return {case.covers[0]: case for case in auth.cases(KNOWN)}


def test_every_operation_is_asked_without_a_key() -> None:
    asked = [case.request.operation_id for case in auth.cases(KNOWN) if case.request.credential == "none"]
    assert sorted(asked) == sorted(document().by_id)


def test_every_other_wrong_key_is_used_once_on_rotating_operations() -> None:
    variants = [case.request for case in auth.cases(KNOWN) if case.covers[0].startswith("auth.refused")]
    assert len({request.credential for request in variants}) == len(variants) == 6
    assert len({request.operation_id for request in variants}) == 6


def test_every_relation_of_keys_is_asked_for() -> None:
    assert set(by_relation()) == {name for name in rules() if name.startswith("auth.")}


def test_a_members_key_is_needed_for_what_only_administrators_may() -> None:
    cases = auth.cases(replace(KNOWN, has_member=False))
    assert not any(case.request.credential == "member" for case in cases)
    assert judge("auth.admin[createApiKey]").reason == "not asked: it needs a member's key"


def test_writes_are_not_tried_where_they_are_not_allowed() -> None:
    cases = auth.cases(replace(KNOWN, allow_writes=False))
    assert not any(case.request.operation_id == "createApiKey" for case in cases)


def test_an_operation_that_answers_without_a_key_is_named() -> None:
    name = "auth.guarded[getDashboardInfo]"
    answer = seen("getDashboardInfo", {"data": {}}, case=by_relation()[name], credential="none")
    assert titles(name, answer) == ["getDashboardInfo: GET with key: none: answered 200 without an error code"]


def test_a_refusal_with_its_code_is_kept() -> None:
    name = "auth.refused[truncated]"
    case = by_relation()[name]
    answer = seen(case.request.operation_id, {"data": {"error_code": "INVALID_API_KEY"}}, status=401, case=case)
    assert judge(name, answer).checked == 1
    assert titles(name, answer) == []
