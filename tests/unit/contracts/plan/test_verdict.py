"""Kept, broken, inconclusive, left out."""

from __future__ import annotations

from typing import Any

import pytest

from answers import observed, page, rules, seen
from contracts.plan.verdict import RunConditions, selected, verdict_of
from contracts.relations.relation_check import CheckResult
from contracts.verdicts import Outcome
from fabricated import violation

NAME = "collection.subset[getCampaignInfo:term]"
SEEN = observed(seen("getCampaignInfo", page()))


def verdict(judgement: CheckResult, observations: Any = SEEN, name: str = NAME, **around: Any) -> Any:
    return verdict_of(rules()[name], judgement, observations, RunConditions(**around))


def test_what_was_looked_at_and_held_is_kept() -> None:
    assert verdict(CheckResult(checked=2)).outcome is Outcome.KEPT


def test_a_violation_breaks_whatever_else() -> None:
    throttled = observed(seen("getCampaignInfo", status=429))
    made = verdict(CheckResult((violation(),), 1), throttled, unserved={NAME})
    assert (made.outcome, len(made.violations)) == (Outcome.BROKEN, 1)


@pytest.mark.parametrize(
    "around, outcome, reason",
    [
        ({}, Outcome.INCONCLUSIVE, "no rows"),
        ({"skipped": {NAME: "not allowed"}}, Outcome.INCONCLUSIVE, "not allowed"),
        ({"unserved": {NAME}}, Outcome.LEFT_OUT, "the budget had no room for its requests; a larger --budget has"),
        ({"is_short": True}, Outcome.LEFT_OUT, "the budget had no room for its requests; a larger --budget has"),
        ({"is_short": True, "asked": {NAME}}, Outcome.INCONCLUSIVE, "no rows"),
        ({"off": {"collection": "the phase was not asked for"}}, Outcome.LEFT_OUT, "the phase was not asked for"),
    ],
)
def test_what_nothing_was_looked_at_for_is_never_green(around: dict[str, Any], outcome: Outcome, reason: str) -> None:
    made = verdict(CheckResult(reason="no rows"), **around)
    assert (made.outcome, made.reason) == (outcome, reason)


def test_more_than_a_tenth_of_refusals_for_the_rate_decides_nothing() -> None:
    answers = [seen("getCampaignInfo", page(), number=place, status=429 if place < 2 else 200) for place in range(10)]
    assert verdict(CheckResult(checked=1), observed(*answers)).reason == (
        "20% of the requests were refused for the rate limit"
    )


def test_an_operation_without_a_success_decides_nothing() -> None:
    made = verdict(CheckResult(checked=1), observed(seen("getCampaignInfo", status=401)))
    assert made.reason == "no request to getCampaignInfo was answered with success"


def test_what_an_operation_did_show_is_not_left_out_by_a_short_run() -> None:
    name = "derived.unique-by[getCampaignInfo:/data/campaign_info]"
    assert verdict(CheckResult(reason="one row"), name=name, is_short=True).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    "only, skip, wanted",
    [
        ((), (), True),
        (("collection",), (), True),
        (("auth", "coll"), (), True),
        (("auth",), (), False),
        ((), (NAME,), False),
        (("collection",), ("collection.subset",), False),
    ],
)
def test_relations_are_chosen_by_the_beginning_of_their_id(
    only: tuple[str, ...], skip: tuple[str, ...], wanted: bool
) -> None:
    assert selected(NAME, only, skip) is wanted
