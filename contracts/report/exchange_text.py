"""Exchanges in words, short enough for a page of thousands of them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from contracts.messages import NOT_JSON, Answer, Exchange, Request
from contracts.report.text import escape_control
from contracts.verdicts import Report

__all__ = ["MAX_CHARACTERS", "MAX_SHOWN", "transcripts"]

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
