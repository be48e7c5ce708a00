"""JUnit XML: a suite per kind, a test case per relation and per operation of the generated requests.

A broken relation is a failure; an inconclusive one, one left out, and one
whose every violation the baseline accepts are skipped, with a message. Valid
by the schema of Jenkins' xUnit plugin.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from contracts.report.source import DocumentSource
from contracts.report.text import escape_control, lines, message, standing
from contracts.verdicts import Outcome, Report, Verdict, Violation

__all__ = ["render"]


def render(report: Report, source: DocumentSource) -> str:
    """Write the report as JUnit XML."""
    kinds: dict[str, list[Verdict]] = {}
    for verdict in report.verdicts:
        kinds.setdefault(verdict.relation.kind, []).append(verdict)
    root = Element("testsuites", name=f"contracts {report.target}", time=f"{report.duration_s:.3f}")
    for kind, verdicts in kinds.items():
        _suite(SubElement(root, "testsuite", name=f"contracts.{kind}"), verdicts, report, source)
    _count(root, list(root.iter("testcase")))
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(suite: Element, verdicts: list[Verdict], report: Report, source: DocumentSource) -> None:
    properties = SubElement(suite, "properties")
    facts = (("target", report.target), ("seed", report.seed), ("budget", report.budget), ("sent", report.sent))
    for name, value in (*facts, *report.versions):
        SubElement(properties, "property", name=name, value=escape_control(str(value)))
    for verdict in verdicts:
        name, kind = escape_control(verdict.relation.id), verdict.relation.kind
        _case(SubElement(suite, "testcase", name=name, classname=f"contracts.{kind}"), verdict, report, source)
    suite.set("timestamp", datetime.fromtimestamp(report.started_at, UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    _count(suite, suite.findall("testcase"))
    suite.set("skipped", str(sum(case.find("skipped") is not None for case in suite.findall("testcase"))))


def _case(case: Element, verdict: Verdict, report: Report, source: DocumentSource) -> None:
    counting = [item for item in verdict.violations if report.counts(item)]
    if counting:
        more = f" (and {len(counting) - 1} more)" if len(counting) > 1 else ""
        failure = SubElement(
            case, "failure", type=escape_control(counting[0].relation_id), message=message(counting[0]) + more
        )
        failure.text = _text(counting, source)
    elif verdict.violations:
        SubElement(case, "skipped", message=_excuse(verdict, report)).text = _text(verdict.violations, source)
    elif verdict.outcome is not Outcome.KEPT:
        SubElement(case, "skipped", message=standing(verdict))
    SubElement(case, "system-out").text = escape_control(
        f"{verdict.relation.meaning}\n{verdict.requests} exchanges looked at"
    )


def _text(violations: Iterable[Violation], source: DocumentSource) -> str:
    return "\n\n".join("\n".join(lines(violation, source)) for violation in violations)


def _excuse(verdict: Verdict, report: Report) -> str:
    accepted = dict(report.accepted)
    reasons = [accepted.get(item.fingerprint, "") for item in verdict.violations]
    return escape_control(
        f"known: {'; '.join(filter(None, reasons))}" if any(reasons) else "broken, and only a warning"
    )


def _count(element: Element, cases: list[Element]) -> None:
    element.set("tests", str(len(cases)))
    element.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    element.set("errors", "0")
