"""A WSGI application under RSGI: each request in a thread of a pool, its answer whole or streamed.

Carries what is not worth an event loop: the control API, and applications of
tests. The body is read before a thread is taken.

Source: PEP 3333; granian, RSGI specification.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.http.request_body import RequestBody
from mockserver.http.rsgi import Upload, headers_of, host_of

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from granian.rsgi import HTTPProtocol, Scope  # type: ignore[attr-defined]  # meant to be imported, not marked so

#: Most requests under way at once; others wait. A stream of events takes one thread for as long as it lasts.
THREADS = 128
#: Headers that have other names in an environ, or no meaning once the body was read.
_NOT_PASSED_ON = frozenset({"content-type", "content-length", "transfer-encoding"})


class WsgiThreads:
    """One WSGI application.

    Args:
        app: to be called.
        max_body_bytes: of a longer body the application sees the length only.
        threads: most requests under way at once.
    """

    def __init__(self, app: WSGIApplication, *, max_body_bytes: int, threads: int = THREADS) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._pool = ThreadPoolExecutor(threads, "bridge")

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request. Source: RSGI, HTTP protocol."""
        headers = headers_of(scope)
        upload = Upload(protocol, headers, self._max_body_bytes)
        environ = environ_of(scope, headers, await upload.read())
        in_thread = partial(asyncio.get_running_loop().run_in_executor, self._pool)
        answer = await in_thread(_answered, self._app, environ)
        if answer.parts is None:
            protocol.response_bytes(answer.status, answer.headers, answer.body)
            await upload.drain()
            return
        stream = protocol.response_stream(answer.status, answer.headers)
        try:
            while (part := await in_thread(next, answer.parts, None)) is not None:
                await stream.send_bytes(part)
        except RuntimeError:
            pass  # granian's word for a client that has left
        finally:
            await in_thread(answer.close)


class _Answer(NamedTuple):
    """What the application answered: whole, or in parts that are still to come."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    parts: Iterator[bytes] | None
    close: Callable[[], object]


def _answered(app: WSGIApplication, environ: dict[str, Any]) -> _Answer:
    """Call the application. An answer that names its length is gathered, any other one streamed."""
    from werkzeug.test import run_wsgi_app

    body, status, headers = run_wsgi_app(app, environ)
    close = getattr(body, "close", lambda: None)
    if "Content-Length" not in headers:
        return _Answer(int(status[:3]), list(headers), b"", iter(body), close)
    try:
        return _Answer(int(status[:3]), list(headers), b"".join(body), None, close)
    finally:
        close()


def environ_of(scope: Scope, headers: Mapping[str, str], intake: RequestBody) -> dict[str, Any]:
    """Make the environ of a request. Source: PEP 3333, environ Variables.

    Args:
        scope: of the request.
        headers: names in lower case.
        intake: holds the body, as far as it was read.
    """
    name, _, port = scope.server.rpartition(":")
    # A name with `_` would be taken for the same name with `-`.
    passed_on = {name: value for name, value in headers.items() if name not in _NOT_PASSED_ON and "_" not in name}
    return {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": name,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": host_of(scope.client),
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": str(intake.size),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in passed_on.items()},
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(intake.body()),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
