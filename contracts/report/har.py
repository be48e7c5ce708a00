"""HAR 1.2: every exchange, as the network panel of a browser imports it.

A request names its credential instead of carrying it, so the header holds the
name in brackets. Source: HTTP Archive 1.2.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from contracts.messages import KEY_HEADER, Answer, Exchange, Request
from contracts.report.source import DocumentSource
from contracts.verdicts import Report

__all__ = ["render"]


def render(report: Report, source: DocumentSource) -> str:
    """Write the exchanges of a report as HAR."""
    header = _key_header(source.value)
    log = {
        "version": "1.2",
        "creator": {"name": "contracts", "version": dict(report.versions).get("contracts", "0")},
        "comment": f"{report.target}, seed {report.seed}",
        "entries": [_entry(exchange, report.target.rstrip("/"), header) for exchange in report.exchanges],
    }
    return json.dumps({"log": log}, indent=1) + "\n"


def _entry(exchange: Exchange, target: str, key_header: str) -> dict[str, Any]:
    elapsed_ms = round(exchange.answer.elapsed_s * 1000, 3) if exchange.answer else 0
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.started_at, UTC).isoformat(timespec="milliseconds"),
        "time": elapsed_ms,
        "request": _request(exchange.request, target, key_header),
        "response": _response(exchange.answer) if exchange.answer else _silence(exchange.failure),
        "cache": {},
        "timings": {"send": 0, "wait": elapsed_ms, "receive": 0},
        "comment": f"#{exchange.number} {exchange.phase} {exchange.request.operation_id}".rstrip(),
    }


def _request(request: Request, target: str, key_header: str) -> dict[str, Any]:
    text, comment = _sent(request)
    headers = list(request.headers)
    if request.credential != "none":
        headers.insert(0, (key_header, f"[{request.credential}]"))
    if text is not None:
        headers.append(("Content-Type", request.content_type))
    query = f"?{urlencode(request.query, errors='surrogatepass')}" if request.query else ""
    made = {
        "method": request.method,
        "url": f"{target}{request.path}{query}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "queryString": _pairs(request.query),
        "headersSize": -1,
        "bodySize": len(text.encode()) if text is not None else 0,
    }
    if text is not None:
        made["postData"] = {"mimeType": request.content_type, "text": text, "comment": comment}
    return made


def _sent(request: Request) -> tuple[str | None, str]:
    """Return the text of the body and a word about its form; no text where there is no body."""
    if request.raw_body is not None:
        try:
            return request.raw_body.decode(), "as sent"
        except UnicodeDecodeError:
            return base64.b64encode(request.raw_body).decode(), "base64 of what was sent"
    return (None, "") if request.body is None else (json.dumps(request.body), "as sent")


def _response(answer: Answer) -> dict[str, Any]:
    phrase = HTTPStatus(answer.status).phrase if answer.status in HTTPStatus._value2member_map_ else ""
    content: dict[str, Any] = {"size": len(answer.body), "mimeType": answer.header("content-type") or ""}
    try:
        content["text"] = answer.body.decode()
    except UnicodeDecodeError:
        content |= {"text": base64.b64encode(answer.body).decode(), "encoding": "base64"}
    if answer.is_cut:
        content["comment"] = "longer than 8 MiB; the rest was thrown away"
    return {
        "status": answer.status,
        "statusText": phrase,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs([(name, value) for name, values in answer.headers.items() for value in values]),
        "content": content,
        "redirectURL": answer.header("location") or "",
        "headersSize": -1,
        "bodySize": len(answer.body),
    }


def _silence(failure: str) -> dict[str, Any]:
    """Write that no answer came, the way browsers do: status 0."""
    made = _response(Answer(status=0, headers={}, body=b""))
    return {**made, "statusText": "", "bodySize": -1, "comment": failure, "_error": failure}


def _pairs(pairs: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _key_header(document: Mapping[str, Any]) -> str:
    """Return the header of the document's first API key scheme."""
    schemes = document.get("components", {}).get("securitySchemes", {}).values()
    names = [
        scheme.get("name") for scheme in schemes if scheme.get("type") == "apiKey" and scheme.get("in") == "header"
    ]
    return str(names[0]) if names else KEY_HEADER
