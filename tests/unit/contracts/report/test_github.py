"""Annotations stand at the line of the document, and text cannot give orders to the runner."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.report.console import MAX_SHOWN, annotate, disarm
from contracts.verdicts import Outcome, Violation
from documents import source_of
from fabricated import kept, report, verdict, violation

SOURCE = source_of("paths:\n  /campaign-info:\n    get: {x-collection: {filters: [1, 2]}}\n", "api, v1:/o.yaml")


def lines(*violations: Violation, **changes: Any) -> list[str]:
    """Annotate a run with these violations."""
    broken = verdict("auth.guard[a]", Outcome.BROKEN, violations=violations)
    return list(annotate(kept(**{"verdicts": (broken,), **changes}), SOURCE))


def test_a_violation_is_an_error_at_its_line() -> None:
    assert lines(violation(title="100 %\r\nbad", expected="good")) == [
        "::error file=api%2C v1%3A/o.yaml,line=3,title=collection.subset[getCampaignInfo%3Acampaign_status]"
        "::100 %25 bad; expected good"
    ]


def test_what_does_not_break_the_run_is_a_warning() -> None:
    assumed = violation(assumed="Days are UTC days.")
    assert lines(assumed, assumptions="warn")[0].startswith("::warning ")
    assert lines(warnings=(violation(severity="warning"),))[0].startswith("::warning ")


def test_what_the_baseline_accepts_is_silent() -> None:
    assert lines(violation(), accepted=((violation().fingerprint, "known"),)) == []


def test_an_inconclusive_run_says_so() -> None:
    assert list(annotate(kept(0), SOURCE)) == [
        "::warning title=contracts: inconclusive"
        "::Nothing was judged, so nothing is known: no relation could be checked."
    ]


@pytest.mark.parametrize(
    "count, last", [(MAX_SHOWN, "::error file"), (MAX_SHOWN + 5, "::error title=contracts::6 more")]
)
def test_no_more_are_written_than_github_shows(count: int, last: str) -> None:
    found = lines(*(violation(detail=str(number)) for number in range(count)))
    assert len(found) == MAX_SHOWN
    assert found[-1].startswith(last)


@pytest.mark.parametrize("order", ["::stop-commands::x", "a\n  ::error::b", "  ::add-mask::c", "text ##[error]d"])
def test_text_of_a_server_gives_no_orders(order: str) -> None:
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in disarm(order).split("\n"))


def test_colons_elsewhere_are_left_alone() -> None:
    assert disarm("std::vector at ::1") == "std::vector at ::1"


def test_every_outcome_of_a_full_report_is_one_line() -> None:
    assert all("\n" not in line and line.startswith("::") for line in annotate(report(), SOURCE))
