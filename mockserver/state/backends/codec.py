"""An exchange as bytes, to be kept where other processes read it: a JSON array, then the two bodies.

Neither pickle nor marshal: what another machine wrote is data and nothing else.
"""

from __future__ import annotations

import json
from dataclasses import astuple
from struct import Struct
from typing import Any

import orjson

from oas.messages import DeliveryOptions, Exchange, Request, Response, Violation

#: Bytes of the array, bytes of the request's body.
_LENGTHS = Struct("<II")


def to_bytes(exchange: Exchange) -> bytes:
    """Return all of an exchange."""
    request, response = exchange.request, exchange.response
    delivery = response.delivery
    members = [
        exchange.id,
        exchange.at,
        exchange.duration_ms,
        exchange.operation_id,
        exchange.key_hash,
        exchange.applied,
        exchange.is_deliberate,
        [astuple(violation) for violation in exchange.violations],
        [request.method, request.path, request.query, request.headers, request.client, request.is_too_large],
        [response.status, response.headers, None if delivery is None else astuple(delivery)],
    ]
    head = _json(members)
    return b"".join((_LENGTHS.pack(len(head), len(request.body)), head, request.body, response.body))


def from_bytes(data: bytes) -> Exchange:
    """Return the exchange that `to_bytes` described."""
    head_bytes, body_bytes = _LENGTHS.unpack_from(data)
    body_at = _LENGTHS.size + head_bytes
    answer_at = body_at + body_bytes
    own, violations, request, response = _read(data[_LENGTHS.size : body_at])
    method, path, query, headers, client, is_too_large = request
    status, answer_headers, delivery = response
    exchange_id, at, duration_ms, operation_id, key_hash, applied, is_deliberate = own
    return Exchange(
        id=exchange_id,
        at=at,
        duration_ms=duration_ms,
        operation_id=operation_id,
        key_hash=key_hash,
        request=Request(method, path, query, headers, data[body_at:answer_at], client, is_too_large),
        response=Response(
            status,
            tuple((name, value) for name, value in answer_headers),
            data[answer_at:],
            None if delivery is None else DeliveryOptions(*delivery),
        ),
        violations=tuple(Violation(*violation) for violation in violations),
        applied=applied,
        is_deliberate=is_deliberate,
    )


def _read(head: bytes) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    members = json.loads(head)
    return members[:-3], members[-3], members[-2], members[-1]


def _json(members: list[Any]) -> bytes:
    try:
        return orjson.dumps(members)
    except orjson.JSONEncodeError:  # a lone surrogate, which the slower encoder escapes
        return json.dumps(members).encode()
