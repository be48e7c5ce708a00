"""The WSGI edge: what reaches the rules, and what leaves, for every shape of request and answer."""

from __future__ import annotations

import io
import socket
from typing import Any

import pytest

from mockserver.http.wsgi import WsgiMiddleware
from oas.messages import DeliveryOptions, Request, Response


class StubEdge:
    """Remembers what it was asked; answers everything alike."""

    max_body_bytes = 8

    def __init__(self, delivery: DeliveryOptions | None) -> None:
        self.seen: list[Request] = []
        self._delivery = delivery

    def answer(self, request: Request) -> Response:
        self.seen.append(request)
        return Response(200, (("Content-Type", "application/json"),), b'{"a": 1}', self._delivery)


class Caller:
    """Calls a lane with an environ of its own making."""

    def __init__(self, delivery: DeliveryOptions | None = None) -> None:
        self.edge = StubEdge(delivery)
        self.slept: list[float] = []
        self.lane = WsgiMiddleware(self.admin, self.edge, self.slept.append)  # type: ignore[arg-type]
        self.headers: dict[str, str] = {}

    def admin(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"admin"]

    def __call__(self, method: str = "GET", path: str = "/a", body: bytes = b"", **environ: Any) -> None:
        base = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost:4010",
            "wsgi.input": io.BytesIO(body),
        }
        if body:
            base["CONTENT_LENGTH"] = str(len(body))
        self.parts = list(self.lane({**base, **environ}, self._start))
        self.body = b"".join(self.parts)

    def _start(self, status: str, headers: list[tuple[str, str]]) -> None:
        self.status, self.headers = status, dict(headers)

    @property
    def request(self) -> Request:
        return self.edge.seen[-1]


def test_admin_paths_go_on_to_flask() -> None:
    call = Caller()
    call(path="/__admin/health")
    assert (call.body, call.edge.seen) == (b"admin", [])


def test_a_request_arrives_in_normal_form() -> None:
    call = Caller()
    call("POST", body=b"{}", HTTP_X_TRACE="1", CONTENT_TYPE="application/json", QUERY_STRING="a=1")
    headers = {
        "host": "localhost:4010",
        "x-trace": "1",
        "content-type": "application/json",
        "content-length": "2",
    }
    assert call.request == Request("POST", "/a", "a=1", headers, b"{}", "127.0.0.1")


def test_path_bytes_are_read_as_utf8() -> None:
    call = Caller()
    call(path="/Ã¼")  # how WSGI hands over %C3%BC
    assert call.request.path == "/ü"


def test_an_answer_leaves_with_its_length() -> None:
    call = Caller()
    call()
    assert (call.status, call.body) == ("200 OK", b'{"a": 1}')
    assert call.headers == {"Content-Type": "application/json", "Content-Length": "8"}


def test_head_has_the_length_of_the_body_and_no_body() -> None:
    call = Caller()
    call("HEAD")
    assert (call.body, call.headers["Content-Length"]) == (b"", "8")


@pytest.mark.parametrize("length", [8, 9])
@pytest.mark.parametrize("framing", [{}, {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}], ids=str)
def test_a_body_beyond_the_limit_is_not_kept(length: int, framing: dict[str, str]) -> None:
    call = Caller()
    source: Any = io.BytesIO(b"x" * length)
    call("POST", "/a", b"", **{"CONTENT_LENGTH": str(length), "wsgi.input": source, **framing})
    assert call.request.is_too_large is (length > 8)
    assert call.request.body == (b"x" * 8 if length == 8 else b"")
    assert source.read() == b"", "what is not kept is read, too"


def test_a_body_that_ends_early_is_what_came() -> None:
    call = Caller()
    call("POST", body=b"abc", CONTENT_LENGTH="5")
    assert call.request.body == b"abc"


def test_a_delay_comes_before_the_answer() -> None:
    call = Caller(DeliveryOptions(delay_s=2.5))
    call()
    assert (call.slept[0], call.body) == (2.5, b'{"a": 1}')


def test_a_dribbled_body_comes_in_portions_over_its_time() -> None:
    call = Caller(DeliveryOptions(delay_s=1.0, dribble_chunks=4, dribble_s=2.0))
    call()
    assert (call.parts, call.headers["Content-Length"]) == ([b'{"', b'a"', b": ", b"1}"], "8")
    assert call.slept == [1.0, 0.5, 0.5, 0.5, 0.5]


def test_a_fault_says_nothing_and_breaks_the_connection_where_the_server_shows_it() -> None:
    call = Caller(DeliveryOptions(fault="EMPTY_RESPONSE", delay_s=1.0))
    ours, theirs = socket.socketpair()
    connection: Any = ours
    with ours, theirs:
        with pytest.raises(ConnectionAbortedError, match="EMPTY_RESPONSE"):
            call("GET", "/a", b"", **{"werkzeug.socket": connection})
        assert theirs.recv(1) == b""
    assert (call.headers, call.slept) == ({}, [1.0])


def test_a_fault_is_an_exception_for_a_client_in_the_process() -> None:
    call = Caller(DeliveryOptions(fault="CONNECTION_RESET_BY_PEER"))
    with pytest.raises(ConnectionAbortedError, match="CONNECTION_RESET_BY_PEER"):
        call()
