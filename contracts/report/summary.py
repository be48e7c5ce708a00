"""The last screen of a run: what broke, what is not known, and what it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.text import Text

from contracts.outcome.conclusion import conclude
from contracts.outcome.coverage import measure
from contracts.report.source import DocumentSource
from contracts.report.text import escape_control, fields
from contracts.verdicts import Outcome, Report, Verdict, Violation

__all__ = ["MARKS", "MAX_LISTED", "MAX_SHOWN", "STYLES", "kinds", "screen", "verdict_line"]

#: Violations shown whole, and relations listed by name; the reports have them all.
MAX_SHOWN = 8
MAX_LISTED = 12
#: Marks on one line.
MAX_MARKS = 40

MARKS = {"kept": "✓", "broken": "✗", "inconclusive": "?", "left out": "–", "interrupted": "■"}
STYLES = {"kept": "green", "broken": "bold red", "inconclusive": "yellow", "left out": "dim", "interrupted": "yellow"}


def screen(report: Report, source: DocumentSource) -> Iterator[Text]:
    """Write the screen line by line.

    Args:
        report: of the run, the baseline applied.
        source: the document that the violations point into.
    """
    counting = [item for item in report.violations if report.counts(item)]
    for number, item in enumerate(counting[:MAX_SHOWN], start=1):
        yield from _finding(number, item, source)
    if rest := len(counting) - MAX_SHOWN:
        yield from [Text(f"and {rest} more; --report html:PATH shows them all\n", "bold")] if rest > 0 else []
    for outcome in (Outcome.INCONCLUSIVE, Outcome.LEFT_OUT):
        yield from _listed([item for item in report.verdicts if item.outcome is outcome], outcome)
    yield from _end(report, source)


def verdict_line(report: Report) -> Text:
    """Write what the run comes to as one line."""
    conclusion = conclude(report)
    return Text.assemble(
        (f"{MARKS[conclusion.word]} {conclusion.word}", STYLES[conclusion.word]), f"  {conclusion.sentence}"
    )


def kinds(verdicts: Iterable[Verdict]) -> Iterator[Text]:
    """Write the marks of each kind, one per relation, and how many of each outcome there are."""
    grouped: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        grouped.setdefault(verdict.relation.kind, []).append(verdict)
    width = max(map(len, grouped), default=0)
    for kind, members in grouped.items():
        for first in range(0, len(members), MAX_MARKS):
            line = Text(f"{'' if first else kind:<{width}}  ")
            for member in members[first : first + MAX_MARKS]:
                line.append(MARKS[member.outcome], STYLES[member.outcome])
            if first + MAX_MARKS >= len(members):
                line.append(f"  {_tally(members)}", "dim")
            yield line


def _tally(verdicts: Iterable[Verdict]) -> str:
    counts = Counter(verdict.outcome for verdict in verdicts)
    return " · ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])


def _finding(number: int, item: Violation, source: DocumentSource) -> Iterator[Text]:
    yield Text(f"{number}  {escape_control(item.relation_id)}", "bold red")
    for label, text in fields(item, source):
        style = "bold" if label == "what happened" else "cyan" if label in ("spec", "try") else ""
        indented = text.replace("\n", "\n" + " " * 18)
        yield Text.assemble((f"   {label:<15}", "dim"), (indented, style))
    yield Text("")


def _listed(verdicts: list[Verdict], outcome: Outcome) -> Iterator[Text]:
    if not verdicts:
        return
    yield Text(f"{MARKS[outcome]} {outcome} ({len(verdicts)})", STYLES[outcome])
    for reason, members in _by_reason(verdicts)[:MAX_LISTED]:
        names = ", ".join(members[:3]) + (f" and {len(members) - 3} more" if len(members) > 3 else "")
        yield Text.assemble(f"   {escape_control(reason)}: ", (escape_control(names), "dim"))
    if (rest := len(_by_reason(verdicts)) - MAX_LISTED) > 0:
        yield Text(f"   and {rest} more reasons")
    yield Text("")


def _by_reason(verdicts: list[Verdict]) -> list[tuple[str, list[str]]]:
    reasons: dict[str, list[str]] = {}
    for verdict in verdicts:
        reasons.setdefault(verdict.reason or "no reason given", []).append(verdict.relation.id)
    return sorted(reasons.items(), key=lambda item: -len(item[1]))


def _end(report: Report, source: DocumentSource) -> Iterator[Text]:
    coverage = measure(report.exchanges, source.value)
    cases, statuses, touched = coverage.cases, coverage.statuses, coverage.touched
    rows = [
        ("target", report.target),
        ("relations", _tally(report.verdicts) or "none"),
        ("requests", f"{report.sent:,} of {report.budget:,} · {report.duration_s:,.1f} s · seed {report.seed}"),
        (
            "coverage",
            f"{touched.covered} of {touched.total} operations · {statuses.covered} of {statuses.total} documented "
            f"statuses · {cases.covered} of {cases.total} cases of parameters",
        ),
    ]
    if report.warnings:
        rows.append(("warnings", f"{len(report.warnings)}, for instance: {report.warnings[0].title}"))
    for label, text in (*rows, *report.notes):
        yield Text.assemble((f"{label:<11}", "dim"), escape_control(text))
    yield verdict_line(report)
