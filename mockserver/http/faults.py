"""Answers that are put on the wire in an unusual way: in portions, or not at all.

The faults have WireMock's names and look on the wire as there.

Source: WireMock, Simulating Faults.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
import sys
from collections.abc import Iterator
from hashlib import shake_128

#: Bytes of no meaning, the same in every run; the first one begins no HTTP response.
GARBAGE = b"\x80" + shake_128(b"RANDOM_DATA_THEN_CLOSE").digest(511)
#: Fault → what is sent before the connection closes. Any other fault sends nothing.
FINAL_BYTES = {
    "MALFORMED_RESPONSE_CHUNK": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + GARBAGE,
    "RANDOM_DATA_THEN_CLOSE": GARBAGE,
}
_RESET = "CONNECTION_RESET_BY_PEER"


def chunks(body: bytes, count: int) -> list[bytes]:
    """Cut a body into at most `count` portions of about one size, none of them empty."""
    size = max(1, -(-len(body) // max(1, count)))
    return [body[start : start + size] for start in range(0, len(body), size)]


def break_connection(connection: socket.socket, fault: str) -> None:
    """End a connection as a fault says; other holders of it can send nothing more.

    Args:
        connection: of the client; it stays open as a file.
        fault: one of WireMock's names; `EMPTY_RESPONSE` sends nothing.
    """
    try:
        if fault == _RESET:
            _reset(connection)
        else:
            send_available(connection, FINAL_BYTES.get(fault, b""))
            connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the client has left before


def send_available(connection: socket.socket, words: bytes) -> None:
    """Send what fits into the buffers: a client that does not read shall hold nobody up."""
    if words:
        connection.send(words)


def _reset(connection: socket.socket) -> None:
    """Send RST at once on Linux; elsewhere a FIN, and RST when the last holder closes."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if sys.platform == "linux":
        import ctypes

        # Connecting to no family dissolves a connection, also for its other holders. Source: connect(2).
        ctypes.CDLL(None).connect(connection.fileno(), bytes(16), 16)
    else:
        connection.shutdown(socket.SHUT_RDWR)


_OPEN_FILES = "/dev/fd"


def connection_from(client: str) -> socket.socket | None:
    """Return a second holder of the connection of a client, for the caller to close; None where there is none.

    Args:
        client: address and port of the peer, `127.0.0.1:50000` or `[::1]:50000`.
    """
    host, _, port = client.rpartition(":")
    peer = (host.strip("[]"), int(port) if port.isdigit() else 0)
    for held in _sockets():
        try:
            found = held.getpeername()
        except OSError:  # it listens, or is no longer connected
            found = None
        if isinstance(found, tuple) and found[:2] == peer:
            return held
        held.close()
    return None


def _sockets() -> Iterator[socket.socket]:
    """Give a second holder of each open socket."""
    try:
        names = os.listdir(_OPEN_FILES)
    except OSError:
        return
    for name in names:
        number = int(name)
        try:
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
            number = os.dup(number)
        except OSError:
            continue  # closed meanwhile
        try:
            held = socket.socket(fileno=number)
        except OSError:
            os.close(number)  # closed and opened as something else meanwhile
            continue
        yield held
