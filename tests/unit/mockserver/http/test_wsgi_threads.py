"""WSGI under RSGI: what an application is called with, and how its answer leaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from wsgiref.validate import validator

import pytest

from apps.rsgi_doubles import Protocol, Scope
from mockserver.http.wsgi_threads import WsgiThreads

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LIMIT = 8


class Recorder:
    """Remembers its environs; answers with the parts that it was made with."""

    def __init__(self, parts: Iterable[bytes] = (b"ok",), headers: Sequence[tuple[str, str]] = ()) -> None:
        self.environ: WSGIEnvironment = {}
        self.body = b""
        self.thread = ""
        self._parts, self._headers = parts, headers

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.environ, self.thread = environ, threading.current_thread().name
        self.body = environ["wsgi.input"].read(100)
        start_response("201 Created", [("Content-Type", "text/plain"), *self._headers])
        return self._parts


class Stream:
    """Parts that can be closed."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = iter(parts)
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        self.is_closed = True


def call(app: WSGIApplication, protocol: Protocol | None = None, **scope: Any) -> Protocol:
    protocol = protocol or Protocol()
    bridge = WsgiThreads(app, max_body_bytes=LIMIT, threads=1)
    asyncio.run(bridge.__rsgi__(Scope(**scope), protocol))  # type: ignore[arg-type]
    return protocol


def test_an_application_is_called_by_the_book_in_a_thread() -> None:
    app = Recorder()
    call(validator(app), Protocol([b"a", b"bc"]), method="POST", headers=[("content-length", "3")])
    assert app.thread.startswith("bridge")
    assert app.body == b"abc"


@pytest.mark.parametrize(
    "name, value",
    [
        ("REQUEST_METHOD", "PUT"),
        ("PATH_INFO", "/Ã¼"),
        ("QUERY_STRING", "a=%20"),
        ("SERVER_NAME", "127.0.0.1"),
        ("SERVER_PORT", "4010"),
        ("SERVER_PROTOCOL", "HTTP/1.1"),
        ("REMOTE_ADDR", "::1"),
        ("CONTENT_TYPE", "text/plain"),
        ("CONTENT_LENGTH", "3"),
        ("HTTP_HOST", "localhost:4010"),
        ("HTTP_X_TWICE", "1,2"),
    ],
)
def test_a_request_is_told_as_the_book_says(name: str, value: str) -> None:
    app = Recorder()
    headers = [
        ("content-type", "text/plain"),
        ("transfer-encoding", "chunked"),
        ("x-twice", "1"),
        ("x-twice", "2"),
        ("x_forwarded_for", "a name with _ is not a name"),
    ]
    scope = {"path": "/ü", "query_string": "a=%20", "client": "[::1]:5", "headers": headers}
    call(app, Protocol([b"abc"]), method="PUT", **scope)
    assert app.environ[name] == value
    assert {key for key in app.environ if key.startswith("HTTP_")} == {"HTTP_HOST", "HTTP_X_TWICE"}


@pytest.mark.parametrize("framing", [("content-length", "9"), ("transfer-encoding", "chunked")])
def test_of_a_body_beyond_the_limit_the_length_is_told_alone(framing: tuple[str, str]) -> None:
    app = Recorder()
    call(app, Protocol([b"x" * 9]), method="POST", headers=[framing])
    assert (app.environ["CONTENT_LENGTH"], app.body) == ("9", b"")


def test_an_answer_of_known_length_leaves_whole() -> None:
    stream = Stream(b"o", b"k")
    protocol = call(Recorder(stream, [("Content-Length", "2")]))
    assert (protocol.status, protocol.sent, stream.is_closed) == (201, [b"ok"], True)
    assert protocol.headers == [("Content-Type", "text/plain"), ("Content-Length", "2")]


def test_an_answer_of_unknown_length_leaves_part_by_part() -> None:
    stream = Stream(b"a", b"", b"b")
    protocol = call(Recorder(stream))
    assert (protocol.status, protocol.sent, stream.is_closed) == (201, [b"a", b"", b"b"], True)


def test_a_stream_is_closed_when_its_client_leaves() -> None:
    stream = Stream(b"a", b"b", b"c")
    protocol = call(Recorder(stream), Protocol(leaves_after=1))
    assert (protocol.sent, stream.is_closed) == ([b"a"], True)


def failing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    raise LookupError("nobody caught this")


def failing_midway(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [])
    yield b"a"
    raise LookupError("nobody caught this")


@pytest.mark.parametrize("app, sent", [(failing, []), (failing_midway, [b"a"])])
def test_an_exception_of_the_application_is_granians_to_tell(app: Callable[..., Any], sent: list[bytes]) -> None:
    protocol = Protocol()
    with pytest.raises(LookupError, match="nobody caught this"):
        call(app, protocol)
    assert protocol.sent == sent
