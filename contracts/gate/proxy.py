"""A base URL on this machine behind which the gate stands: for programs that send by themselves.

The child uses `$CONTRACTS_API_KEY` as its key, literally, and gets the real
one's answers; any other key is sent as it is, none stays none, and the mark
that stands for a created key in an answer stands for that key in a request.
What comes back is the server's answer with every secret replaced, and:

- `X-Contracts-Exchange`: number of the exchange in the gate's record;
- `X-Contracts-Cut`: the body was longer and was cut;
- 403 and `X-Contracts-Refused`: the gate did not send it;
- 429 with `X-Contracts-Budget: exhausted`: the budget is spent, nothing was sent;
- 502 and `X-Contracts-Failure`: it was sent, and no answer came.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from contracts.errors import BudgetExhausted, RequestRefused, ToolError
from contracts.gate.credentials import Credentials
from contracts.gate.serialization import passed_on, to_request
from contracts.gate.transport import WireRequest
from contracts.messages import Answer, Exchange
from contracts.request_index import RequestIndex

if TYPE_CHECKING:
    from contracts.gate.gate import Gate

#: Receives what a child got: an exchange, or why nothing was sent. From any thread.
Hear = Callable[[Exchange | ToolError], None]

__all__ = ["MAX_REQUEST_BYTES", "Hear", "Proxy"]

MAX_REQUEST_BYTES = 64 * 1024 * 1024

_POLL_S = 0.02
_IDLE_TIMEOUT_S = 60.0
# `Date` and `Server` are passed on: nothing here writes its own.
_NOT_PASSED = frozenset(
    ("connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "trailer", "upgrade")
)


class Proxy:
    """Serves on a free port of 127.0.0.1 between entering and leaving.

    Args:
        gate: sends what comes.
        surface: of the contract.
        credentials: of the run.
        phase: for the record.
        hear: receives what the child got: the exchange, or why nothing was sent.
    """

    def __init__(
        self, gate: Gate, surface: RequestIndex, credentials: Credentials, phase: str, hear: Hear | None = None
    ) -> None:
        self.gate = gate
        self.hear = hear or _nobody
        self.surface = surface
        self.credentials = credentials
        self.phase = phase
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_S,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def base_url(self) -> str:
        """What the child takes for the target's base URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.gate.target.base_path}"

    def forward(self, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes | None) -> Exchange:
        """Send a child's request through the gate.

        Raises:
            BudgetExhausted, RequestRefused: as `Gate.send`.
        """
        place, mark, query = target.partition("?")
        base_path = self.gate.target.base_path
        path = place.removeprefix(base_path)
        if not place.startswith(base_path + "/"):
            raise RequestRefused(f"the path is not below {base_path or '/'}, the base path of the target")
        given = tuple(headers)
        name = self.credentials.header_name
        value = next((value for header, value in given if header.lower() == name.lower()), None)
        credential = self.credentials.name_of(value)
        kept = passed_on(given, name)
        wire = WireRequest(method=method, target=f"{place}{mark}{query}", headers=kept, body=body)
        request = to_request(self.surface, wire, path, credential, name)
        if value is not None:
            real = value
            if credential == "key":
                real = self.credentials.header("key")[1]  # type: ignore[index]
            elif credential == "created":
                real = self.credentials.created_like(value) or value
            wire = WireRequest(method=method, target=wire.target, headers=(*kept, (name, real)), body=body)
        return self.gate.forward(request, wire, self.phase)


def _nobody(got: Exchange | ToolError) -> None:
    """Listen to nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A child that keeps its connections open must not keep us from ending.
    block_on_close = False
    request_queue_size = 128

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a child that hangs up is no fault."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = _IDLE_TIMEOUT_S

    def __getattr__(self, name: str) -> Any:
        # Whatever the method: it is the server's to refuse, not ours.
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing; the gate records."""

    def _serve(self) -> None:
        proxy: Proxy = self.server.proxy  # type: ignore[attr-defined]
        length = self.headers.get("Content-Length")
        if self.headers.get("Transfer-Encoding") or (length is not None and not length.isdigit()):
            return self._problem(411, "a body with a Content-Length was expected")
        if int(length or 0) > MAX_REQUEST_BYTES:
            return self._problem(413, f"a body of at most {MAX_REQUEST_BYTES} bytes was expected")
        body = None if length is None else self.rfile.read(int(length))
        try:
            exchange = proxy.forward(self.command, self._target(), self.headers.items(), body)
            proxy.hear(exchange)
        except BudgetExhausted as error:
            proxy.hear(error)
            headers = (("Retry-After", "86400"), ("X-Contracts-Budget", "exhausted"))
            return self._problem(429, str(error), *headers)
        except RequestRefused as error:
            proxy.hear(error)
            return self._problem(403, str(error), ("X-Contracts-Refused", "true"))
        except ToolError as error:
            return self._problem(500, proxy.gate.redactor.error(error))
        number = ("X-Contracts-Exchange", str(exchange.number))
        if exchange.answer is None:
            return self._problem(502, exchange.failure, ("X-Contracts-Failure", "true"), number)
        return self._answer(exchange.answer, number)

    def _target(self) -> str:
        # What is not ASCII came in as Latin-1, byte by byte.
        return "".join(char if char.isascii() else f"%{ord(char):02X}" for char in self.path)

    def _answer(self, answer: Answer, *more: tuple[str, str]) -> None:
        headers = [
            (name, value) for name, values in answer.headers.items() if name not in _NOT_PASSED for value in values
        ]
        if answer.is_cut:
            headers.append(("X-Contracts-Cut", "true"))
        if self.command == "HEAD":
            headers += [("Content-Length", value) for value in answer.headers.get("content-length", ())]
        self._send(answer.status, [*headers, *more], answer.body)

    def _problem(self, status: int, detail: str, *headers: tuple[str, str]) -> None:
        if status in (411, 413):
            self.close_connection = True
        body = json.dumps({"title": "contracts gate", "status": status, "detail": detail}).encode()
        self._send(status, [("Content-Type", "application/problem+json"), *headers], body)

    def _send(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value.encode("latin-1", "replace").decode("latin-1"))
        if self.command != "HEAD" and status >= 200 and status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()
