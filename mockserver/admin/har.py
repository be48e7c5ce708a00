"""The journal as HAR 1.2, which the network panel of a browser imports.

Works on entries in WireMock's shape, whose secrets are redacted.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from oas import har

Entry = Mapping[str, Any]


def to_har(entries: Iterable[Entry], version: str) -> dict[str, Any]:
    """Return a HAR document.

    Args:
        entries: as `to_wiremock` gives them, the oldest first.
        version: of the mock server.
    """
    return har.archive("mockserver", version, map(_entry, entries), pages=[])


def _entry(entry: Entry) -> dict[str, Any]:
    request, response = entry["request"], entry["response"]
    return har.entry(
        request["loggedDate"] / 1000,
        entry["durationMs"],
        har.request(
            request["method"],
            request["absoluteUrl"],
            _pairs(request["headers"]),
            parse_qsl(request["url"].partition("?")[2], keep_blank_values=True),
            b64decode(request["bodyAsBase64"]) or None,
            request["headers"].get("content-type", ""),
        ),
        har.response(response["status"], _pairs(response["headers"]), b64decode(response["bodyAsBase64"])),
        comment=f"{entry['operationId'] or 'no operation'} {entry['applied']}".rstrip(),
        _id=entry["id"],
    )


def _pairs(headers: Mapping[str, str | list[str]]) -> Iterator[tuple[str, str]]:
    for name, values in headers.items():
        for value in values if isinstance(values, list) else [values]:
            yield name, value
