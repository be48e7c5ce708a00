"""One HTTP/1.1 connection whose every step ends by a deadline, however slowly the server drips.

`http.client` limits each receive, not their sum: one byte a second keeps it
busy for hours. Here the socket's time-out is what is left until the deadline.
"""

from __future__ import annotations

import http.client
import io
import select
import socket
import ssl
import time
from typing import Any, cast

__all__ = ["Connection", "TlsConnection"]


class _BoundedSocket:
    """The part of a socket that `http.client` uses, each wait of which ends by `deadline` of the monotonic clock."""

    def __init__(self, plain: socket.socket) -> None:
        self.plain = plain
        self.deadline = time.monotonic()
        self.received = 0
        self._files = 0
        self._is_closing = False

    def sendall(self, data: Any) -> None:
        self.plain.settimeout(self.left())
        self.plain.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        self._files += 1
        return io.BufferedReader(_Stream(self))

    def settimeout(self, seconds: float | None) -> None:
        """Ignored: the deadline rules."""

    def shutdown(self, how: int) -> None:
        self.plain.shutdown(how)

    def close(self) -> None:
        # http.client closes the socket while it still reads the answer from the file.
        self._is_closing = True
        if not self._files:
            self.plain.close()

    def release(self) -> None:
        self._files -= 1
        if self._is_closing and not self._files:
            self.plain.close()

    def left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is up")
        return left


class _Stream(io.RawIOBase):
    def __init__(self, owner: _BoundedSocket) -> None:
        self._owner = owner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._owner.plain.settimeout(self._owner.left())
        count = self._owner.plain.recv_into(buffer)
        self._owner.received += count
        return count

    def close(self) -> None:
        if not self.closed:
            self._owner.release()
        super().close()


class _Bounded(http.client.HTTPConnection):
    """Adds the deadline, and what a pool asks of a connection that was used before."""

    is_reused = False
    _link: _BoundedSocket | None = None

    def connect(self) -> None:
        super().connect()
        self._link = _BoundedSocket(cast(socket.socket, self.sock))
        self.sock = cast(Any, self._link)

    def begin(self, deadline: float) -> None:
        """Let every wait of the next exchange end by a moment of the monotonic clock; the connection is open."""
        if self._link is not None:
            self._link.deadline = deadline
            self._link.received = 0

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self.sock is not None

    @property
    def has_received(self) -> bool:
        """Whether a byte came since `begin`."""
        return self._link is not None and self._link.received > 0

    def is_idle(self) -> bool:
        """Say whether the connection is open with nothing to read, so that a request can be sent on it."""
        if self.sock is None or self._link is None:
            return False
        try:
            readable, _, _ = select.select([self._link.plain], [], [], 0)
        except (OSError, ValueError):
            # Closed, or a descriptor beyond what select() takes: a new connection is always right.
            return False
        return not readable


class Connection(_Bounded):
    """Plain HTTP."""


class TlsConnection(_Bounded, http.client.HTTPSConnection):
    """HTTP over TLS, certificate and name verified by the context it is given."""

    def __init__(self, host: str, port: int, timeout: float, context: ssl.SSLContext) -> None:
        http.client.HTTPSConnection.__init__(self, host, port, timeout=timeout, context=context)
