"""A kept HTTP connection on which requests are sent ahead of their answers: cheap enough to keep a server busy."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import NamedTuple

#: Seconds after which a silent server is given up.
DEADLINE_S = 60.0


class Address(NamedTuple):
    """Where the server answers."""

    host: str
    port: int
    base_path: str


class Connection:
    """A kept connection; answers must tell their length.

    Args:
        address: of the server.
    """

    def __init__(self, address: Address) -> None:
        self._socket = socket.create_connection((address.host, address.port), DEADLINE_S)
        self._stream = self._socket.makefile("rb")

    def ask(self, requests: Sequence[bytes]) -> list[int]:
        """Send requests at once, read their answers, and return the statuses."""
        self.send(b"".join(requests))
        return [self.read()[0] for _ in requests]

    def send(self, data: bytes) -> None:
        """Send, and wait for nothing."""
        self._socket.sendall(data)

    def read(self) -> tuple[int, bytes]:
        """Read one answer; return its status and body."""
        status, length = int(self._stream.readline().split()[1]), 0
        while (line := self._stream.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return status, self._stream.read(length)

    def close(self) -> None:
        """Close it."""
        self._stream.close()
        self._socket.close()
