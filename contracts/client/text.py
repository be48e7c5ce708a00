"""A verdict in words, for a terminal and for a failing test; and as JSON, for programs."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import Any

from contracts.client.models import ClientRequest, Finding, Verdict

__all__ = ["as_json", "render"]

_WIDTH = 110
_MOST_FINDINGS = 5
_MOST_REQUESTS = 4
_MOST_TARGET = 160
#: Requests of a finding in JSON; `count` tells how many there are.
_MOST_LISTED = 100


def render(verdict: Verdict) -> str:
    """Return a verdict as text, several lines without a final line end. Shows no key.

    Each rule shows at most five findings, each finding at most four requests.
    """
    lines = [_headline(verdict)]
    shown: Counter[str] = Counter()
    for finding in verdict.findings:
        shown[finding.rule.id] += 1
        if shown[finding.rule.id] <= _MOST_FINDINGS:
            lines += ["", *_paragraph(finding)]
    lines += [f"\n{id}: {count - _MOST_FINDINGS} more" for id, count in shown.items() if count > _MOST_FINDINGS]
    lines += [f"\n{item.sentence}" for item in verdict.unmet]
    if verdict.findings:
        ids = ", ".join(f'"{id}"' for id in sorted(shown))
        lines += ["", f"What is meant so can be accepted: allow=[{ids}]."]
    return "\n".join(lines)


def as_json(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as an object ready for JSON, `text` being the rendered form.

    Each finding lists at most a hundred requests, and counts them all.
    """
    return {
        "verdict": verdict.word,
        "exit_code": verdict.exit_code,
        "judged": verdict.judged,
        "total": verdict.total,
        "findings": [_finding(item) for item in verdict.findings],
        "accepted": [_finding(item) for item in verdict.accepted],
        "unmet": [item.sentence for item in verdict.unmet],
        "text": render(verdict),
    }


def _headline(verdict: Verdict) -> str:
    requests = _count(verdict.judged, "request")
    if not verdict.is_kept:
        broken = _count(len({item.rule.id for item in verdict.findings}), "rule")
        return f"The client breaks the contract: {broken} in {requests}."
    if not verdict.total:
        return "Nothing can be said of the client: no request came."
    if verdict.judged < verdict.total:
        missing = f"only the latest {verdict.judged:,} of {verdict.total:,} requests were kept"
        return f"Nothing can be said of the client: {missing}. Judge more often, and empty the journal each time."
    accepted = f", {_count(len(verdict.accepted), 'finding')} accepted" if verdict.accepted else ""
    return f"The client keeps the contract: {requests}{accepted}."


def _paragraph(finding: Finding) -> Iterator[str]:
    rule = finding.rule
    yield f"{rule.id} The client {rule.title}."
    yield _wrapped(f"{finding.sentence[:1].upper()}{finding.sentence[1:]}", "     ")
    for sent in finding.requests[:_MOST_REQUESTS]:
        yield f"       {_line(sent)}"
    if len(finding.requests) > _MOST_REQUESTS:
        yield f"       and {_count(len(finding.requests) - _MOST_REQUESTS, 'more request')}"
    yield _wrapped(f"Next: {rule.advice}", "     ")
    yield f"     See the documentation at {rule.anchor}"


def _line(sent: ClientRequest) -> str:
    target = sent.target if len(sent.target) <= _MOST_TARGET else sent.target[: _MOST_TARGET - 1] + "…"
    why = f", asked for by {sent.applied}" if sent.applied else ""
    return f"#{sent.order} {sent.method} {target} → {sent.fault or sent.status}{why}"


def _wrapped(text: str, indent: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)


def _finding(finding: Finding) -> dict[str, Any]:
    rule = finding.rule
    return {
        "rule": rule.id,
        "title": rule.title,
        "sentence": finding.sentence,
        "advice": rule.advice,
        "anchor": rule.anchor,
        "count": len(finding.requests),
        "requests": [
            {"order": sent.order, "id": sent.id, "shown": _line(sent)} for sent in finding.requests[:_MOST_LISTED]
        ],
    }


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
