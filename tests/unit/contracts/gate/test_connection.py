"""A connection whose every wait ends by one deadline, over a pair of sockets of this process."""

from __future__ import annotations

import io
import select
import socket
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest

from contracts.gate.connection import Connection

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class Pair:
    """A connection, and the other end of it."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.connection = Connection("127.0.0.1", self._listener.getsockname()[1], timeout=30)
        self.server, self.socket = self._listener, self._listener

    def open(self, left_s: float = 30.0) -> Connection:
        """Connect, and let everything end so many seconds from now."""
        self.connection.connect()
        self.socket = cast(Any, self.connection.sock).plain
        self.server, _ = self._listener.accept()
        self.connection.begin(time.monotonic() + left_s)
        return self.connection

    def close(self) -> None:
        self.connection.close()
        for one in (self.server, self.socket, self._listener):
            one.close()


def wait_until_readable(one: socket.socket) -> None:
    """Wait for what was sent on loopback to arrive."""
    assert select.select([one], [], [], 10)[0]


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    made.close()


def test_a_connection_that_was_not_opened_is_neither_open_nor_idle() -> None:
    connection = Connection("127.0.0.1", 1)
    assert (connection.is_open, connection.is_idle(), connection.has_received) == (False, False, False)
    connection.begin(0.0)  # there is nothing to bound yet


def test_an_exchange_leaves_the_connection_idle(pair: Pair) -> None:
    connection = pair.open()
    pair.server.sendall(ANSWER)
    connection.request("GET", "/")
    assert connection.getresponse().read() == b"hello"
    assert pair.server.recv(1000).startswith(b"GET / HTTP/1.1\r\n")
    assert (connection.is_open, connection.is_idle(), connection.has_received) == (True, True, True)


def test_nothing_has_come_when_the_next_exchange_begins(pair: Pair) -> None:
    connection = pair.open()
    pair.server.sendall(ANSWER)
    connection.request("GET", "/")
    connection.getresponse().read()
    connection.begin(time.monotonic() + 30)
    assert connection.has_received is False


@pytest.mark.parametrize("sent", [b"H", ANSWER], ids=["a byte", "an answer"])
def test_a_connection_with_something_to_read_is_not_idle(pair: Pair, sent: bytes) -> None:
    connection = pair.open()
    pair.server.sendall(sent)
    wait_until_readable(pair.socket)
    assert (connection.is_open, connection.is_idle()) == (True, False)


def test_a_connection_that_the_server_has_closed_is_not_idle(pair: Pair) -> None:
    connection = pair.open()
    pair.server.close()
    wait_until_readable(pair.socket)
    assert connection.is_idle() is False


def test_a_connection_whose_socket_is_gone_is_not_idle(pair: Pair) -> None:
    connection = pair.open()
    pair.socket.close()
    assert (connection.is_open, connection.is_idle()) == (True, False)


def test_a_closed_connection_is_not_open(pair: Pair) -> None:
    connection = pair.open()
    connection.close()
    assert (connection.is_open, connection.is_idle()) == (False, False)


def test_a_silent_server_is_waited_for_until_the_deadline(pair: Pair) -> None:
    connection = pair.open(0.05)
    connection.request("GET", "/")
    with pytest.raises(TimeoutError):
        connection.getresponse()
    assert connection.has_received is False


def test_a_server_that_drips_does_not_extend_the_deadline(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = pair.open(10)
    now, took = time.monotonic(), iter(range(100))
    # Every wait costs four seconds: the fourth one comes too late, though no single one is long.
    monkeypatch.setattr("contracts.gate.connection.time.monotonic", lambda: now + 4 * next(took))
    stream = connection.sock.makefile("rb")
    for place in range(3):
        pair.server.sendall(b"x")
        assert stream.read1(1) == b"x", place
    pair.server.sendall(b"x")
    with pytest.raises(TimeoutError, match="the time is up"):
        stream.read1(1)
    stream.close()


@pytest.mark.parametrize("left_s", [0.0, -5.0])
def test_when_the_time_is_up_nothing_is_sent(pair: Pair, left_s: float) -> None:
    connection = pair.open(left_s)
    with pytest.raises(TimeoutError, match="the time is up"):
        connection.request("GET", "/")
    pair.server.setblocking(False)
    with pytest.raises(BlockingIOError):
        pair.server.recv(1)


def test_nobody_else_changes_how_long_is_waited(pair: Pair) -> None:
    connection = pair.open(0.05)
    connection.sock.settimeout(None)
    connection.request("GET", "/")
    with pytest.raises(TimeoutError):
        connection.getresponse()


def test_an_answer_is_read_to_its_end_when_the_connection_was_closed_meanwhile(pair: Pair) -> None:
    connection = pair.open()
    pair.server.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")
    connection.request("GET", "/")
    answer = connection.getresponse()  # closes the connection, and reads on
    pair.server.recv(1000)
    pair.server.close()
    assert connection.is_open is False
    assert answer.read() == b"hello"
    assert pair.socket.fileno() == -1


def test_the_socket_stays_until_the_last_file_that_reads_it_is_closed(pair: Pair) -> None:
    connection = pair.open()
    one, other = connection.sock.makefile("rb"), connection.sock.makefile("rb")
    assert isinstance(one, io.BufferedReader)
    connection.sock.close()
    for _ in range(2):  # a file that is closed twice lets go once
        one.close()
    assert pair.socket.fileno() != -1
    other.close()
    assert pair.socket.fileno() == -1
