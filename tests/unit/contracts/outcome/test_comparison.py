"""Two runs side by side."""

from __future__ import annotations

import pytest

from contracts.outcome.comparison import compare, is_judged
from contracts.verdicts import Outcome, Report, Violation
from fabricated import kept, verdict, violation

ID = "auth.guard[getCampaignInfo]"


def run(*violations: Violation, outcome: Outcome = Outcome.KEPT) -> Report:
    """Make a run of one relation, broken where there are violations."""
    return kept(verdicts=(verdict(ID, Outcome.BROKEN if violations else outcome, violations=violations),))


def found(detail: str = "", **changes: str) -> Violation:
    """Make a finding of that relation."""
    return violation(ID, detail=detail, **changes)


def test_findings_are_new_still_broken_or_fixed() -> None:
    comparison = compare(run(found("a"), found("b")), run(found("b", title="said otherwise"), found("c")))
    assert [item.detail for item in comparison.new] == ["c"]
    assert [item.detail for item in comparison.fixed] == ["a"]
    assert [item.title for item in comparison.still_broken] == ["said otherwise"]


@pytest.mark.parametrize("outcome", [Outcome.INCONCLUSIVE, Outcome.LEFT_OUT])
def test_what_is_not_judged_again_is_not_fixed(outcome: Outcome) -> None:
    comparison = compare(run(found("a")), run(outcome=outcome))
    assert comparison.fixed == ()
    assert [item.detail for item in comparison.unknown] == ["a"]


def test_a_warning_is_passed_over() -> None:
    assert compare(run(), run(found("a", severity="warning"))).new == ()


def test_the_notes_count_and_name() -> None:
    notes = compare(run(found("a")), run(found("b"))).notes()
    assert notes == (("compared", f"1 new: {ID}"), ("compared", f"1 fixed: {ID}"))


def test_the_notes_name_no_more_than_fit() -> None:
    many = tuple(violation(f"auth.guard{n}[a]") for n in range(9))
    assert compare(run(), run(*many)).notes()[0][1].endswith("auth.guard4[a] and 4 more")


def test_two_clean_runs_say_so() -> None:
    assert compare(run(), run()).notes() == (("compared", "nothing was broken before, and nothing is now"),)


@pytest.mark.parametrize(
    "id, judged", [("fuzz.other_check[getA]", True), ("fuzz.other_check[getB]", False), (ID, False)]
)
def test_a_check_of_generated_requests_is_judged_with_its_operation(id: str, judged: bool) -> None:
    assert is_judged(kept(verdicts=(verdict("fuzz.checks[getA]"),)), id) is judged
