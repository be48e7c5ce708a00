"""The mutation score: how many of the faults that a server can have the relations notice.

A loopback proxy stands between the runner and the embedded mock and gives
every answer of one operation one fault. The share of noticed faults proves
that the suite can fail. May import the runner; `mockserver.live` inside the
function that starts it.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from contracts.config import Config
from contracts.contract.pointers import locate, tokens
from contracts.contract.vocabulary import Document
from contracts.mutation.mutants import CATEGORIES, Mutant, mutants, mutate_body, mutate_headers
from contracts.verdicts import Outcome, Report

__all__ = ["Result", "Score", "score", "score_lines", "survivor_line"]

#: Requests of one run, the burst of the 429 apart.
BUDGET = 90
#: Never forwarded: they speak of one connection. Source: RFC 9110 §7.6.1.
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host", "date", "server"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one fault.

    Attributes:
        mutant: the fault.
        is_caught: a run on it broke a relation.
        relation_id: the first that broke; empty for a survivor.
        answers: answers that had the fault.
        reason: why a survivor survives; empty otherwise.
    """

    mutant: Mutant
    is_caught: bool
    relation_id: str
    answers: int
    reason: str


@dataclass(frozen=True, slots=True)
class Score:
    """Results of all faults that were tried.

    Attributes:
        results: in the order in which they were tried.
        all: faults that were generated, tried or not.
        most_requests: of one run, the burst apart.
    """

    results: tuple[Result, ...]
    all: int
    most_requests: int

    def by_category(self) -> dict[str, tuple[int, int]]:
        """Return category → caught and tried, for categories that were tried."""
        tried = Counter(result.mutant.category for result in self.results)
        caught = Counter(result.mutant.category for result in self.results if result.is_caught)
        return {name: (caught[name], tried[name]) for name in CATEGORIES if tried[name]}

    @property
    def share(self) -> float:
        """Share of noticed faults, 0 to 1, free text left to a line of its own."""
        counted = [result for result in self.results if result.mutant.category != "text"]
        return sum(result.is_caught for result in counted) / len(counted) if counted else 0.0


def score(
    document: Document, *, sample: int, seed: int, progress: Callable[[Result, int, int], None] | None = None
) -> Score:
    """Try faults one after the other.

    Args:
        document: the packaged contract.
        sample: faults to try, drawn by the seed; 0 tries all.
        seed: of the draw, and of every run.
        progress: hears each result with its place and the number of all.
    """
    from mockserver.live import LiveServer

    faults = list(mutants(document, _number_headers(document)))
    chosen = random.Random(seed).sample(faults, sample) if 0 < sample < len(faults) else faults
    results: list[Result] = []
    most = 0
    with LiveServer() as server:
        for place, mutant in enumerate(chosen, 1):
            with MutatingProxy(server.base_url, document).running(mutant) as proxy:
                report = _run(proxy.base_url, mutant, seed)
            _reset(server.admin_url)
            most = max(most, _requests(report))
            results.append(_result(mutant, proxy.changed, report))
            if progress is not None:
                progress(results[-1], place, len(chosen))
    return Score(tuple(results), len(faults), most)


def survivor_line(result: Result, place: int, tried: int) -> list[str]:
    """Return the line of a survivor, or of every tenth fault, so that long work shows where it is."""
    if not result.is_caught:
        return [f"{place}/{tried}  survives: {result.mutant.id} ({result.reason}; {result.answers} answers had it)"]
    return [f"{place}/{tried}"] if place % 10 == 0 else []


def score_lines(score: Score) -> list[str]:
    """Return the score as it is printed: by category, then the share without free text."""
    lines = [f"{name:8} {caught} of {tried}" for name, (caught, tried) in score.by_category().items()]
    tried = len(score.results)
    share = f"{score.share:.1%} of the faults were noticed, free text apart"
    return [*lines, f"{share}; {tried} of {score.all} tried, at most {score.most_requests} requests a run"]


def _reset(admin_url: str) -> None:
    """Give the next run a fresh allowance: requests without a key are counted by client address."""
    url = urlsplit(admin_url)
    with closing(http.client.HTTPConnection(url.hostname or "", url.port, timeout=30)) as connection:
        connection.request("POST", url.path + "/reset")
        connection.getresponse().read()


def _run(base_url: str, mutant: Mutant, seed: int) -> Report:
    from contracts.api import run

    # A 429 is only met by the burst, which has requests of its own.
    phases = ("limits",) if mutant.status == 429 else ("relations",)
    budget = None if mutant.status == 429 else BUDGET
    return run(Config(base_url=base_url, phases=phases, budget=budget, seed=seed))


def _requests(report: Report) -> int:
    return sum(exchange.phase == "relations" for exchange in report.exchanges)


def _result(mutant: Mutant, answers: int, report: Report) -> Result:
    broken = [verdict.relation.id for verdict in report.verdicts if verdict.outcome is Outcome.BROKEN]
    reason = ""
    if not broken:
        reason = "no answer had the place" if not answers else "no relation reads it, or the schema allows it"
    return Result(
        mutant=mutant,
        is_caught=bool(broken),
        relation_id=broken[0] if broken else "",
        answers=answers,
        reason=reason,
    )


def _number_headers(document: Document) -> tuple[str, ...]:
    windows = document.limits.windows if document.limits else ()
    return tuple(name for window in windows for name in (window.limit_header, window.remaining_header))


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
    document: Document
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
        rule = self.document.by_id[mutant.operation_id].responses.get(status)
        for mark in rule.facts.marks if rule else ():
            if mark.attribute == "id":
                seen = self._known.setdefault(mark.type, [])
                seen += [value for _, value in locate(body, tokens(mark.at)) if value not in seen]


def _handler(proxy: MutatingProxy, mutant: Mutant) -> type[BaseHTTPRequestHandler]:
    upstream = urlsplit(proxy.upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet for head and body

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
