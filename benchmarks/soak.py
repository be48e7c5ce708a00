"""Ask one real server for hours' worth of requests: does its memory stay, and do slow answers hold up fast ones?

    python benchmarks/soak.py [--requests 200000] [--slow 500] [--seed 1] [--write]

Memory: RSS of the server once every operation was asked 1,000 times, no more
keys can be created, and the journal is full; then after a mix of operations,
errors, scenarios and keys. It may be 1.03 times as much. Latency: fast requests
one after another on one connection, alone, then while slow ones (2 s) wait; the
99th percentile may be 50 ms. Ends with 1 where a bound does not hold. Linux.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from connection import DEADLINE_S, Address, Connection
from mix import ADMIN, Mix
from mockserver.scenarios.models import FAULTS
from processes import rss_mb
from side_by_side.tables import write_between

README = Path(__file__).with_name("README.md")
MARKER = "soak"
MAX_GROWTH = 1.03
MAX_P99_MS = 50.0
SLOW_MS = 2000
#: Requests that are sent before their answers are read.
BATCH = 50
#: Requests between two looks at the memory.
STRETCH = 10_000
#: Times that each operation is asked before the first look at the memory.
ASKED_BEFORE = 1000
#: What the journal keeps by default.
JOURNAL_ENTRIES = 1000
#: Pages of many rows, each of other rows, that are asked before it: more than the cache keeps.
DEEP_BEFORE = 1500


class Memory(NamedTuple):
    """RSS in megabytes: when everything that is bounded was full, then at every look."""

    full_mb: float
    later_mb: tuple[float, ...]

    @property
    def growth(self) -> float:
        """The last look by the first."""
        return self.later_mb[-1] / self.full_mb


class Latency(NamedTuple):
    """Milliseconds of fast requests."""

    median: float
    p99: float
    requests: int


def main() -> int:
    """Run both parts; return 1 where a bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--slow", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the figures into README.md")
    options = parser.parse_args()
    with running() as (pid, address):
        memory = soak(pid, address, options.requests, options.seed)
    with running() as (_, address):
        alone, beside = latencies(address, options.slow)
    text = described(options, memory, alone, beside)
    print(text)
    if options.write:
        write_between(README, MARKER, text)
    return int(memory.growth > MAX_GROWTH or beside.p99 > MAX_P99_MS)


@contextmanager
def running() -> Iterator[tuple[int, Address]]:
    """Run a server whose limits nobody reaches, and give its process and address."""
    limits = ["--limit-minute", "1000000000", "--limit-day", "1000000000"]
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--log", "json", *limits]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            url = urlsplit(json.loads(server.stdout.readline())["base_url"])
            yield server.pid, Address(url.hostname or "", url.port or 0, url.path)
        finally:
            server.terminate()


def soak(pid: int, address: Address, count: int, seed: int) -> Memory:
    """Fill what is bounded, then ask `count` times; tell of the statuses on the way."""
    with closing(Connection(address)) as connection:
        mix = Mix(address.base_path, seed, routines(connection, address))
        fill(connection, mix, address)
        full_mb, later_mb, requests = look(pid, connection, mix), [], mix.mixed()
        print(f"full: {full_mb:.1f} MB", flush=True)
        for start in range(0, count, STRETCH):
            seen = asked(connection, itertools.islice(requests, min(STRETCH, count - start)))
            for fault in FAULTS:
                broken(address, fault)
            later_mb.append(look(pid, connection, mix))
            print(f"{start + seen.total():,}: {later_mb[-1]:.1f} MB, {dict(sorted(seen.items()))}", flush=True)
    return Memory(full_mb, tuple(later_mb))


def fill(connection: Connection, mix: Mix, address: Address) -> None:
    """Ask every operation `ASKED_BEFORE` times; fill the keys, the journal and the cache of pages."""
    control(address, "POST", "/rules", {"rate": 0.02, "answers": [{"status": 500}, {"status": 401}]})
    times = len(mix.operations) * ASKED_BEFORE
    asked(connection, itertools.islice(mix.plain(), times))
    while asked(connection, itertools.islice(mix.created_keys(), ASKED_BEFORE))[200]:
        pass
    asked(connection, itertools.islice(mix.deep_pages(), DEEP_BEFORE))
    asked(connection, itertools.islice(mix.mixed(), times))


