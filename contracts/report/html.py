"""HTML: one file that opens from disk, loads nothing and sends nothing.

The policy in its head allows exactly the one style and the one script that
stand in it, by their hashes; every other text is escaped by the template.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from contracts.outcome.conclusion import conclude
from contracts.outcome.coverage import measure
from contracts.report.exchange_text import transcripts
from contracts.report.matrices import matrix, overview
from contracts.report.source import DocumentSource
from contracts.report.text import escape_control, fields
from contracts.verdicts import Outcome, Report, Verdict, Violation

__all__ = ["render"]

_MARKS = {"kept": "✓", "broken": "✗", "inconclusive": "?", "left out": "–", "interrupted": "■"}
#: What a reader looks for first.
_ORDER = (Outcome.BROKEN, Outcome.INCONCLUSIVE, Outcome.LEFT_OUT, Outcome.KEPT)


def render(report: Report, source: DocumentSource) -> str:
    """Write the report as one HTML page."""
    from jinja2 import Environment, StrictUndefined

    page = files("contracts.report") / "page"
    css, script = (page.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    template = environment.from_string(page.joinpath("page.html").read_text(encoding="utf-8"))
    return (
        template.render(**_context(report, source), css=css, script=script, policy=_policy(css, script), marks=_MARKS)
        + "\n"
    )


def _policy(css: str, script: str) -> str:
    """Allow what stands in the page and nothing else. Source: Content Security Policy Level 3, §6.7.3.3."""
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (css, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _context(report: Report, source: DocumentSource) -> dict[str, Any]:
    coverage = measure(report.exchanges, source.value)
    verdicts = sorted(report.verdicts, key=lambda verdict: _ORDER.index(verdict.outcome))
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    exchanges = transcripts(report)
    return {
        "report": report,
        "source": source,
        "conclusion": conclude(report),
        "figures": _figures(report),
        "findings": [_finding(item, report, source) for item in report.violations],
        "warnings": [_finding(item, report, source) for item in report.warnings],
        "rows": [_row(number, verdict, source) for number, verdict in enumerate(verdicts, start=1)],
        "outcomes": [(str(outcome), outcomes[outcome]) for outcome in _ORDER],
        "kinds": sorted({verdict.relation.kind for verdict in verdicts}),
        "coverage": coverage,
        "overview": overview(coverage),
        "matrices": [matrix(item) for item in coverage.operations],
        "exchanges": exchanges,
        "statuses": sorted({str(item["status"]) for item in exchanges}),
    }


def _figures(report: Report) -> Iterable[tuple[str, str]]:
    started = datetime.fromtimestamp(report.started_at, UTC)
    return (
        ("requests", f"{report.sent:,} of {report.budget:,}"),
        ("took", f"{report.duration_s:,.1f} s"),
        ("seed", str(report.seed)),
        ("started", f"{started:%Y-%m-%d %H:%M:%S} UTC"),
        *report.versions,
    )


def _finding(item: Violation, report: Report, source: DocumentSource) -> dict[str, Any]:
    accepted = dict(report.accepted).get(item.fingerprint)
    is_lenient = item.severity == "error" and not report.counts(item)
    assumed = "an assumption, which only warns" if is_lenient else ""
    return {
        "title": escape_control(item.title),
        "relation_id": item.relation_id,
        "fingerprint": item.fingerprint,
        "counts": report.counts(item),
        "excuse": f"known: {accepted}" if accepted is not None else assumed,
        "facts": [pair for pair in fields(item, source) if pair[0] not in ("what happened", "exchanges")],
        "exchanges": item.exchanges,
    }


def _row(number: int, verdict: Verdict, source: DocumentSource) -> dict[str, Any]:
    relation = verdict.relation
    said = (relation.id, relation.meaning, verdict.reason, *(item.title for item in verdict.violations))
    return {
        "number": number,
        "id": relation.id,
        "kind": relation.kind,
        "outcome": str(verdict.outcome),
        "reason": escape_control(verdict.reason),
        "meaning": escape_control(relation.meaning),
        "assumed": escape_control(relation.assumed),
        "place": source.place(relation.pointer),
        "requests": verdict.requests,
        "violations": verdict.violations,
        "text": escape_control(" ".join(said)).lower(),
    }
