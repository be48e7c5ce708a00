"""The edge of `mockserver serve`: RSGI scope → `Request`, `Response` → wire, on one event loop.

A request is answered on the loop, in the thread of the interpreter: it takes
tens of microseconds, and no other thread fights for the lock meanwhile. Where the
state is another machine's, which may keep an answer waiting, threads answer.
A client that stalls, and an answer that is delayed, is a coroutine that waits.
Paths below `/__admin` go on to threads.

Source: granian, RSGI specification 1.6.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from mockserver.http.faults import break_connection, chunks, connection_from
from mockserver.http.request_body import RequestBody, has_body
from mockserver.http.rules import HttpRules, is_admin_path
from oas.messages import DeliveryOptions, Request, Response

if TYPE_CHECKING:
    from granian.rsgi import HTTPProtocol, Scope  # type: ignore[attr-defined]  # meant to be imported, not marked so

    RSGI = Callable[[Scope, HTTPProtocol], Awaitable[None]]


#: Seconds for which a client may go on sending after it was refused.
DRAIN_S = 5.0


class RsgiEdge:
    """Answers the API on the event loop and hands the rest on.

    Args:
        admin: the application for paths below `/__admin`.
        edge: answers everything else.
        threads: that ask the edge in place of the event loop; 0 for none.
    """

    def __init__(self, admin: RSGI, edge: HttpRules, threads: int = 0) -> None:
        self._admin = admin
        self._pool = ThreadPoolExecutor(threads, "edge") if threads else None
        self._answer = edge.answer
        self._max_body_bytes = edge.max_body_bytes

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request. Source: RSGI, HTTP protocol."""
        path = scope.path
        if is_admin_path(path):
            await self._admin(scope, protocol)
            return
        headers = headers_of(scope)
        if not has_body(headers):
            request = Request(scope.method, path, scope.query_string, headers, b"", host_of(scope.client))
            await self._respond(request, scope, protocol)
            return
        upload = Upload(protocol, headers, self._max_body_bytes)
        intake = await upload.read()
        body, client = intake.body(), host_of(scope.client)
        request = Request(scope.method, path, scope.query_string, headers, body, client, intake.is_too_large)
        await self._respond(request, scope, protocol)
        await upload.drain()

    async def _respond(self, request: Request, scope: Scope, protocol: HTTPProtocol) -> None:
        if self._pool is None:
            response = self._answer(request)
        else:
            response = await asyncio.get_running_loop().run_in_executor(self._pool, self._answer, request)
        if response.delivery is None:
            protocol.response_bytes(response.status, list(response.headers), response.body)
        else:
            await _deliver(response, response.delivery, scope, protocol)


def headers_of(scope: Scope) -> Mapping[str, str]:
    """Return lower-cased name → value; repeated headers are joined by `,`. A value that is not UTF-8 is left out."""
    items = scope.headers.items()
    headers = dict(items)
    if len(headers) < len(items):
        headers = {name: ",".join(value for one, value in items if one == name) for name in headers}
    return headers


def host_of(client: str) -> str:
    """Return the address of `address:port`, without the brackets of IPv6."""
    return client.rpartition(":")[0].strip("[]")


class Upload:
    """A request's body as granian gives it: one iteration, since a second one might find it closed.

    Args:
        protocol: of the request.
        headers: names in lower case.
        max_bytes: longer bodies are not kept.

    Attributes:
        intake: what was read.
    """

    def __init__(self, protocol: HTTPProtocol, headers: Mapping[str, str], max_bytes: int) -> None:
        self.intake = RequestBody(headers, max_bytes)
        self._protocol = protocol
        self._parts: AsyncIterator[bytes] | None = None

    async def read(self) -> RequestBody:
        """Read as far as it is wanted."""
        intake = self.intake
        if intake.wanted > 0:
            self._parts = parts = aiter(self._protocol)
            while intake.wanted > 0 and (part := await _next(parts)):
                intake.take(part)
        return intake

    async def drain(self) -> None:
        """Read and forget what a client still sends after its answer, for a while."""
        left = self.intake.left
        if left <= 0:
            return
        parts = aiter(self._protocol) if self._parts is None else self._parts
        try:
            async with asyncio.timeout(DRAIN_S):
                while left > 0 and (part := await _next(parts)):
                    left -= len(part)
        except (TimeoutError, RuntimeError):
            pass  # RuntimeError is granian's word for a client that has left


async def _next(parts: AsyncIterator[bytes]) -> bytes:
    """Return the next part, nothing at the end. `anext` with a default kills CPython 3.11 on granian's iterator."""
    try:
        return await parts.__anext__()
    except StopAsyncIteration:
        return b""


async def _deliver(response: Response, delivery: DeliveryOptions, scope: Scope, protocol: HTTPProtocol) -> None:
    if delivery.delay_s:
        await asyncio.sleep(delivery.delay_s)
    if delivery.fault:
        await _break(delivery.fault, scope, protocol)
    elif delivery.dribble_chunks and scope.method != "HEAD":
        await _dribble(response, delivery, protocol)
    else:
        protocol.response_bytes(response.status, list(response.headers), response.body)


async def _dribble(response: Response, delivery: DeliveryOptions, protocol: HTTPProtocol) -> None:
    length = ("content-length", str(len(response.body)))
    parts = chunks(response.body, delivery.dribble_chunks)
    stream = protocol.response_stream(response.status, [*response.headers, length])
    try:
        for part in parts:
            await asyncio.sleep(delivery.dribble_s / len(parts))
            await stream.send_bytes(part)
    except RuntimeError:
        pass  # granian's word for a client that has left


async def _break(fault: str, scope: Scope, protocol: HTTPProtocol) -> None:
    """Break the connection, and let granian notice: what it writes goes nowhere."""
    connection = connection_from(scope.client)
    if connection is None:
        # No way to the connection on this system: an answer that ends before its length is broken, too.
        protocol.response_stream(200, [("content-length", "1")])
        return
    with connection:
        break_connection(connection, fault)
    protocol.response_empty(200, [])
