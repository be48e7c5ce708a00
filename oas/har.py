"""HTTP Archive 1.2, which the network panel of a browser imports.

The caller redacts: what is given is written. Source: HTTP Archive 1.2.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

__all__ = ["archive", "entry", "no_response", "request", "response"]

Pairs = Iterable[tuple[str, str]]
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


def archive(name: str, version: str, entries: Iterable[dict[str, Any]], **log: Any) -> dict[str, Any]:
    """Return a whole archive.

    Args:
        name: of the program that writes it.
        version: of that program.
        entries: as `entry` returns them, the oldest first.
        log: further members of `log`, such as `comment`.
    """
    return {"log": {"version": "1.2", "creator": {"name": name, "version": version}, **log, "entries": list(entries)}}


def entry(
    started_at: float, elapsed_ms: float, request: dict[str, Any], response: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """Return one exchange.

    Args:
        started_at: seconds since the epoch.
        elapsed_ms: until the last byte of the answer, milliseconds.
        request: as `request` returns it.
        response: as `response` or `no_response` returns it.
        more: further members, such as `comment`.
    """
    started = datetime.fromtimestamp(started_at, UTC).isoformat(timespec="milliseconds")
    return {
        "startedDateTime": started.replace("+00:00", "Z"),
        "time": elapsed_ms,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": elapsed_ms, "receive": 0},
        **more,
    }


def request(method: str, url: str, headers: Pairs, query: Pairs, body: bytes | None, media_type: str) -> dict[str, Any]:
    """Return a request.

    Args:
        method: upper case.
        url: absolute, with its query.
        headers: names and values in order.
        query: names and values, decoded.
        body: None where there is none. Bytes that are not UTF-8 are written as
            base64, which the comment says: HAR has no other place for them.
        media_type: of the body.
    """
    made: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "queryString": _pairs(query),
        "headersSize": -1,
        "bodySize": len(body or b""),
    }
    if body is not None:
        text = _text(body)
        made["postData"] = {"mimeType": media_type, "text": text.pop("text")}
        if text:
            made["postData"]["comment"] = "base64 of what was sent"
    return made


def response(status: int, headers: Pairs, body: bytes) -> dict[str, Any]:
    """Return an answer; the body is text where it is UTF-8, and base64 otherwise.

    Args:
        status: 100–999; a status without a standard name has an empty `statusText`.
        headers: names and values in order.
        body: without transfer coding.
    """
    pairs = list(headers)
    first = {name.lower(): value for name, value in reversed(pairs)}
    return {
        "status": status,
        "statusText": _PHRASES.get(status, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(pairs),
        "content": {"size": len(body), "mimeType": first.get("content-type", ""), **_text(body)},
        "redirectURL": first.get("location", ""),
        "headersSize": -1,
        "bodySize": len(body),
    }


def no_response(failure: str) -> dict[str, Any]:
    """Return what stands where no answer came, the way browsers write it: status 0."""
    return {**response(0, (), b""), "bodySize": -1, "comment": failure, "_error": failure}


def _text(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}


def _pairs(pairs: Pairs) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