def look(pid: int, connection: Connection, mix: Mix) -> float:
    """Return the memory while the journal holds the same exchanges as at every look, none longer or shorter."""
    asked(connection, itertools.islice(mix.same(), JOURNAL_ENTRIES))
    return rss_mb(pid)


def asked(connection: Connection, requests: Iterator[bytes]) -> Counter[int]:
    """Ask in batches; return how often each status came."""
    seen: Counter[int] = Counter()
    while batch := list(itertools.islice(requests, BATCH)):
        seen.update(connection.ask(batch))
    return seen


def routines(connection: Connection, address: Address) -> tuple[str, ...]:
    """Return the ids of the first routines."""
    connection.send(plain(address))
    rows = json.loads(connection.read()[1])["data"]["campaign_info"]
    return tuple(row["linkedin_campaign_routine"]["id"] for row in rows)


def plain(address: Address, prefer: str = "") -> bytes:
    """Return a request for the page of campaigns."""
    lines = (f"GET {address.base_path}/campaign-info HTTP/1.1", "Host: localhost", f"Authorization: {ADMIN}")
    return "\r\n".join([*lines, *([f"Prefer: {prefer}"] if prefer else []), "", ""]).encode()


def broken(address: Address, fault: str) -> None:
    """Ask for a fault, and read whatever comes to its end."""
    with socket.create_connection((address.host, address.port), DEADLINE_S) as connection:
        connection.sendall(plain(address, f"fault={fault}"))
        try:
            while connection.recv(65536):
                pass
        except ConnectionResetError:
            pass  # which is what was asked for


def control(address: Address, method: str, path: str, document: dict[str, Any]) -> None:
    """Call the control API."""
    connection = http.client.HTTPConnection(address.host, address.port, timeout=DEADLINE_S)
    connection.request(method, f"/__admin{path}", json.dumps(document), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path} was answered with {answer.status}: {answer.read(300)!r}")
    connection.close()


def latencies(address: Address, slow: int) -> tuple[Latency, Latency]:
    """Return how long fast requests take alone, and while slow ones wait."""
    with ExitStack() as stack:
        fast = Connection(address)
        stack.callback(fast.close)
        fast.ask([plain(address)] * 1000)
        alone = timed(fast, address)
        waiting = [Connection(address) for _ in range(slow)]
        for connection in waiting:
            stack.callback(connection.close)
        for connection in waiting:
            connection.send(plain(address, f"delay={SLOW_MS}"))
        beside = timed(fast, address)
        statuses = Counter(connection.read()[0] for connection in waiting)
    if statuses != {200: slow}:
        raise SystemExit(f"200 was expected from every slow request; {dict(statuses)} came")
    return alone, beside


def timed(fast: Connection, address: Address) -> Latency:
    """Ask one after another for nearly as long as a slow answer takes."""
    took_ms, end = [], time.perf_counter() + 0.9 * SLOW_MS / 1000
    while (started := time.perf_counter()) < end:
        fast.ask([plain(address)])
        took_ms.append((time.perf_counter() - started) * 1000)
    return Latency(statistics.median(took_ms), statistics.quantiles(took_ms, n=100)[98], len(took_ms))


def described(options: argparse.Namespace, memory: Memory, alone: Latency, beside: Latency) -> str:
    """Write the figures as Markdown."""
    load_1 = os.getloadavg()[0]
    return "\n".join(
        [
            f"RSS once full: {memory.full_mb:.1f} MB; after {options.requests:,} more requests: "
            f"{memory.later_mb[-1]:.1f} MB, {memory.growth:.3f} times as much (bound {MAX_GROWTH}), "
            f"at most {max(memory.later_mb):.1f} MB on the way.",
            "",
            f"Load of the machine at the end: {load_1:.1f} on {os.cpu_count()} cores.",
            "",
            "| fast requests | count | median, ms | p99, ms |",
            "| --- | --- | --- | --- |",
            f"| alone | {alone.requests:,} | {alone.median:.2f} | {alone.p99:.1f} |",
            f"| beside {options.slow} that wait {SLOW_MS / 1000:g} s | {beside.requests:,} | {beside.median:.2f} "
            f"| {beside.p99:.1f} (bound {MAX_P99_MS:g}) |",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
