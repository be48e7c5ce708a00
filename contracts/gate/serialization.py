"""Requests as planned → as sent, and replies as received → answers without secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from contracts.gate.transport import Reply, WireRequest
from contracts.messages import Answer, Request
from contracts.request_index import RequestIndex
from oas.pointers import locate, tokens
from oas.redaction import Redactor, marker

__all__ = ["passed_on", "secrets_of", "to_answer", "to_request", "to_wire"]

USER_AGENT = "konnector-contracts"

# What may stand in a path as it is, beside letters and digits; `%` begins what is encoded already.
_PATH_SAFE = "/%:@!$&'()*+,;=-._~"
#: A text of a JSON body; what follows it where it is a member's name.
_TEXT = re.compile(rb'("(?:[^"\\]|\\.)*")(\s*:)?', re.DOTALL)
_OURS = (("User-Agent", USER_AGENT), ("Accept", "application/json"))
#: Headers of one hop, or that the gate writes itself, lower case. Source: RFC 9110 §7.6.1.
_OF_THE_HOP = frozenset(
    (
        *("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "host"),
        *("content-length", "accept-encoding", "proxy-authorization", "expect"),
    )
)


def to_wire(base_path: str, request: Request, key: tuple[str, str] | None) -> WireRequest:
    """Make a planned request real.

    Args:
        base_path: of the target, without a trailing `/`.
        request: as planned.
        key: header of the credential, None for none.
    """
    body = request.raw_body
    if body is None and request.body is not None:
        body = json.dumps(request.body).encode()
    headers = [*request.headers, *((key,) if key else ())]
    if body is not None and request.content_type:
        headers.append(("Content-Type", request.content_type))
    query = "?" + urlencode(request.query, quote_via=quote) if request.query else ""
    target = quote(base_path + request.path, safe=_PATH_SAFE) + query
    return WireRequest(method=request.method, target=target, headers=_complete(headers), body=body)


def to_request(surface: RequestIndex, wire: WireRequest, path: str, credential: str, key_header: str) -> Request:
    """Describe a request that a child sent, as if it had been planned.

    Args:
        surface: names the operation.
        wire: as the child sent it.
        path: below the base URL, without the query.
        credential: that the child means.
        key_header: header that carries it; left out of the description.
    """
    _, _, query = wire.target.partition("?")
    operation = surface.operation(wire.method, path)
    content_type = next((value for name, value in wire.headers if name.lower() == "content-type"), "")
    left_out = {key_header.lower(), "content-type", *(name.lower() for name, _ in _OURS)}
    value = _json(wire.body) if wire.body and "json" in content_type else None
    return Request(
        operation_id=operation.id if operation else "",
        method=wire.method,
        path=path,
        query=tuple(parse_qsl(query, keep_blank_values=True)),
        headers=tuple((name, item) for name, item in wire.headers if name.lower() not in left_out),
        body=value,
        raw_body=wire.body if wire.body and value is None else None,
        content_type=content_type,
        credential=credential,
    )


def passed_on(headers: Iterable[tuple[str, str]], key_header: str) -> tuple[tuple[str, str], ...]:
    """Return what of a child's headers goes on to the server; the key's own is put in by the gate."""
    kept = [(name, value) for name, value in headers if name.lower() not in _OF_THE_HOP | {key_header.lower()}]
    return _complete(kept)


def secrets_of(surface: RequestIndex, body: bytes) -> Iterator[str]:
    """Yield the texts at the places of a body that the contract calls secret, also where the body is not whole JSON."""
    patterns = [tokens(pattern) for pattern in surface.secrets]
    if not any(pattern[-1].encode() in body for pattern in patterns):
        return
    value = _json(body)
    for pattern in patterns:
        yield from (item for _, item in locate(value, pattern) if isinstance(item, str))
        if value is None:
            name = re.escape(pattern[-1].encode())
            for found in re.findall(rb'"' + name + rb'"\s*:\s*"([^"\\]*)', body):
                yield found.decode("utf-8", "replace")


def to_answer(reply: Reply, redactor: Redactor, received_at: float, secrets: Collection[str] = ()) -> Answer:
    """Turn a reply into an answer, every secret replaced.

    Args:
        reply: as received.
        redactor: knows every secret of the run.
        received_at: our wall clock, seconds since the epoch.
        secrets: values of this body that the contract calls secret, each replaced by its own mark as a whole,
            so that two that have a part in common can be distinguished.
    """
    return Answer(
        status=reply.status,
        headers={
            redactor.text(name): tuple(redactor.header(name, value) for value in values)
            for name, values in reply.headers.items()
        },
        body=redactor.data(_marked(reply.body, secrets)),
        is_cut=reply.is_cut,
        elapsed_s=reply.elapsed_s,
        received_at=received_at,
    )


def _marked(body: bytes, secrets: Collection[str]) -> bytes:
    """Replace whole texts of a body, however they are escaped."""
    if not secrets:
        return body

    def mark(found: re.Match[bytes]) -> bytes:
        is_secret = not found[2] and _json(found[1]) in secrets
        return f'"{marker(_json(found[1]))}"'.encode() if is_secret else found[0]

    return _TEXT.sub(mark, body)


def _complete(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    given = tuple(headers)
    names = {name.lower() for name, _ in given}
    # Nothing packed: what is packed cannot be redacted without being unpacked.
    return (*(pair for pair in _OURS if pair[0].lower() not in names), ("Accept-Encoding", "identity"), *given)


def _json(body: bytes | None) -> Any:
    try:
        return json.loads(body or b"")
    except (ValueError, RecursionError):
        return None
