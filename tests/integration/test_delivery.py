"""Delays, dribbles and faults on the wire: raw sockets against the real server, and against the one for tests."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from mockserver.config import Config
from mockserver.http.faults import GARBAGE
from mockserver.live.server import LiveServer
from mockserver.scenarios.models import FAULTS

pytestmark = pytest.mark.slow

DEADLINE_S = 30.0
LIMITS: dict[str, Any] = {"limit_minute": 10**9, "limit_day": 10**9}
MALFORMED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + GARBAGE
#: What a client sees: all that comes, and how it ends.
SEEN = {
    "EMPTY_RESPONSE": (b"", "end"),
    "MALFORMED_RESPONSE_CHUNK": (MALFORMED, "end"),
    "RANDOM_DATA_THEN_CLOSE": (GARBAGE, "end"),
    "CONNECTION_RESET_BY_PEER": (b"", "reset"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with LiveServer(Config(**LIMITS)) as running:
        yield running


@pytest.fixture(scope="module")
def in_process() -> Iterator[LiveServer]:
    with LiveServer(Config(**LIMITS), in_process=True) as running:
        yield running


def get(server: LiveServer, *headers: str) -> bytes:
    lines = [
        f"GET {server.address.base_path}/campaign-info HTTP/1.1",
        "Host: localhost",
        "Authorization: your_api_key_here",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def connect(server: LiveServer) -> socket.socket:
    return socket.create_connection((server.address.host, server.port), DEADLINE_S)


def answer_of(connection: socket.socket) -> tuple[int, bytes]:
    """Read one answer whose length is told."""
    with connection.makefile("rb") as stream:
        status = int(stream.readline().split()[1])
        length = 0
        while (line := stream.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return status, stream.read(length)


def rest_of(connection: socket.socket) -> tuple[bytes, str]:
    """Read to the end; return what came, and how it ended."""
    data = b""
    try:
        while part := connection.recv(65536):
            data += part
    except ConnectionResetError:
        return data, "reset"
    return data, "end"


def asked(server: LiveServer, raw: bytes) -> tuple[bytes, str]:
    with connect(server) as connection:
        connection.sendall(raw)
        return rest_of(connection)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_all_that_a_client_sees(server: LiveServer, fault: str) -> None:
    assert asked(server, get(server, f"Prefer: fault={fault}")) == SEEN[fault]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_a_kept_connection(server: LiveServer, fault: str) -> None:
    with connect(server) as connection:
        connection.sendall(get(server))
        assert answer_of(connection)[0] == 200
        connection.sendall(get(server, f"Prefer: fault={fault}"))
        assert rest_of(connection) == SEEN[fault]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_the_requests_behind_it_and_not_those_before(server: LiveServer, fault: str) -> None:
    with connect(server) as connection:
        connection.sendall(get(server) + get(server, f"Prefer: fault={fault}") + 2 * get(server))
        data, end = rest_of(connection)
    expected, expected_end = SEEN[fault]
    assert data.startswith(b"HTTP/1.1 200 OK\r\n")
    assert data.endswith(expected)
    assert data.count(b"x-mock-request-id") == 1
    assert end == expected_end


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_breaks_no_other_connection(server: LiveServer, fault: str) -> None:
    with ExitStack() as stack:
        others = [stack.enter_context(connect(server)) for _ in range(20)]
        for other in others:
            other.sendall(get(server))
            answer_of(other)
        asked(server, get(server, f"Prefer: fault={fault}"))
        for other in others:
            other.sendall(get(server))
            assert answer_of(other)[0] == 200


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_looks_the_same_from_the_server_for_tests(in_process: LiveServer, fault: str) -> None:
    assert asked(in_process, get(in_process, f"Prefer: fault={fault}")) == SEEN[fault]


def add_rule(server: LiveServer, answer: dict[str, Any]) -> None:
    body = json.dumps({"operation": "getCampaignInfo", "times": 1, "answers": [answer]}).encode()
    head = f"POST /__admin/rules HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    with connect(server) as connection:
        connection.sendall(head.encode() + b"Content-Type: application/json\r\n\r\n" + body)
        assert answer_of(connection)[0] == 201


@pytest.mark.parametrize("kind", ["server", "in_process"])
def test_a_dribbled_answer_comes_bit_by_bit_and_whole(kind: str, request: pytest.FixtureRequest) -> None:
    running: LiveServer = request.getfixturevalue(kind)
    add_rule(running, {"status": 200, "dribble": {"chunks": 5, "ms": 1500}})
    with connect(running) as connection:
        started = time.monotonic()
        connection.sendall(get(running))
        first = connection.recv(65536)
        assert time.monotonic() - started < 1.2
        assert first.startswith(b"HTTP/1.1 200 OK\r\n")
        data = first
        while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < length_in(data):
            data += connection.recv(65536)
        assert 1.2 < time.monotonic() - started < 10.0
    assert json.loads(data.partition(b"\r\n\r\n")[2])["status"] is True


def length_in(data: bytes) -> int:
    head = data.partition(b"\r\n\r\n")[0].lower()
    return int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])


def test_hundreds_of_delayed_answers_hold_nobody_up(server: LiveServer) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(server)) for _ in range(500)]
        started = time.monotonic()
        for connection in slow:
            connection.sendall(get(server, "Prefer: delay=6000"))
        for _ in range(100):
            ask_at_once(server)
        assert time.monotonic() - started < 6.0, "the fast ones came while the slow ones waited"
        assert [answer_of(connection)[0] for connection in slow] == [200] * 500
        assert 6.0 <= time.monotonic() - started < 20.0, "the slow ones waited at the same time"


def ask_at_once(server: LiveServer) -> None:
    with connect(server) as connection:
        connection.sendall(get(server))
        assert answer_of(connection)[0] == 200


@pytest.mark.parametrize("kind", ["server", "in_process"])
@pytest.mark.parametrize("framing", ["Content-Length: 5000000", "Transfer-Encoding: chunked"])
def test_a_client_that_sends_too_much_still_reads_the_413(
    kind: str, framing: str, request: pytest.FixtureRequest
) -> None:
    running: LiveServer = request.getfixturevalue(kind)
    chunk = b"a" * 50_000
    if "chunked" in framing:
        chunk = b"c350\r\n" + chunk + b"\r\n"
    for _ in range(5):  # a race, if there is one, shows now and then
        with connect(running) as connection:
            connection.sendall(get(running, framing).replace(b"GET", b"POST", 1))
            for _ in range(100):
                connection.sendall(chunk)
            if "chunked" in framing:
                connection.sendall(b"0\r\n\r\n")
            status, body = answer_of(connection)
        assert (status, json.loads(body)["data"]["error_code"]) == (413, "PAYLOAD_TOO_LARGE")


def test_a_client_that_asks_before_it_sends_too_much_is_told_at_once(server: LiveServer) -> None:
    with connect(server) as connection:
        head = get(server, "Content-Length: 5000000", "Expect: 100-continue")
        connection.sendall(head.replace(b"GET", b"POST", 1))
        assert answer_of(connection)[0] == 413


def test_delayed_answers_and_open_streams_do_not_hold_up_the_end() -> None:
    with ExitStack() as stack:
        with LiveServer(Config(**LIMITS)) as running:
            waiting = [stack.enter_context(connect(running)) for _ in range(20)]
            for connection in waiting:
                connection.sendall(get(running, "Prefer: delay=60000"))
            streams = [stack.enter_context(connect(running)) for _ in range(5)]
            for connection in streams:
                connection.sendall(b"GET /__admin/requests/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert connection.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
            asked_at = time.monotonic()
        assert time.monotonic() - asked_at < 1.5
