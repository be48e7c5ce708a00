"""Findings become violations."""

from __future__ import annotations

from answers import rules, seen
from contracts.relations.relation_check import Mismatch, judged

RELATION = rules()["collection.subset[getCampaignInfo:term]"].relation


def test_what_held_and_what_did_not_are_both_counted() -> None:
    judgement = judged(RELATION, [None, Mismatch("t", "e", (seen("getCampaignInfo"),)), None], "nothing")
    assert (judgement.checked, len(judgement.violations), judgement.reason) == (3, 1, "")


def test_nothing_to_look_at_has_a_reason() -> None:
    assert judged(RELATION, [], "no rows").reason == "no rows"


def test_findings_of_the_same_detail_are_one_violation_and_there_are_at_most_five() -> None:
    answer = seen("getCampaignInfo")
    same = [Mismatch(str(place), "e", (answer,), "/rows") for place in range(9)]
    other = [Mismatch(str(place), "e", (answer,), f"/{name}") for place, name in enumerate("abcdefg")]
    assert len(judged(RELATION, same, "").violations) == 1
    assert len(judged(RELATION, other, "").violations) == 5


def test_a_violation_carries_the_assumption_and_the_place_of_its_relation() -> None:
    finding = Mismatch("t", "e", (seen("getCampaignInfo", number=4),), "/rows/3/id", {"a": 1})
    (violation,) = judged(RELATION, [finding], "").violations
    assert (violation.pointer, violation.assumed) == (RELATION.pointer, RELATION.assumed)
    assert (violation.exchanges, violation.excerpt) == ((4,), "{'a': 1}")


def test_the_fingerprint_does_not_depend_on_the_data() -> None:
    first, second = (
        judged(RELATION, [Mismatch(f"title {place}", "e", (), f"/rows/{place}/id", place)], "").violations[0]
        for place in (1, 22)
    )
    assert first.fingerprint == second.fingerprint
