"""What granian hands to an application, as far as the edges use it, for tests without a server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field


class Headers:
    """Like `granian.rsgi.Headers`."""

    def __init__(self, items: Sequence[tuple[str, str]]) -> None:
        self._items = list(items)

    def items(self) -> list[tuple[str, str]]:
        return self._items


class Scope:
    """Like `granian.rsgi.Scope`."""

    http_version = "1.1"
    server = "127.0.0.1:4010"

    def __init__(
        self,
        method: str = "GET",
        path: str = "/a",
        query_string: str = "",
        client: str = "127.0.0.1:50000",
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.method, self.path, self.query_string, self.client = method, path, query_string, client
        self.headers = Headers([("host", "localhost:4010"), *headers])


@dataclass
class Protocol:
    """Like `granian.rsgi.HTTPProtocol`: gives a body in parts, remembers the answer.

    Attributes:
        parts: of the request's body.
        leaves_after: parts of a streamed answer after which the client is gone.
    """

    parts: Sequence[bytes] = ()
    leaves_after: int = 1000
    read: int = 0
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._body()

    async def _body(self) -> AsyncIterator[bytes]:
        while self.read < len(self.parts):
            self.read += 1
            yield self.parts[self.read - 1]

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.response_stream(status, headers).sent.append(body)

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.response_stream(status, headers)

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Protocol:
        assert isinstance(headers, list), "granian documents a list"
        assert not self.status, "one answer only"
        self.status, self.headers = status, headers
        return self

    async def send_bytes(self, data: bytes) -> None:
        if len(self.sent) >= self.leaves_after:
            raise RuntimeError("transport is closed")
        self.sent.append(data)
