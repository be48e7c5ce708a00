"""SARIF that code scanning reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from contracts.report.sarif import render
from contracts.verdicts import Report
from documents import source_of
from fabricated import kept, report, violation

TESTS = Path(__file__).resolve().parents[3]
SOURCE = source_of((TESTS.parent / "openapi.yaml").read_text(encoding="utf-8"), "api spec/openapi.yaml")


def run_of(made: Report) -> dict[str, Any]:
    """Render and return the only run."""
    (run,) = json.loads(render(made, SOURCE))["runs"]
    assert isinstance(run, dict)
    return run


@pytest.fixture(scope="module")
def schema() -> Any:
    text = (TESTS / "schemas" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")
    value = json.loads(text)
    for place in ("run", "toolComponent"):  # A stray bracket makes it no regular expression.
        del value["definitions"][place]["properties"]["language"]["pattern"]
    return jsonschema_rs.Draft4Validator(value, validate_formats=True)


@pytest.mark.parametrize(
    "made", [report(), kept(0), report(accepted=((violation().fingerprint, "known"),))], ids=["full", "empty", "known"]
)
def test_the_report_is_valid(made: Report, schema: Any) -> None:
    schema.validate(json.loads(render(made, SOURCE)))


def test_a_result_points_at_the_line_of_the_document() -> None:
    place = run_of(report())["results"][0]["locations"][0]["physicalLocation"]
    line = (TESTS.parent / "openapi.yaml").read_text(encoding="utf-8").splitlines()[place["region"]["startLine"] - 1]
    assert place["artifactLocation"] == {"uri": "api%20spec/openapi.yaml"}
    assert "parameter: campaign_status" in line


def test_every_result_names_a_rule_by_id_and_index() -> None:
    run = run_of(report())
    rules = run["tool"]["driver"]["rules"]
    assert [rules[item["ruleIndex"]]["id"] for item in run["results"]] == [item["ruleId"] for item in run["results"]]
    assert len({rule["id"] for rule in rules}) == len(rules) == 8


def test_a_fingerprint_makes_a_finding_the_same_in_every_run() -> None:
    prints = [item["partialFingerprints"]["contracts/v1"] for item in run_of(report())["results"]]
    assert prints == [item.fingerprint for item in (*report().violations, *report().warnings)]


def test_a_warning_and_a_lenient_assumption_are_warnings() -> None:
    levels = [item["level"] for item in run_of(report(assumptions="warn"))["results"]]
    assert levels == ["error", "warning", "warning"]
    assert [item["level"] for item in run_of(report())["results"]] == ["error", "error", "warning"]


def test_what_the_baseline_accepts_is_suppressed() -> None:
    first, second, _ = run_of(report(accepted=((violation().fingerprint, "fixed next week"),)))["results"]
    assert first["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "fixed next week"}]
    assert "suppressions" not in second


def test_an_interrupted_run_was_not_successful() -> None:
    assert run_of(report(is_interrupted=True))["invocations"][0]["executionSuccessful"] is False
