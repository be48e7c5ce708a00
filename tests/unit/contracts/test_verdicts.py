"""Fingerprints that stay, and what counts against a server."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.verdicts import Outcome, Violation
from fabricated import kept, report, verdict, violation

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=20)


def test_a_fingerprint_is_what_earlier_runs_have_written_down() -> None:
    # It stands in baselines: another one would make every known failure a new one.
    made = Violation(
        relation_id="envelope.code[getCampaignInfo]",
        operation_id="getCampaignInfo",
        title="t",
        expected="e",
        pointer="/p",
        detail="/code",
    )
    assert made.fingerprint == "efc25727c1ca182a"


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "other"},
        {"expected": "other"},
        {"pointer": "/other"},
        {"excerpt": "other"},
        {"exchanges": (9, 10)},
        {"curl": "other"},
        {"assumed": "other"},
        {"severity": "warning"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_differs_between_runs_is_no_part_of_a_fingerprint(changes: dict[str, Any]) -> None:
    assert violation(**changes).fingerprint == violation().fingerprint


@pytest.mark.parametrize(
    "changes", [{"relation_id": "auth.x[a]"}, {"operation_id": "other"}, {"detail": "/other"}], ids=str
)
def test_what_tells_findings_apart_is_part_of_a_fingerprint(changes: dict[str, Any]) -> None:
    assert violation(**changes).fingerprint != violation().fingerprint


@given(st.tuples(TEXT, TEXT, TEXT), st.tuples(TEXT, TEXT, TEXT))
def test_findings_share_a_fingerprint_only_where_they_are_the_same(
    first: tuple[str, str, str], second: tuple[str, str, str]
) -> None:
    names = ("relation_id", "operation_id", "detail")
    prints = [violation(**dict(zip(names, one, strict=True))).fingerprint for one in (first, second)]
    assert (prints[0] == prints[1]) is (first == second)
    assert all(len(one) == 16 and int(one, 16) >= 0 for one in prints)


def test_the_violations_of_a_report_are_in_the_order_of_the_plan() -> None:
    found = [violation(detail=name) for name in "abc"]
    made = kept(
        verdicts=(
            verdict("auth.b[x]", Outcome.BROKEN, violations=(found[0], found[1])),
            verdict("auth.c[x]"),
            verdict("auth.a[x]", Outcome.BROKEN, violations=(found[2],)),
        )
    )
    assert made.violations == tuple(found)
    assert kept().violations == ()


ASSUMED = violation(assumed="Days are UTC days.")
PLAIN = violation()


@pytest.mark.parametrize(
    "found, changes, counts",
    [
        (PLAIN, {}, True),
        (PLAIN, {"assumptions": "warn"}, True),
        (ASSUMED, {}, True),
        (ASSUMED, {"assumptions": "warn"}, False),
        (violation(severity="warning"), {}, False),
        (PLAIN, {"accepted": ((PLAIN.fingerprint, "known"),)}, False),
        (PLAIN, {"accepted": (("0" * 16, "another"),)}, True),
        (PLAIN, {"accepted": (("0" * 16, PLAIN.fingerprint),)}, True),
        (ASSUMED, {"accepted": ((ASSUMED.fingerprint, "known"),), "assumptions": "warn"}, False),
    ],
    ids=range(9),
)
def test_what_counts_against_a_server(found: Violation, changes: dict[str, Any], counts: bool) -> None:
    assert report(**changes).counts(found) is counts


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_reads_as_its_word(outcome: Outcome) -> None:
    assert f"{outcome}" == outcome.value
    assert Outcome(outcome.value) is outcome
