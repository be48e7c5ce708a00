"""An exchange in the shape of WireMock's request journal, redacted once more, ready for JSON.

Whatever leaves the journal goes through here, so that no key is shown wherever
it may have been written.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from mockserver.timestamps import iso_z
from oas.api_keys import mask_of, redact
from oas.messages import DeliveryOptions, Exchange, Request

#: Headers that hold a secret whatever it looks like.
SECRET_HEADERS = frozenset(
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token"]
)
MASKED = "[redacted:"


def to_wiremock(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange in the shape of WireMock's request journal, redacted, ready for JSON.

    `operationId`, `keyHash`, `violations`, `durationMs`, `applied` and `deliberate`
    are our own. Bodies are text, with replacement characters where they are not UTF-8;
    `bodyAsBase64` has the bytes.
    """
    response = exchange.response
    body, encoded = _body(response.body)
    answer = {"status": response.status, "headers": _response_headers(response.headers), "body": body}
    return {
        **_about(exchange),
        "request": _request(exchange),
        "responseDefinition": answer | _delivered(response.delivery),
        "response": answer | {"bodyAsBase64": encoded},
    }


def to_summary(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange in the same shape without headers and bodies: one line of a list."""
    request = exchange.request
    return {
        **_about(exchange),
        "request": {
            "url": _text(to_url(request)),
            "method": _text(request.method),
            "loggedDate": int(exchange.at * 1000),
            "loggedDateString": iso_z(exchange.at),
        },
        "response": {"status": exchange.response.status},
    }


def _about(exchange: Exchange) -> dict[str, Any]:
    return {
        "id": exchange.id,
        "wasMatched": exchange.operation_id is not None,
        "operationId": exchange.operation_id,
        "keyHash": exchange.key_hash,
        "violations": [{name: _text(value) for name, value in asdict(item).items()} for item in exchange.violations],
        "durationMs": round(exchange.duration_ms, 3),
        "applied": _text(exchange.applied),
        "deliberate": exchange.is_deliberate,
    }


def _delivered(delivery: DeliveryOptions | None) -> dict[str, Any]:
    """Say how an answer was put on the wire, by WireMock's names; nothing where it was sent at once and whole."""
    if delivery is None:
        return {}
    reported: dict[str, Any] = {"fixedDelayMilliseconds": round(delivery.delay_s * 1000)}
    if delivery.fault:
        reported["fault"] = delivery.fault
    if delivery.dribble_chunks:
        spread_ms = round(delivery.dribble_s * 1000)
        reported["chunkedDribbleDelay"] = {"numberOfChunks": delivery.dribble_chunks, "totalDuration": spread_ms}
    return reported


def _request(exchange: Exchange) -> dict[str, Any]:
    request = exchange.request
    url = _text(to_url(request))
    body, encoded = _body(request.body)
    return {
        "url": url,
        "absoluteUrl": _text(f"http://{request.headers.get('host', 'localhost')}{url}"),
        "method": _text(request.method),
        "clientIp": request.client,
        "headers": {_text(name): _header(name, value) for name, value in request.headers.items()},
        "cookies": {},
        "body": body,
        "bodyAsBase64": encoded,
        "loggedDate": int(exchange.at * 1000),
        "loggedDateString": iso_z(exchange.at),
    }


def _response_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    """Join headers into an object; a repeated one becomes an array."""
    joined: dict[str, list[str]] = {}
    for name, value in headers:
        joined.setdefault(name, []).append(_header(name, value))
    return {name: values if len(values) > 1 else values[0] for name, values in joined.items()}


def _header(name: str, value: str) -> str:
    if name.lower() in SECRET_HEADERS and value and not value.startswith(MASKED):
        return mask_of(value)
    return _text(value)


def _body(body: bytes) -> tuple[str, str]:
    """Return a redacted body as text and in base64. Latin-1 takes every byte to a character and back."""
    clean = redact(body.decode("latin-1")).encode("latin-1")
    return clean.decode("utf-8", "replace"), base64.b64encode(clean).decode("ascii")


def _text(text: str) -> str:
    """Redact a text and replace lone surrogates, which JSON encoders refuse."""
    return redact(text).encode("utf-8", "replace").decode()


def to_url(request: Request) -> str:
    """Return path and query as a request line has them."""
    path = quote(request.path, safe="/:@!$&'()*+,;=~", errors="replace")
    return f"{path}?{request.query}" if request.query else path
