from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from contracts.errors import BudgetExhausted, ToolError
from contracts.gate.gate import Gate
from contracts.gate.proxy import MAX_REQUEST_BYTES
from contracts.messages import Exchange
from oas.redaction import PLACEHOLDER, marker
from unit.contracts.upstream import KEY, Clock, Limited, RawUpstream, Reply, Seen, Upstream, gate_to

MADE = "made-5f0c1d-key-31b7"


@dataclass(frozen=True)
class Got:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Child:
    """A plain client that keeps its connection, as any program might."""

    def __init__(self, base_url: str) -> None:
        self.parts = urlsplit(base_url)
        assert self.parts.hostname is not None
        self.connection = http.client.HTTPConnection(self.parts.hostname, self.parts.port, timeout=10)

    def ask(self, method: str, path: str, key: str | None = PLACEHOLDER, body: Any = None, **headers: str) -> Got:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["Authorization"] = key
        if isinstance(body, dict):
            sent["Content-Type"], body = "application/json", json.dumps(body)
        self.connection.request(method, self.parts.path + path, body, sent)
        response = self.connection.getresponse()
        return Got(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


def answer(seen: Seen) -> Reply:
    body = {"data": {"api_key": MADE}} if seen.method == "POST" else {"key": seen.headers.get("authorization")}
    return Reply(body=json.dumps(body).encode(), headers=(("Content-Type", "application/json"), ("X-Note", KEY)))


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream(answer) as upstream:
        yield upstream


@pytest.fixture
def gate(upstream: Upstream) -> Iterator[Gate]:
    with gate_to(upstream.url, budget=20) as gate:
        yield gate


@pytest.fixture
def child(gate: Gate) -> Iterator[Child]:
    with gate.proxy() as base_url:
        child = Child(base_url)
        yield child
        child.connection.close()


@pytest.mark.parametrize(
    "sent, arrives, credential",
    [(PLACEHOLDER, KEY, "key"), (None, None, "none"), ("", "", "empty"), ("made up", "made up", "unknown")],
)
def test_the_placeholder_becomes_the_key_and_nothing_else_does(
    child: Child, upstream: Upstream, gate: Gate, sent: str | None, arrives: str | None, credential: str
) -> None:
    got = child.ask("GET", "/campaign-info?limit=1", sent)
    assert upstream.seen[0].headers.get("authorization") == arrives
    assert gate.exchanges[0].request.credential == credential
    assert KEY not in str(got) + repr(gate.exchanges)


def test_what_is_sent_arrives_and_is_recorded(child: Child, upstream: Upstream, gate: Gate) -> None:
    child.ask("POST", "/dashboard-info?a=%2F&a=", body={"start_date": "2025-05-01"}, X_A="1", Accept="text/csv")
    seen = upstream.seen[0]
    assert (seen.target, json.loads(seen.body)) == ("/api/v1/dashboard-info?a=%2F&a=", {"start_date": "2025-05-01"})
    assert (seen.headers["x-a"], seen.headers["accept"], seen.headers["host"]) == ("1", "text/csv", upstream.origin[7:])
    request = gate.exchanges[0].request
    assert (request.operation_id, request.query) == ("postDashboardInfo", (("a", "/"), ("a", "")))
    assert (request.body, gate.exchanges[0].phase) == ({"start_date": "2025-05-01"}, "fuzz")


def test_the_answer_comes_back_without_secrets(child: Child) -> None:
    got = child.ask("GET", "/campaign-info")
    assert json.loads(got.body) == {"key": marker(KEY)}
    assert (got.headers["x-note"], got.headers["x-contracts-exchange"]) == (marker(KEY), "1")


def test_the_mark_of_a_created_key_stands_for_the_key(child: Child, upstream: Upstream, gate: Gate) -> None:
    mark = json.loads(child.ask("POST", "/create-api-key", body={}).body)["data"]["api_key"]
    assert mark == marker(MADE)
    child.ask("GET", "/campaign-info", mark)
    assert upstream.seen[1].headers["authorization"] == MADE
    assert gate.exchanges[1].request.credential == "created"


def test_many_children_share_the_budget(gate: Gate, upstream: Upstream) -> None:
    statuses: list[int] = []

    def send(base_url: str) -> None:
        child = Child(base_url)
        got = [child.ask("GET", "/campaign-info") for _ in range(10)]
        statuses.extend(one.status for one in got)
        child.connection.close()

    with gate.proxy() as base_url:
        threads = [threading.Thread(target=send, args=(base_url,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert (statuses.count(200), statuses.count(429), len(upstream.seen)) == (20, 60, 20)


def test_a_spent_budget_is_a_429_that_says_so(upstream: Upstream) -> None:
    with gate_to(upstream.url, budget=1) as gate, gate.proxy() as base_url:
        child = Child(base_url)
        child.ask("GET", "/a")
        got = child.ask("GET", "/a")
        child.connection.close()
    assert (got.status, got.headers["x-contracts-budget"], got.headers["retry-after"]) == (429, "exhausted", "86400")
    assert got.headers["content-type"] == "application/problem+json"
    assert "--budget" in json.loads(got.body)["detail"]
    assert len(upstream.seen) == 1


def test_a_child_is_paced_and_sees_no_refusal() -> None:
    clock = Clock()
    limited = Limited(clock)
    with Upstream(limited) as upstream, gate_to(upstream.url, clock) as gate, gate.proxy() as base_url:
        child = Child(base_url)
        assert {child.ask("GET", "/campaign-info").status for _ in range(150)} == {200}
        child.connection.close()
    assert limited.refused == 0


@pytest.mark.parametrize("method, path", [("POST", "/create-api-key"), ("DELETE", "/campaign-info"), ("LOCK", "/x")])
def test_a_write_to_a_live_target_is_refused(upstream: Upstream, tmp_path: Any, method: str, path: str) -> None:
    with gate_to(upstream.url, is_live=True, ledger=tmp_path / "a.json") as gate, gate.proxy() as base_url:
        child = Child(base_url)
        got = child.ask(method, path)
        child.connection.close()
    assert (got.status, got.headers["x-contracts-refused"], upstream.seen) == (403, "true", [])


@pytest.mark.parametrize("target", ["/elsewhere", "/api/v10/x", "http://other.test/api/v1/x", "/api/v1"])
def test_what_is_not_below_the_base_url_is_refused(child: Child, upstream: Upstream, target: str) -> None:
    child.connection.request("GET", target)
    assert child.connection.getresponse().status == 403
    assert upstream.seen == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE", "PATCH", "DELETE", "BREW"])
def test_any_method_goes_through_and_the_connection_stays(child: Child, upstream: Upstream, method: str) -> None:
    assert [child.ask(method, "/a").status for _ in range(2)] == [200, 200]
    assert [seen.method for seen in upstream.seen] == [method] * 2


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Transfer_Encoding": "chunked"}, 411),
        ({"Content_Length": "many"}, 411),
        ({"Content_Length": str(MAX_REQUEST_BYTES + 1)}, 413),
    ],
)
def test_a_body_without_a_fair_length_is_refused(
    child: Child, upstream: Upstream, headers: dict[str, str], status: int
) -> None:
    assert child.ask("POST", "/dashboard-info", **headers).status == status
    assert upstream.seen == []


def test_no_answer_is_told_apart_from_a_bad_one() -> None:
    with RawUpstream(lambda _connection: None) as upstream, gate_to(upstream.url) as gate, gate.proxy() as base_url:
        child = Child(base_url)
        got = child.ask("GET", "/campaign-info")
        child.connection.close()
    assert (got.status, got.headers["x-contracts-failure"]) == (502, "true")
    assert "closed before" in json.loads(got.body)["detail"]


def test_a_cut_body_is_said_to_be_cut() -> None:
    huge = Reply(body=bytes(9 * 1024 * 1024))
    with Upstream(lambda _seen: huge) as upstream, gate_to(upstream.url) as gate, gate.proxy() as base_url:
        child = Child(base_url)
        got = child.ask("GET", "/a")
        child.connection.close()
    assert (got.headers["x-contracts-cut"], len(got.body)) == ("true", 8 * 1024 * 1024)


def test_a_request_that_is_no_http_hurts_nobody(child: Child, upstream: Upstream) -> None:
    with socket.create_connection((child.parts.hostname or "", child.parts.port or 0)) as connection:
        connection.sendall(b"\x16\x03\x01\x00\r\n\r\n")
        assert b"400" in connection.recv(4096)
    assert child.ask("GET", "/a").status == 200
    assert len(upstream.seen) == 1


def test_what_is_no_ascii_in_a_target_is_encoded(child: Child, upstream: Upstream) -> None:
    assert child.parts.hostname is not None
    with socket.create_connection((child.parts.hostname, child.parts.port or 0)) as connection:
        connection.sendall("GET /api/v1/é HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
    assert upstream.seen[0].target == "/api/v1/%C3%A9"


def test_a_listener_is_told_what_the_child_got(upstream: Upstream) -> None:
    heard: list[Exchange | ToolError] = []
    with gate_to(upstream.url, budget=1) as gate, gate.proxy(hear=heard.append) as base_url:
        child = Child(base_url)
        assert [child.ask("GET", "/user-campaign-filters").status for _ in range(2)] == [200, 429]
        child.connection.close()
    first, second = heard
    assert first == gate.exchanges[0]
    assert isinstance(second, BudgetExhausted)
