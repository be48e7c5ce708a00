"""Servers of the tests' own on 127.0.0.1, and a clock that only moves when someone sleeps."""

from __future__ import annotations

import contextlib
import functools
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from contracts.allowance.rate_limiter import Timing
from contracts.config import Config
from contracts.events import Listener
from contracts.gate.gate import Gate
from contracts.messages import Request
from contracts.request_index import RequestIndex
from oas.contract import load

KEY = "Zq7-first.Key_of~9xW4"
NOON = 1_780_000_020.0
FILTERS = Request(operation_id="getUserCampaignFilters", method="GET", path="/user-campaign-filters")
CREATE = Request(operation_id="createApiKey", method="POST", path="/create-api-key", body={})


@functools.cache
def surface() -> RequestIndex:
    return RequestIndex.of(load())


@dataclass
class Clock:
    """Wall clock, monotonic clock and sleep in one: sleeping moves it, nothing else does."""

    at: float = NOON
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    @property
    def timing(self) -> Timing:
        return Timing(now=self.now, monotonic=self.now, sleep=self.sleep)


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What a test's server answers."""

    status: int = 200
    body: bytes = b'{"code":200,"status":true,"message":"ok","data":{}}'
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)


class Upstream:
    """Counts every request and answers with what a function returns."""

    def __init__(self, answer: Callable[[Seen], Reply] = lambda _seen: Reply()) -> None:
        self.seen: list[Seen] = []
        self.answer = answer
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Upstream:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return self.origin + "/api/v1"

    def take(self, seen: Seen) -> Reply:
        with self._lock:
            self.seen.append(seen)
            return self.answer(seen)


def _handler_of(upstream: Upstream) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self.serve
            raise AttributeError(name)

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = upstream.take(Seen(self.command, self.path, headers, body))
            self.send_response_only(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(b"" if self.command == "HEAD" else reply.body)
                self.wfile.flush()

    return Handler


@dataclass
class Limited:
    """Answers as the contract says: 100 requests a clock minute and 5,000 a UTC day, all counted together."""

    clock: Clock
    ahead_s: float = 0.0
    minute: int = 100
    day: int = 5000
    has_headers: bool = True
    has_date: bool = True
    has_retry_after: bool = False
    count: dict[tuple[int, int], int] = field(default_factory=dict)
    refused: int = 0

    @property
    def now(self) -> float:
        return self.clock.at + self.ahead_s

    def __call__(self, _seen: Seen) -> Reply:
        left: dict[int, int] = {}
        for seconds, limit in ((60, self.minute), (86_400, self.day)):
            period = (seconds, int(self.now // seconds))
            self.count[period] = self.count.get(period, 0) + 1
            left[seconds] = limit - self.count[period]
        headers = [("Content-Type", "application/json")]
        if self.has_date:
            headers.append(("Date", formatdate(self.now, usegmt=True)))
        if self.has_headers:
            headers.append(("X-RateLimit-Remaining-Minute", str(max(0, left[60]))))
            headers.append(("X-RateLimit-Remaining-Day", str(max(0, left[86_400]))))
        spent = [seconds for seconds, rest in left.items() if rest < 0]
        if not spent:
            return Reply(headers=tuple(headers))
        self.refused += 1
        wait = int(max(spent) - self.now % max(spent)) + 1
        if self.has_retry_after:
            headers.append(("Retry-After", str(wait)))
        data = {"retry_after": wait, "rate_limit_info": {"remaining_minute": max(0, left[60])}}
        return Reply(429, json.dumps({"code": 429, "data": data}).encode(), tuple(headers))


@dataclass
class FakeMock:
    """A mock: says so, counts by session, and has a clock per session that can be put forward.

    The name of a session is its administrator's key; the default session's is empty.
    """

    clock: Clock
    ahead_s: dict[str, float] = field(default_factory=lambda: {"": 0.0})
    counts: dict[tuple[str, int], int] = field(default_factory=dict)
    has_clock: bool = True
    makes_sessions: bool = True
    is_frozen: bool = False
    refused: int = 0
    admin: list[str] = field(default_factory=list)

    def now(self, session: str) -> float:
        return self.ahead_s[session] + (NOON if self.is_frozen else self.clock.at)

    def __call__(self, seen: Seen) -> Reply:
        if seen.target.startswith("/__admin"):
            self.admin.append(f"{seen.method} {seen.target}")
            return self._control(seen)
        key = seen.headers.get("authorization", "").removesuffix("-member")
        named = seen.headers.get("x-mock-session", "")
        session = next((name for name in (key, named) if name and name in self.ahead_s), "")
        period = (session, int(self.now(session) // 60))
        self.counts[period] = self.counts.get(period, 0) + 1
        left = 100 - self.counts[period]
        self.refused += left < 0
        status = 429 if left < 0 else 200 if key else 401
        headers = (("X-Mock-Version", "1"), ("X-RateLimit-Remaining-Minute", str(max(0, left))))
        return Reply(status, headers=headers)

    def _control(self, seen: Seen) -> Reply:
        path, _, session = seen.target.partition("?session=")
        if path == "/__admin/sessions" and self.makes_sessions:
            name = f"session-{len(self.ahead_s)}-0f8e2c"
            self.ahead_s[name] = 500.0
            return _json({"name": name, "keys": {"admin": name, "member": f"{name}-member"}}, 201)
        if path.startswith("/__admin/sessions/") and seen.method == "DELETE":
            return _json({}) if self.ahead_s.pop(path.rsplit("/", 1)[1], None) else _json({}, 404)
        if path != "/__admin/clock" or not self.has_clock or session not in self.ahead_s:
            return _json({"status": 404}, 404)
        if seen.method == "POST":
            self.ahead_s[session] += json.loads(seen.body)["advance_s"]
        moment = datetime.fromtimestamp(self.now(session), UTC).isoformat()
        return _json({"now": moment, "frozen": self.is_frozen})


def _json(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode())


@contextlib.contextmanager
def gate_to(url: str, clock: Clock | None = None, hear: Listener | None = None, **settings: Any) -> Iterator[Gate]:
    """Open a gate to a URL, with a key unless told otherwise."""
    config = Config(**{"base_url": url, "api_key": KEY, "max_wait_s": 300.0, **settings})
    with Gate(config, surface(), listener=hear, timing=clock.timing if clock else None) as gate:
        yield gate


class RawUpstream:
    """Lets a function write whatever it likes on each connection, after the head of a request came."""

    def __init__(
        self,
        act: Callable[[socket.socket], object],
        context: ssl.SSLContext | None = None,
        heads: list[bytes] | None = None,
    ) -> None:
        self.act = act
        self._context = context
        self.heads = [] if heads is None else heads
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.connections = 0
        self.stopping = threading.Event()

    def __enter__(self) -> RawUpstream:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                head = read_head(connection)
                self.heads.append(head)
                if head:
                    self.act(connection)


def read_head(connection: socket.socket) -> bytes:
    """Read up to the empty line."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(4096)
        if not piece:
            return b""
        data += piece
    return data


def until(condition: Callable[[], bool], within_s: float = 5.0) -> bool:
    """Wait for a condition, for so long at most; say whether it came about."""
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.002)
    return True
