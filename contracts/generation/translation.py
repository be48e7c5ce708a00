"""A case of schemathesis → the request that it would send, as the gate takes it: no secret, no noise.

Knows cases by their attributes only. May import `messages`, requests and the
standard library.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contracts.messages import Request

__all__ = ["prepared_of", "request_of"]

_BASE_URL = "http://target.invalid"
_SENT = ("method", "url", "headers", "files", "data", "params", "json", "cookies")


def prepared_of(case: Any) -> Any:
    """Return the request as the library `requests` would send it; None where it could not be sent."""
    import requests

    kwargs = case.as_transport_kwargs(base_url=_BASE_URL)
    try:
        return requests.Request(**{name: kwargs[name] for name in _SENT if name in kwargs}).prepare()
    except (requests.RequestException, ValueError, UnicodeError):
        return None


def request_of(case: Any, prepared: Any, operation_id: str, key_header: str) -> Request:
    """Describe a prepared request.

    Args:
        case: of schemathesis.
        prepared: what `prepared_of` made of it.
        operation_id: that it is for, empty where the method is not documented.
        key_header: whose absence means that no key is sent; a made-up key never is.

    Returns:
        The request; of its headers only those that the document names.
    """
    parts = urlsplit(prepared.url)
    given = {name.lower() for name in case.headers}
    declared = {parameter.name for parameter in case.operation.headers} - {key_header}
    headers = [(name, value) for name, value in case.headers.items() if name in declared]
    content_type = prepared.headers.get("Content-Type", "")
    if not prepared.body and "content-type" in given:
        headers.append(("Content-Type", content_type))
    body, raw_body = _body(prepared.body, content_type)
    return Request(
        operation_id=operation_id,
        method=prepared.method,
        path=parts.path,
        query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        headers=tuple(headers),
        body=body,
        raw_body=raw_body,
        content_type=content_type or "application/json",
        credential="key" if key_header.lower() in given else "none",
    )


def _body(sent: Any, content_type: str) -> tuple[Any, bytes | None]:
    """Return a body as a JSON value where the value says it all, as bytes otherwise."""
    if not sent:
        return None, None
    data = sent.encode() if isinstance(sent, str) else bytes(sent)
    try:
        value = json.loads(data, parse_constant=_refuse) if content_type == "application/json" else None
    except (ValueError, RecursionError):
        value = None
    return (None, data) if value is None else (value, None)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
