"""Portions, and what a broken connection looks like from its other end."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from mockserver.http.faults import GARBAGE, break_connection, chunks
from mockserver.scenarios.models import FAULTS


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connection over loopback: the server's end, the client's end."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        client = stack.enter_context(socket.create_connection(listener.getsockname(), 5))
        server = stack.enter_context(listener.accept()[0])
        yield server, client


def seen_by(client: socket.socket) -> tuple[bytes, str]:
    """Read to the end; return what came, and how it ended."""
    data = b""
    try:
        while part := client.recv(65536):
            data += part
    except ConnectionResetError:
        return data, "reset"
    return data, "end"


@pytest.mark.parametrize("count, lengths", [(0, [10]), (1, [10]), (3, [4, 4, 2]), (10, [1] * 10), (99, [1] * 10)])
def test_portions_are_about_alike_and_none_is_empty(count: int, lengths: list[int]) -> None:
    parts = chunks(b"0123456789", count)
    assert [len(part) for part in parts] == lengths
    assert b"".join(parts) == b"0123456789"


def test_nothing_has_no_portions() -> None:
    assert chunks(b"", 3) == []


@pytest.mark.parametrize(
    "fault, start, length, end",
    [
        ("EMPTY_RESPONSE", b"", 0, "end"),
        ("RANDOM_DATA_THEN_CLOSE", GARBAGE[:1], len(GARBAGE), "end"),
        ("MALFORMED_RESPONSE_CHUNK", b"HTTP/1.1 200 OK\r\n", len(GARBAGE) + 47, "end"),
        ("CONNECTION_RESET_BY_PEER", b"", 0, "reset"),
    ],
)
def test_a_fault_looks_as_it_is_called_though_another_holds_the_connection(
    pair: tuple[socket.socket, socket.socket], fault: str, start: bytes, length: int, end: str
) -> None:
    server, client = pair
    with server.dup() as other:
        break_connection(other, fault)
    data, ended = seen_by(client)
    assert (data[: len(start)], len(data), ended) == (start, length, end)
    with pytest.raises(OSError, match=r"(?i)pipe|connect"):
        server.send(b"more")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_client_that_has_left_breaks_nothing(pair: tuple[socket.socket, socket.socket], fault: str) -> None:
    server, client = pair
    server.shutdown(socket.SHUT_RDWR)
    client.close()
    break_connection(server, fault)
    server.close()
    break_connection(server, fault)
