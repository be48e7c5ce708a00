"""HTML: one file that opens from disk, loads nothing and sends nothing.

The policy in its head allows exactly the one style and the one script that
stand in it, by their hashes; every other text is escaped by the template.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from contracts.messages import NOT_JSON, Answer, Exchange, Request
from contracts.outcome.conclusion import conclude
from contracts.outcome.coverage import Coverage, OperationCoverage, measure
from contracts.report.source import DocumentSource
from contracts.report.text import escape_control, fields
from contracts.verdicts import Outcome, Report, Verdict, Violation

__all__ = ["MAX_CHARACTERS", "MAX_SHOWN", "Cell", "matrix", "overview", "render", "transcripts"]

#: Of one body; an exchange that shows a violation has ten times as many.
MAX_CHARACTERS = 2_000
#: Bodies of all exchanges together; what is over is left out and says so. The HAR report has everything.
MAX_SHOWN = 4_000_000


def transcripts(report: Report) -> list[dict[str, Any]]:
    """List what a page shows of each exchange, every text harmless."""
    telling = {number for item in (*report.violations, *report.warnings) for number in item.exchanges}
    left, found = MAX_SHOWN, []
    for exchange in report.exchanges:
        most = min(max(0, left), MAX_CHARACTERS * (10 if exchange.number in telling else 1))
        made = _transcript(exchange, most)
        left -= len(made["body"])
        found.append(made)
    return found


def _transcript(exchange: Exchange, most: int) -> dict[str, Any]:
    request, answer = exchange.request, exchange.answer
    url = escape_control(
        request.path + (f"?{urlencode(request.query, errors='surrogatepass')}" if request.query else "")
    )
    status = str(answer.status) if answer else "none"
    words = (request.method, url, request.operation_id, exchange.phase, request.credential, status)
    return {
        "number": exchange.number,
        "phase": exchange.phase,
        "operation": request.operation_id,
        "method": request.method,
        "url": url,
        "credential": request.credential,
        "status": status,
        "group": answer.status // 100 if answer else 0,
        "time": f"{answer.elapsed_s * 1000:,.0f} ms" if answer else "",
        "text": " ".join(words).lower(),
        "sent": _cut(_sent(request), most),
        "failure": escape_control(exchange.failure),
        "headers": _headers(answer) if answer else "",
        "body": _cut(_came(answer), most) if answer else "",
    }


def _sent(request: Request) -> str:
    lines = [f"{name}: {value}" for name, value in request.headers]
    if request.raw_body is not None:
        lines.append(request.raw_body.decode(errors="replace"))
    elif request.body is not None:
        lines.append(json.dumps(request.body, indent=2))
    return "\n".join(lines)


def _came(answer: Answer) -> str:
    if answer.json is NOT_JSON:
        return answer.body[: MAX_SHOWN * 4].decode(errors="replace")
    return json.dumps(answer.json, indent=2, ensure_ascii=False)


def _headers(answer: Answer) -> str:
    return escape_control("\n".join(f"{name}: {value}" for name, values in answer.headers.items() for value in values))


def _cut(text: str, most: int) -> str:
    rest = len(text) - most
    return escape_control(text) if rest <= 0 else f"{escape_control(text[:most])}\n… and {rest:,} characters more"


#: Counts from which a cell is shown darker.
_STEPS = (1, 2, 6, 21)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: its text and the names of its looks."""

    text: str
    look: str


def overview(coverage: Coverage) -> dict[str, Any]:
    """Lay out operation × status.

    Returns:
        `codes`, the columns, 0 where no answer came; `rows`, name and cells of each operation.
    """
    codes = sorted({status.code for item in coverage.operations for status in item.statuses})
    return {"codes": codes, "rows": [(item.operation_id, _answers(item, codes)) for item in coverage.operations]}


def matrix(item: OperationCoverage) -> dict[str, Any]:
    """Lay out the cases of an operation × status, with how many were met."""
    codes = [status.code for status in item.statuses]
    spans = Counter(row.parameter for row in item.rows)
    rows = [
        {
            "parameter": row.parameter,
            "span": 0 if index and item.rows[index - 1].parameter == row.parameter else spans[row.parameter],
            "keyword": row.keyword,
            "case": row.case,
            "is_covered": row.is_covered,
            "cells": [_cell(row.counts.get(code, 0)) for code in codes],
        }
        for index, row in enumerate(item.rows)
    ]
    return {
        "method": item.method,
        "path": item.path,
        "name": item.operation_id,
        "codes": codes,
        "rows": rows,
        "covered": sum(row.is_covered for row in item.rows),
        "total": len(item.rows),
    }


def _answers(item: OperationCoverage, codes: list[int]) -> list[Cell]:
    known = {status.code: status for status in item.statuses}
    cells = []
    for code in codes:
        status = known.get(code)
        if status is None:
            cells.append(Cell("", ""))
        elif not status.count:
            cells.append(Cell("0", "gap"))
        else:
            flag = "" if status.is_documented or not code else " undocumented"
            cells.append(Cell(f"{status.count:,}", _cell(status.count).look + flag))
    return cells


def _cell(count: int) -> Cell:
    level = sum(count >= step for step in _STEPS)
    return Cell(f"{count:,}" if count else "", f"heat-{level}" if level else "")


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
