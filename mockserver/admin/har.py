"""The journal as HAR 1.2, which the network panel of a browser imports.

Works on entries in WireMock's shape, whose secrets are redacted. Source: HTTP Archive 1.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

Entry = Mapping[str, Any]


def to_har(entries: Iterable[Entry], version: str) -> dict[str, Any]:
    """Return a HAR document.

    Args:
        entries: as `to_wiremock` gives them, the oldest first.
        version: of the mock server.
    """
    creator = {"name": "mockserver", "version": version}
    return {"log": {"version": "1.2", "creator": creator, "pages": [], "entries": [_entry(one) for one in entries]}}


def _entry(entry: Entry) -> dict[str, Any]:
    started = datetime.fromtimestamp(entry["request"]["loggedDate"] / 1000, UTC)
    elapsed_ms = entry["durationMs"]
    return {
        "startedDateTime": started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": elapsed_ms,
        "request": _request(entry["request"]),
        "response": _response(entry["response"]),
        "cache": {},
        "timings": {"send": 0, "wait": elapsed_ms, "receive": 0},
        "comment": f"{entry['operationId'] or 'no operation'} {entry['applied']}".rstrip(),
        "_id": entry["id"],
    }


def _request(request: Mapping[str, Any]) -> dict[str, Any]:
    body_bytes = _size(request)
    made = {
        "method": request["method"],
        "url": request["absoluteUrl"],
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": list(_pairs(request["headers"])),
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(request["url"].partition("?")[2], keep_blank_values=True)
        ],
        "headersSize": -1,
        "bodySize": body_bytes,
    }
    if body_bytes:
        made["postData"] = {"mimeType": request["headers"].get("content-type", ""), "text": request["body"]}
    return made


def _response(response: Mapping[str, Any]) -> dict[str, Any]:
    status, headers = response["status"], {name.lower(): value for name, value in response["headers"].items()}
    content = {"size": _size(response), "mimeType": headers.get("content-type", "")}
    # A replacement character stands where the bytes are no text: then only they are exact.
    if "\ufffd" in response["body"]:
        content |= {"text": response["bodyAsBase64"], "encoding": "base64"}
    else:
        content["text"] = response["body"]
    return {
        "status": status,
        "statusText": HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": list(_pairs(response["headers"])),
        "content": content,
        "redirectURL": headers.get("location", ""),
        "headersSize": -1,
        "bodySize": content["size"],
    }


def _size(message: Mapping[str, Any]) -> int:
    """Return the length of a body in bytes, from its base64."""
    encoded: str = message["bodyAsBase64"]
    return len(encoded) // 4 * 3 - encoded[-2:].count("=")


def _pairs(headers: Mapping[str, str | list[str]]) -> Iterator[dict[str, str]]:
    for name, values in headers.items():
        for value in values if isinstance(values, list) else [values]:
            yield {"name": name, "value": value}
