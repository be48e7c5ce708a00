"""Bytes to the server and back: connections kept alive, time and size bounded, TLS verified, nothing followed.

Knows no budget, no keys and no contract; the gate does.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from contracts.errors import ConfigInvalid
from contracts.gate.connection import Connection, TlsConnection
from contracts.gate.forward_proxy import relay_to
from contracts.gate.target import Target
from contracts.messages import MAX_BODY_BYTES

__all__ = [
    "Reply",
    "Transport",
    "WireRequest",
    "not_answered",
    "not_connected",
]


def not_connected(error: Exception, host: str) -> str:
    """Say why no connection to a host came about."""
    if isinstance(error, socket.gaierror):
        return f"the name {host} cannot be resolved"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted ({error.verify_message}); --ca-bundle names another authority"
    if isinstance(error, ssl.SSLError):
        return f"no TLS connection comes about ({getattr(error, 'reason', None) or 'the other side speaks no TLS'})"
    if isinstance(error, TimeoutError):
        return "no connection came about in time"
    if isinstance(error, ConnectionRefusedError):
        return "the connection is refused; nothing listens there"
    return f"no connection comes about ({_words(error)})"


def not_answered(error: Exception, timeout_s: float) -> str:
    """Say why there is no whole answer on a connection; `timeout_s`: what the exchange was given."""
    if isinstance(error, TimeoutError):
        return f"no whole answer within {timeout_s:g} s"
    if isinstance(error, http.client.IncompleteRead):
        return f"the connection was closed in the middle of the body, after {len(error.partial)} bytes of a piece"
    if isinstance(error, ConnectionError):
        return "the connection was closed before the answer was complete"
    if isinstance(error, zlib.error):
        return "the body is not in the content encoding that its header names"
    if isinstance(error, http.client.HTTPException | ValueError):
        return f"what came is not an HTTP answer ({type(error).__name__})"
    return f"the connection broke ({_words(error)})"


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


CONNECT_TIMEOUT_S = 10.0

_CHUNK_BYTES = 64 * 1024
_MAX_IDLE = 32
#: Source: RFC 9110 §5.6.2.
_METHOD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_WITH_BODY = ("POST", "PUT", "PATCH")
_UNZIP_ANY = 32 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """One request, ready to be sent.

    Attributes:
        method: as sent.
        target: path and query as they stand in the request line.
        headers: names and values in order; `Host` and `Content-Length` are added.
        body: None for none.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back.

    Attributes:
        status: HTTP status; 0 when there is no answer.
        headers: lower-cased name → values in wire order.
        body: content decoded, at most `MAX_BODY_BYTES`.
        is_cut: the body was longer.
        elapsed_s: from the first byte sent to the last received.
        failure: why there is no answer, in words; empty otherwise.
        is_stale: a connection used before was closed without a byte of an answer; the server most likely saw nothing.
    """

    status: int = 0
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    is_cut: bool = False
    elapsed_s: float = 0.0
    failure: str = ""
    is_stale: bool = False


class _Unsendable(Exception):
    """The request cannot be written in HTTP."""


class Transport:
    """Sends requests to one origin, each once. Safe for threads.

    Args:
        target: whose origin is meant.
        timeout_s: for one exchange, connecting apart.
        ca_bundle: PEM file to trust instead of the system's.

    Raises:
        ConfigInvalid: the bundle, or the proxy that the environment names, cannot be used.
    """

    def __init__(self, target: Target, timeout_s: float, ca_bundle: Path | None = None) -> None:
        self._target = target
        self._timeout_s = timeout_s
        self._context = _context(ca_bundle) if target.scheme == "https" else None
        self._relay = relay_to(target)
        self._idle: list[Connection | TlsConnection] = []
        self._lock = threading.Lock()

    def send(self, request: WireRequest) -> Reply:
        """Send a request and wait for the whole answer; what goes wrong is in the reply, never raised."""
        connection = self._take()
        try:
            if not connection.is_open:
                connection.connect()
        except (OSError, UnicodeError, http.client.HTTPException) as error:
            connection.close()
            return Reply(failure=not_connected(error, (self._relay or self._target).host))
        started = time.monotonic()
        connection.begin(started + self._timeout_s)
        try:
            self._write(connection, request)
            return self._answer(connection, started)
        except _Unsendable as error:
            connection.close()
            return Reply(failure=str(error))
        except (OSError, ValueError, http.client.HTTPException, zlib.error) as error:
            connection.close()
            is_lost = isinstance(error, ConnectionError)
            return Reply(
                failure=not_answered(error, self._timeout_s),
                elapsed_s=time.monotonic() - started,
                is_stale=is_lost and connection.is_reused and not connection.has_received,
            )

    def close(self) -> None:
        """Close every idle connection."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _write(self, connection: Connection | TlsConnection, request: WireRequest) -> None:
        is_relayed = self._relay is not None and self._context is None
        try:
            if not _METHOD.fullmatch(request.method):
                raise ValueError("no method")
            place = self._target.origin + request.target if is_relayed else request.target
            connection.putrequest(request.method, place, skip_accept_encoding=True)
            for name, value in (*request.headers, *(self._relay.headers if self._relay and is_relayed else ())):
                connection.putheader(name, value.encode("latin-1", "replace"))
            if request.body is not None or request.method in _WITH_BODY:
                connection.putheader("Content-Length", str(len(request.body or b"")))
        except (ValueError, http.client.HTTPException) as error:
            raise _Unsendable(f"the request cannot be written in HTTP ({type(error).__name__})") from None
        connection.endheaders(request.body or None)

    def _answer(self, connection: Connection | TlsConnection, started: float) -> Reply:
        response = connection.getresponse()
        if response.msg.get_payload():
            raise http.client.HTTPException("a line among the headers is none")
        body, is_cut = _read(response)
        headers: dict[str, tuple[str, ...]] = {}
        for name, value in response.getheaders():
            lowered = name.lower()
            headers[lowered] = (*headers.get(lowered, ()), " ".join(value.split()) if "\n" in value else value)
        if is_cut or response.will_close:
            connection.close()
        else:
            self._give_back(connection)
        elapsed_s = time.monotonic() - started
        return Reply(status=response.status, headers=headers, body=body, is_cut=is_cut, elapsed_s=elapsed_s)

    def _take(self) -> Connection | TlsConnection:
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self._new()
            if connection.is_idle():
                connection.is_reused = True
                return connection
            connection.close()

    def _give_back(self, connection: Connection | TlsConnection) -> None:
        with self._lock:
            if len(self._idle) < _MAX_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _new(self) -> Connection | TlsConnection:
        place = self._relay or self._target
        timeout_s = min(CONNECT_TIMEOUT_S, self._timeout_s)
        if self._context is None:
            return Connection(place.host, place.port, timeout=timeout_s)
        connection = TlsConnection(place.host, place.port, timeout_s, self._context)
        if self._relay is not None:
            connection.set_tunnel(self._target.host, self._target.port, dict(self._relay.headers))
        return connection


