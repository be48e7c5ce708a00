"""What each item is told, from reports that are made up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contracts.plugin.item_results import MAX_SHOWN, ItemOutcome, Result, Results, results_of
from contracts.report.source import DocumentSource
from contracts.report.text import lines
from contracts.verdicts import Outcome, Report, Verdict
from fabricated import exchange, kept, verdict, violation
from oas.contract import load

ID, OTHER = "collection.subset[getCampaignInfo:term]", "auth.other[a]"
SOURCE = DocumentSource.of(load().document)
FOUND = violation(ID)


def broken(**changes: Any) -> Verdict:
    return verdict(ID, Outcome.BROKEN, violations=(replace(FOUND, **changes),))


def results(*verdicts: Verdict, **changes: Any) -> Results:
    report: Report = kept(verdicts=verdicts)
    return results_of(replace(report, **changes), SOURCE)


def test_a_kept_relation_passes() -> None:
    assert results(verdict(ID)).items == {ID: Result(ending=ItemOutcome.PASSED)}


def test_a_broken_relation_fails_with_its_findings_in_the_words_of_the_report() -> None:
    text = "\n".join(lines(FOUND, SOURCE))
    assert results(broken(), verdict(OTHER)).items == {
        ID: Result(ending=ItemOutcome.FAILED, text=text),
        OTHER: Result(ending=ItemOutcome.PASSED),
    }


def test_of_many_findings_some_are_shown_and_the_rest_is_counted() -> None:
    many = tuple(replace(FOUND, detail=str(number)) for number in range(MAX_SHOWN + 3))
    text = results(verdict(ID, Outcome.BROKEN, violations=many)).items[ID].text
    assert text.count("what happened") == MAX_SHOWN
    assert text.endswith("\n\nand 3 more")


@pytest.mark.parametrize(
    "finding, report, reason",
    [
        ({}, {"accepted": ((FOUND.fingerprint, "fixed in May"),)}, "fixed in May"),
        ({"assumed": "We think so."}, {"assumptions": "warn"}, "broken, and only a warning"),
        ({"severity": "warning"}, {}, "broken, and only a warning"),
    ],
)
def test_an_excused_failure_is_known(finding: dict[str, Any], report: dict[str, Any], reason: str) -> None:
    found = results(broken(**finding), verdict(OTHER), **report).items[ID]
    assert (found.ending, found.reason) == (ItemOutcome.KNOWN, reason)
    assert found.text.startswith("what happened  A row")


def test_one_finding_that_is_not_accepted_fails_and_is_shown_alone() -> None:
    other = replace(FOUND, detail="another", title="Another thing")
    both = verdict(ID, Outcome.BROKEN, violations=(FOUND, other))
    found = results(both, accepted=((FOUND.fingerprint, "known"),)).items[ID]
    assert found.ending is ItemOutcome.FAILED
    assert FOUND.title not in found.text
    assert "Another thing" in found.text


def test_what_the_baseline_says_of_a_relation_is_told_with_it() -> None:
    notes = (("baseline", f"expired on 2026-01-01: {ID}, old"), ("baseline", "1 new"), ("report", ID))
    assert results(broken(), notes=notes).items[ID].text.endswith(f"\n\nexpired on 2026-01-01: {ID}, old")


@pytest.mark.parametrize("outcome", [Outcome.INCONCLUSIVE, Outcome.LEFT_OUT])
def test_what_is_undecided_is_skipped_and_told_by_the_name_that_the_option_has_here(outcome: Outcome) -> None:
    undecided = verdict(ID, outcome, reason="a larger --budget has room")
    found = results(undecided, verdict(OTHER), verdict("auth.third[a]")).items
    assert found[ID] == Result(ending=ItemOutcome.SKIPPED, text=f"{outcome}: a larger --contracts-budget has room")
    assert found[OTHER].ending is ItemOutcome.PASSED


def test_in_an_inconclusive_run_what_is_undecided_fails() -> None:
    undecided = [verdict(f"auth.a[{number}]", Outcome.LEFT_OUT, reason="no room") for number in range(2)]
    found = results(*undecided, verdict(OTHER)).items
    assert found["auth.a[0]"].ending is ItemOutcome.FAILED
    assert found["auth.a[0]"].text.startswith("left out: no room\nThe whole run is inconclusive. 2 of 3 relations")
    assert "--contracts-budget" in found["auth.a[0]"].text
    assert found[OTHER].ending is ItemOutcome.PASSED


def test_in_an_inconclusive_run_in_which_all_is_decided_nothing_is_green() -> None:
    found = results(verdict(ID), verdict(OTHER), exchanges=(exchange(1, 404),)).items
    assert {item.ending for item in found.values()} == {ItemOutcome.FAILED}


def test_the_summary_ends_with_the_verdict() -> None:
    summary = results(verdict(ID), notes=(("baseline", "0 new\x1b"),)).summary
    assert [line.split()[0] for line in summary] == ["target", "requests", "baseline", "kept"]
    assert "\x1b" not in "".join(summary)


def test_workers_read_what_another_wrote() -> None:
    for made in (results(broken(), verdict(OTHER)), Results(trouble="nothing answers – at all")):
        assert Results.from_json(made.to_json()) == made
