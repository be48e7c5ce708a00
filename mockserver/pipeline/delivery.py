"""Answers that are put on the wire in an unusual way: in portions, or not at all.

The faults have WireMock's names and look on the wire as there. May import
`messages` only.

Source: WireMock, Simulating Faults.
"""

from __future__ import annotations

import socket
import struct
import sys
from hashlib import shake_128

#: Bytes of no meaning, the same in every run; the first one begins no HTTP response.
GARBAGE = b"\x80" + shake_128(b"RANDOM_DATA_THEN_CLOSE").digest(511)
#: Fault → what is sent before the connection closes. Any other fault sends nothing.
_LAST_WORDS = {
    "MALFORMED_RESPONSE_CHUNK": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + GARBAGE,
    "RANDOM_DATA_THEN_CLOSE": GARBAGE,
}
_RESET = "CONNECTION_RESET_BY_PEER"


def portions(body: bytes, count: int) -> list[bytes]:
    """Cut a body into at most `count` portions of about one size, none of them empty."""
    size = max(1, -(-len(body) // max(1, count)))
    return [body[start : start + size] for start in range(0, len(body), size)]


def break_off(connection: socket.socket, fault: str) -> None:
    """End a connection as a fault says; whoever else holds it can send nothing more.

    Args:
        connection: of the client; it stays open as a file.
        fault: one of WireMock's names; `EMPTY_RESPONSE` sends nothing.
    """
    try:
        if fault == _RESET:
            _reset(connection)
        else:
            _say(connection, _LAST_WORDS.get(fault, b""))
            connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the client has left before


def _say(connection: socket.socket, words: bytes) -> None:
    """Send what fits into the buffers: a client that does not read shall hold nobody up."""
    if words:
        connection.send(words)


def _reset(connection: socket.socket) -> None:
    """Send RST at once on Linux; elsewhere a FIN, and RST when the last holder closes."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if sys.platform == "linux":
        import ctypes

        # Connecting to no family dissolves a connection, whoever else holds it. Source: connect(2).
        ctypes.CDLL(None).connect(connection.fileno(), bytes(16), 16)
    else:
        connection.shutdown(socket.SHUT_RDWR)