def _context(ca_bundle: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=None if ca_bundle is None else str(ca_bundle))
    except (OSError, ssl.SSLError) as error:
        raise ConfigInvalid("a PEM file with certificates was expected", f"--ca-bundle {ca_bundle}") from error


def _read(response: http.client.HTTPResponse) -> tuple[bytes, bool]:
    """Read the body, decoded; say whether it was cut at `MAX_BODY_BYTES`."""
    encoding = (response.getheader("content-encoding") or "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise zlib.error(f"content encoding {encoding}")
    inflate = None if encoding == "identity" else zlib.decompressobj(_UNZIP_ANY)
    pieces: list[bytes] = []
    size = 0
    while piece := response.read1(_CHUNK_BYTES):
        while piece and size <= MAX_BODY_BYTES:
            plain = piece if inflate is None else inflate.decompress(piece, _CHUNK_BYTES)
            piece = b"" if inflate is None else inflate.unconsumed_tail
            pieces.append(plain)
            size += len(plain)
        if size > MAX_BODY_BYTES:
            return b"".join(pieces)[:MAX_BODY_BYTES], True
    length = response.length
    response.close()
    if length:
        raise ConnectionResetError("the body is shorter than its Content-Length")
    if inflate is not None and pieces and not inflate.eof:
        raise zlib.error("the end is missing")
    return b"".join(pieces), False
