"""A loopback proxy that forwards to a server and puts one fault into its answers.

with MutatingProxy(base_url, document).running(mutant) as proxy: ...
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from contracts.mutation.mutants import Mutant
from contracts.mutation.mutators import mutate_body, mutate_headers
from oas.contract import Contract
from oas.pointers import locate, tokens

__all__ = ["MutatingProxy"]

#: Never forwarded: they speak of one connection. Source: RFC 9110 §7.6.1.
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host", "date", "server"})


@dataclass
class MutatingProxy:
    """Forwards to a server and puts one fault into its answers.

    Attributes:
        upstream: base URL of the server.
        document: says which ids are seen.
        base_url: of the proxy, while it runs.
        changed: answers that were changed.
    """

    upstream: str
    document: Contract
    base_url: str = ""
    changed: int = 0
    _known: dict[str, list[Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def running(self, mutant: Mutant) -> Iterator[MutatingProxy]:
        """Serve on a free loopback port."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, mutant))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        self.base_url = f"http://127.0.0.1:{server.server_address[1]}{urlsplit(self.upstream).path}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def alter(self, mutant: Mutant, method: str, path: str, status: int, headers: dict[str, str], body: bytes) -> bytes:
        """Return the body of an answer, its fault and those of its headers put in."""
        below = path.removeprefix(urlsplit(self.upstream).path)
        if status != mutant.status or (method, below) not in mutant.targets:
            return body
        if mutant.category == "header":
            with self._lock:
                self.changed += mutate_headers(mutant, headers)
            return body
        parsed = json.loads(body)
        self._learn(mutant, status, parsed)
        after = mutate_body(mutant, parsed, self._known)
        if after is parsed:
            return body
        with self._lock:
            self.changed += 1
        return json.dumps(after).encode()

    def _learn(self, mutant: Mutant, status: int, body: Any) -> None:
        rule = self.document.by_id[mutant.operation_id].response(status)
        for mark in rule.annotations.marks if rule else ():
            if mark.attribute == "id":
                seen = self._known.setdefault(mark.type, [])
                seen += [value for _, value in locate(body, tokens(mark.at)) if value not in seen]


def _handler(proxy: MutatingProxy, mutant: Mutant) -> type[BaseHTTPRequestHandler]:
    upstream = urlsplit(proxy.upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet for head and body, and no wait for the acknowledgement of a first one
        disable_nagle_algorithm = True

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self._forward
            raise AttributeError(name)

        def _forward(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            sent["Host"] = upstream.netloc
            onward = http.client.HTTPConnection(upstream.hostname or "", upstream.port, timeout=30)
            with closing(onward):
                onward.request(self.command, self.path, self.rfile.read(length) or None, sent)
                answer = onward.getresponse()
                body = answer.read()
            headers = {name.lower(): value for name, value in answer.getheaders() if name.lower() not in _HOP}
            body = proxy.alter(mutant, self.command, self.path.partition("?")[0], answer.status, headers, body)
            self.send_response(answer.status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, format: str, *args: Any) -> None:
            """Stay quiet."""

    return Handler
