"""The edge on the event loop: what reaches the rules, and what leaves."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from apps.rsgi_doubles import Protocol, Scope
from mockserver.http.rsgi import RsgiEdge, headers_of, host_of
from oas.messages import DeliveryOptions, Request, Response

LIMIT = 8


class StubEdge:
    """Remembers what it was asked; answers everything alike."""

    max_body_bytes = LIMIT

    def __init__(self, delivery: DeliveryOptions | None) -> None:
        self.seen: list[Request] = []
        self._delivery = delivery

    def answer(self, request: Request) -> Response:
        self.seen.append(request)
        self.thread = threading.current_thread()
        return Response(200, (("X-A", "1"),), b"12345678", self._delivery)


class Caller:
    """Calls an edge on an event loop whose sleeps take no time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.slept: list[float] = []
        self.admitted: list[str] = []
        monkeypatch.setattr(asyncio, "sleep", self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def _admin(self, scope: Any, protocol: Any) -> None:
        self.admitted.append(scope.path)

    def __call__(
        self,
        delivery: DeliveryOptions | None = None,
        parts: Sequence[bytes] = (),
        leaves_after: int = 1000,
        threads: int = 0,
        **scope: Any,
    ) -> Protocol:
        self.edge = StubEdge(delivery)
        protocol = Protocol(parts, leaves_after)
        edge = RsgiEdge(self._admin, self.edge, threads)  # type: ignore[arg-type]
        asyncio.run(edge.__rsgi__(Scope(**scope), protocol))  # type: ignore[arg-type]
        return protocol

    @property
    def request(self) -> Request:
        return self.edge.seen[-1]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Caller:
    return Caller(monkeypatch)


def test_admin_paths_go_on(call: Caller) -> None:
    call(path="/__admin/health")
    assert (call.admitted, call.edge.seen) == (["/__admin/health"], [])


def test_a_request_arrives_in_normal_form(call: Caller) -> None:
    headers = [("x-a", "1"), ("x-a", "2"), ("content-length", "3")]
    call(parts=[b"ab", b"c"], method="POST", path="/ü", query_string="a=1", headers=headers, client="[::1]:5")
    sent = {"host": "localhost:4010", "x-a": "1,2", "content-length": "3"}
    assert call.request == Request("POST", "/ü", "a=1", sent, b"abc", "::1")


@pytest.mark.parametrize("client, host", [("127.0.0.1:1", "127.0.0.1"), ("[fe80::1]:443", "fe80::1"), ("", "")])
def test_the_port_of_a_client_is_left_out(client: str, host: str) -> None:
    assert host_of(client) == host


def test_headers_that_come_once_are_not_touched() -> None:
    assert headers_of(Scope(headers=[("cookie", "a=1, b=2")])) == {  # type: ignore[arg-type]
        "host": "localhost:4010",
        "cookie": "a=1, b=2",
    }


@pytest.mark.parametrize("framing", [("content-length", "9"), ("transfer-encoding", "chunked")])
def test_a_body_beyond_the_limit_is_read_and_not_kept(call: Caller, framing: tuple[str, str]) -> None:
    protocol = call(parts=[b"x" * 5, b"x" * 4], method="POST", headers=[framing])
    assert (call.request.is_too_large, call.request.body, protocol.read) == (True, b"", 2)


def test_a_client_that_would_wait_for_leave_is_refused_unread(call: Caller) -> None:
    headers = [("content-length", "9"), ("expect", "100-continue")]
    protocol = call(parts=[b"x" * 9], method="POST", headers=headers)
    assert (call.request.is_too_large, protocol.read) == (True, 0)


def test_a_plain_answer_leaves_at_once(call: Caller) -> None:
    protocol = call()
    assert (protocol.status, protocol.headers, protocol.sent) == (200, [("X-A", "1")], [b"12345678"])
    assert call.slept == []


@pytest.mark.parametrize("threads", [0, 1])
def test_the_event_loop_answers_unless_threads_are_wanted(call: Caller, threads: int) -> None:
    assert call(threads=threads).sent == [b"12345678"]
    assert (call.edge.thread is threading.main_thread()) is (threads == 0)


def test_a_delay_comes_before_the_answer(call: Caller) -> None:
    protocol = call(DeliveryOptions(delay_s=2.5))
    assert (call.slept, protocol.sent) == ([2.5], [b"12345678"])


def test_a_dribbled_body_comes_in_portions_over_its_time(call: Caller) -> None:
    protocol = call(DeliveryOptions(dribble_chunks=3, dribble_s=3.0))
    assert (call.slept, protocol.sent) == ([1.0] * 3, [b"123", b"456", b"78"])
    assert protocol.headers == [("X-A", "1"), ("content-length", "8")]


def test_head_is_not_dribbled(call: Caller) -> None:
    assert call(DeliveryOptions(dribble_chunks=3, dribble_s=3.0), method="HEAD").sent == [
        b"12345678"
    ]  # granian drops it


def test_a_client_may_leave_a_dribble(call: Caller) -> None:
    assert call(DeliveryOptions(dribble_chunks=4), leaves_after=2).sent == [b"12", b"34"]


def test_a_fault_breaks_the_connection_of_its_client(call: Caller) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname(), 5)
        server, peer = listener.accept()
        with client, server:
            protocol = call(DeliveryOptions(delay_s=1.0, fault="EMPTY_RESPONSE"), client=f"{peer[0]}:{peer[1]}")
            assert client.recv(10) == b""
    assert (call.slept, protocol.sent) == ([1.0], [])


def test_a_fault_is_an_answer_cut_short_where_the_connection_cannot_be_found(call: Caller) -> None:
    protocol = call(DeliveryOptions(fault="CONNECTION_RESET_BY_PEER"), client="192.0.2.1:1")
    assert (protocol.headers, protocol.sent) == ([("content-length", "1")], [])
