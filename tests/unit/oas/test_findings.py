"""Errors and findings: how they read, how they are sorted."""

from __future__ import annotations

import pytest

from oas.errors import BoundExceeded, SpecInvalid, ToolError, UsageError
from oas.findings import Finding, Findings, summary_lines


def finding(severity: str = "error", line: int = 1, message: str = "Wrong.") -> Finding:
    return Finding("error" if severity == "error" else "warning", "a.yaml", line, "/x", message, "Lost.")


@pytest.mark.parametrize(
    "error, text",
    [
        (SpecInvalid("no"), "no"),
        (SpecInvalid("no", "a.yaml"), "a.yaml: no"),
        (SpecInvalid("no", "a.yaml", "/x"), "a.yaml#/x: no"),
        (SpecInvalid("no", "a.yaml", "/x", 7), "a.yaml:7#/x: no"),
        (BoundExceeded("no", "a.yaml", line=7), "a.yaml:7: no"),
    ],
)
def test_an_error_says_where(error: UsageError, text: str) -> None:
    assert str(error) == text
    assert isinstance(error, ToolError)
    assert (error.message, error.exit_code) == ("no", 2)


@pytest.mark.parametrize(
    "found, text",
    [
        (finding(), "error: a.yaml:1#/x: Wrong. Lost."),
        (Finding("warning", "", 0, "", "Odd."), "warning: Odd."),
        (Finding("warning", "", 0, "/\x1b[2J\n\ud800", "Odd."), "warning: #/\ufffd[2J\ufffd\ufffd: Odd."),
    ],
)
def test_a_finding_reads_as_one_line(found: Finding, text: str) -> None:
    assert str(found) == text


def test_findings_are_kept_once_and_sorted_worst_first() -> None:
    findings = Findings([finding("warning", 1), finding("error", 9), finding("error", 2)])
    findings.add(finding("error", 9))
    assert len(findings) == 3
    assert [(found.severity, found.line) for found in findings.sorted()] == [("error", 2), ("error", 9), ("warning", 1)]


def test_a_summary_shows_the_worst_and_counts_the_rest() -> None:
    found = [*(finding("warning", line) for line in range(3)), *(finding("error", line) for line in range(3))]
    lines = summary_lines(found, shown=2)
    assert [line.split(":")[0] for line in lines] == ["error", "error", "and 4 more"]
    assert lines[-1] == "and 4 more: 1 error, 3 warnings"
    assert len(summary_lines(found)) == 6
