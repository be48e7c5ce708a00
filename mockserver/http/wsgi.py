"""The WSGI edge: environ → `Request`, `Response` → wire.

For the application in this process: Flask's test client, tests that serve from
a thread, any WSGI server of the user's own. `mockserver serve` has the edge
`rsgi`. Paths below `/__admin` go on to Flask.

Source: PEP 3333.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from mockserver.http.faults import break_connection, chunks
from mockserver.http.request_body import RequestBody
from mockserver.http.rules import HttpRules, is_admin_path
from oas.messages import DeliveryOptions, Request

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_REASONS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
#: Where werkzeug's server puts the connection.
_CONNECTION = "werkzeug.socket"


class WsgiMiddleware:
    """WSGI middleware that answers the API itself and hands the rest on.

    Args:
        admin: the application for paths below `/__admin`.
        edge: answers everything else.
        sleep: waits for seconds; delays stop this thread only.
    """

    def __init__(self, admin: WSGI, edge: HttpRules, sleep: Callable[[float], object] = time.sleep) -> None:
        self._admin = admin
        self._edge = edge
        self._sleep = sleep

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request. Source: PEP 3333.

        Raises:
            ConnectionAbortedError: a fault ended the connection, where the server shows it, and nothing is left to say.
        """
        if is_admin_path(environ["PATH_INFO"]):
            return self._admin(environ, start_response)
        headers = _headers_of(environ)
        intake = self._read(environ, headers)
        request = _request(environ, headers, intake)
        response = self._edge.answer(request)
        delivery, body = response.delivery, response.body
        if delivery is not None:
            self._sleep(delivery.delay_s)
            if delivery.fault:
                _break(environ, delivery.fault)
        wire = [*response.headers, ("Content-Length", str(len(body)))]
        start_response(_REASONS.get(response.status) or f"{response.status} Status", wire)
        if request.method == "HEAD":
            return [b""]
        if intake.left:
            return _drained(body, environ["wsgi.input"], intake.left)
        return [body] if delivery is None else self._dribbled(body, delivery)

    def _read(self, environ: Mapping[str, Any], headers: Mapping[str, str]) -> RequestBody:
        intake = RequestBody(headers, self._edge.max_body_bytes)
        while intake.wanted > 0:
            part = environ["wsgi.input"].read(min(intake.wanted, 65536))
            if not part:
                break
            intake.take(part)
        return intake

    def _dribbled(self, body: bytes, delivery: DeliveryOptions) -> Iterator[bytes]:
        parts = chunks(body, delivery.dribble_chunks)
        for part in parts:
            self._sleep(delivery.dribble_s / len(parts))
            yield part


def _headers_of(environ: Mapping[str, Any]) -> dict[str, str]:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name[:5] == "HTTP_"}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers


def _request(environ: Mapping[str, Any], headers: Mapping[str, str], intake: RequestBody) -> Request:
    path = environ["PATH_INFO"]
    if not path.isascii():
        path = path.encode("latin-1", "replace").decode("utf-8", "replace")
    return Request(
        environ["REQUEST_METHOD"],
        path,
        environ.get("QUERY_STRING", ""),
        headers,
        intake.body(),
        environ.get("REMOTE_ADDR", ""),
        intake.is_too_large,
    )


def _drained(body: bytes, source: Any, left: int) -> Iterator[bytes]:
    """Give the answer first, then read and forget what the client still sends."""
    yield body
    while left > 0 and (part := source.read(min(left, 65536))):
        left -= len(part)


def _break(environ: Mapping[str, Any], fault: str) -> None:
    if _CONNECTION in environ:
        break_connection(environ[_CONNECTION], fault)
    raise ConnectionAbortedError(f"the mock was asked to break this connection: {fault}")
