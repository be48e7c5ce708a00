"""JUnit XML that CI servers read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
import xmlschema

from contracts.report.junit import render
from contracts.verdicts import Outcome, Report
from documents import source_of
from fabricated import kept, report, verdict, violation

SOURCE = source_of("paths: {}")
SCHEMA = Path(__file__).resolve().parents[3] / "schemas" / "junit-10.xsd"


def rendered(made: Report) -> Element:
    """Render and parse."""
    return fromstring(render(made, SOURCE))


def case(root: Element, name: str) -> Element:
    """Find the test case of a relation."""
    (found,) = [item for item in root.iter("testcase") if item.get("name") == name]
    return found


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(SCHEMA))


@pytest.mark.parametrize(
    "made", [report(), kept(0), report(is_interrupted=True, duration_s=12345.6789)], ids=["full", "empty", "long"]
)
def test_the_report_is_valid(made: Report, schema: xmlschema.XMLSchema) -> None:
    schema.validate(render(made, SOURCE))


def test_suites_are_kinds_and_count_their_cases() -> None:
    counts = {
        suite.get("name"): tuple(suite.get(key) for key in ("tests", "failures", "errors", "skipped"))
        for suite in rendered(report()).iter("testsuite")
    }
    assert counts == {
        "contracts.collection": ("2", "1", "0", "0"),
        "contracts.envelope": ("1", "0", "0", "0"),
        "contracts.identity": ("1", "0", "0", "1"),
        "contracts.effect": ("1", "0", "0", "1"),
        "contracts.fuzz": ("1", "1", "0", "0"),
    }
    assert rendered(report()).get("failures") == "2"


def test_a_failure_says_all_that_is_known() -> None:
    failure = case(rendered(report()), "collection.subset[getCampaignInfo:campaign_status]").find("failure")
    assert failure is not None
    assert (failure.get("message") or "").startswith("A row with campaign_status `draft` came back")
    for part in ("openapi.yaml:1 #/paths", "<b>100 %</b>", "$CONTRACTS_API_KEY", violation().fingerprint):
        assert part in (failure.text or "")


@pytest.mark.parametrize(
    "name, message",
    [
        ("identity.opens[getOptimizedRoutineData]", "inconclusive: no routine was listed"),
        ("effect.created[createApiKey]", "left out: it writes; --allow-writes sends it"),
    ],
)
def test_what_was_not_judged_is_skipped_with_its_reason(name: str, message: str) -> None:
    skipped = case(rendered(report()), name).find("skipped")
    assert skipped is not None
    assert skipped.get("message") == message


def test_a_known_failure_is_skipped_with_its_reason() -> None:
    made = report(accepted=((violation().fingerprint, "fixed next week"),))
    found = case(rendered(made), violation().relation_id)
    skipped = found.find("skipped")
    assert found.find("failure") is None
    assert skipped is not None
    assert skipped.get("message") == "known: fixed next week"


def test_several_violations_are_one_failure() -> None:
    two = (violation(), violation(detail="other", title="Another row came back"))
    made = kept(verdicts=(verdict("auth.guard[a]", Outcome.BROKEN, violations=two),))
    (failure,) = rendered(made).iter("failure")
    assert (failure.get("message") or "").endswith("(and 1 more)")
    assert "Another row came back" in (failure.text or "")


def test_an_assumption_that_only_warns_fails_nothing() -> None:
    assumed = replace(violation(), assumed="Days are UTC days.")
    verdicts = (verdict("auth.guard[a]", Outcome.BROKEN, violations=(assumed,)),)
    assert not list(rendered(kept(verdicts=verdicts, assumptions="warn")).iter("failure"))
    assert list(rendered(kept(verdicts=verdicts)).iter("failure"))
