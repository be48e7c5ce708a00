"""HAR 1.2: every exchange, as the network panel of a browser imports it.

A request names its credential instead of carrying it, so the header holds the
name in brackets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from contracts.messages import KEY_HEADER, Answer, Exchange, Request
from contracts.report.source import DocumentSource
from contracts.verdicts import Report
from oas import har

__all__ = ["render"]


def render(report: Report, source: DocumentSource) -> str:
    """Write the exchanges of a report as HAR."""
    header = _key_header(source.value)
    archive = har.archive(
        "contracts",
        dict(report.versions).get("contracts", "0"),
        [_entry(exchange, report.target.rstrip("/"), header) for exchange in report.exchanges],
        comment=f"{report.target}, seed {report.seed}",
    )
    return json.dumps(archive, indent=1) + "\n"


def _entry(exchange: Exchange, target: str, key_header: str) -> dict[str, Any]:
    answer = exchange.answer
    return har.entry(
        exchange.started_at,
        round(answer.elapsed_s * 1000, 3) if answer else 0,
        _request(exchange.request, target, key_header),
        _response(answer) if answer else har.no_response(exchange.failure),
        comment=f"#{exchange.number} {exchange.phase} {exchange.request.operation_id}".rstrip(),
    )


def _request(request: Request, target: str, key_header: str) -> dict[str, Any]:
    body = request.raw_body
    if body is None and request.body is not None:
        body = json.dumps(request.body).encode()
    headers = list(request.headers)
    if request.credential != "none":
        headers.insert(0, (key_header, f"[{request.credential}]"))
    if body is not None:
        headers.append(("Content-Type", request.content_type))
    query = f"?{urlencode(request.query, errors='surrogatepass')}" if request.query else ""
    url = f"{target}{request.path}{query}"
    return har.request(request.method, url, headers, request.query, body, request.content_type)


def _response(answer: Answer) -> dict[str, Any]:
    pairs = [(name, value) for name, values in answer.headers.items() for value in values]
    made = har.response(answer.status, pairs, answer.body)
    if answer.is_cut:
        made["content"]["comment"] = "longer than 8 MiB; the rest was thrown away"
    return made


def _key_header(document: Mapping[str, Any]) -> str:
    """Return the header of the document's first API key scheme."""
    schemes = document.get("components", {}).get("securitySchemes", {}).values()
    names = [
        scheme.get("name") for scheme in schemes if scheme.get("type") == "apiKey" and scheme.get("in") == "header"
    ]
    return str(names[0]) if names else KEY_HEADER
