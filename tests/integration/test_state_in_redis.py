"""Servers on many machines behind a load balancer are one server, as long as their Redis answers."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from fleet import Nginx, RedisServer, administer, wait_until
from judged import Answer, Judge, LiveClient
from mockserver.config import Config
from mockserver.errors import ConfigInvalid, StateUnavailable, ToolError
from mockserver.live.server import LiveServer

pytestmark = pytest.mark.slow

NOON = 1746964800.0  # 2025-05-11T12:00:00Z
PATH = "/user-campaign-filters"
MANY = 24


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path) as server:
        yield server


class Fleet:
    """Two servers with one state, and nginx in front."""

    def __init__(self, stack: ExitStack, judge: Judge, config: Config, folder: Path) -> None:
        self.servers = [LiveServer(config) for _ in range(2)]
        self.killed: list[LiveServer] = []
        for server in self.servers:
            server.__enter__()
            stack.callback(self.end, server)
        nginx = stack.enter_context(Nginx(folder, [server.port for server in self.servers]))
        self.nodes = [LiveClient(server.base_url, judge) for server in self.servers]
        self.front = LiveClient(f"http://127.0.0.1:{nginx.port}{urlsplit(self.nodes[0].base_url).path}", judge)

    def kill(self, node: int) -> None:
        """End a node as a power cut does."""
        process = self.servers[node]._server._process  # type: ignore[attr-defined]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.killed.append(self.servers[node])

    def end(self, server: LiveServer) -> None:
        """Stop a server; one that was killed says so."""
        if server in self.killed:
            with pytest.raises(ToolError, match="ended by itself"):
                server.__exit__(None, None, None)
        else:
            server.__exit__(None, None, None)


@pytest.fixture
def fleet(redis: RedisServer, judge: Judge, tmp_path: Path) -> Iterator[Callable[..., Fleet]]:
    with ExitStack() as stack:
        base = Config(state=redis.url, clock=NOON, check_answers=True)
        yield lambda **options: Fleet(stack, judge, replace(base, **options), tmp_path)


def at_once(ask: Callable[[], Any], times: int = MANY) -> list[Any]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda _: ask(), range(times)))


def test_racing_clients_get_exactly_the_limit(fleet: Callable[..., Fleet]) -> None:
    both = fleet(limit_minute=100)
    answers: list[Answer] = at_once(lambda: both.front.get(PATH), 160)
    told = sorted(answer.remaining[0] for answer in answers if answer.status == 200)
    assert told == list(range(100))
    assert [answer.status for answer in answers].count(429) == 60
    ids = {answer.headers["X-Mock-Request-Id"] for answer in answers}
    for node in both.nodes:
        journal = administer(node.base_url, "GET", "/requests")[1]["requests"]
        assert {entry["id"] for entry in journal} == ids


def test_what_changes_on_one_node_holds_on_the_other_at_once(fleet: Callable[..., Fleet]) -> None:
    both = fleet()
    one, other = both.nodes
    key = one.request("POST", "/create-api-key", json={}).data["api_key"]
    assert other.get(PATH, headers={"Authorization": key}).status == 200
    administer(other.base_url, "POST", "/clock", {"advance_s": 86_400})
    assert one.get(PATH).remaining == (99, 4999)
    administer(one.base_url, "POST", "/rules", {"times": 5, "answers": [{"status": 500}]})
    assert sorted(at_once(lambda: both.front.get(PATH).status)) == [200] * (MANY - 5) + [500] * 5
    _, session = administer(one.base_url, "POST", "/sessions", {"limit_minute": 5})
    headers = {"Authorization": session["keys"]["member"]}
    statuses = at_once(lambda: both.front.get(PATH, headers=headers).status)
    assert sorted(statuses) == [200] * 5 + [429] * (MANY - 5)
    administer(other.base_url, "POST", "/reset", {})
    assert one.get(PATH, headers={"Authorization": key}).status == 401


def test_a_killed_node_loses_nothing_but_its_requests_in_flight(fleet: Callable[..., Fleet]) -> None:
    both = fleet(limit_minute=10**6, limit_day=10**6)
    key = both.nodes[0].request("POST", "/create-api-key", json={}).data["api_key"]
    clients, enough, answers = 8, threading.Event(), []

    def run() -> None:
        while not enough.is_set():
            answers.append(both.front.get(PATH, headers={"Authorization": key}))

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answers) > 100)
    both.kill(0)
    after = len(answers)
    wait_until(lambda: len(answers) > after + 100)
    enough.set()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} == {200}, "nginx asks the other node, and the key works there"
    last = both.nodes[1].get(PATH, headers={"Authorization": key})
    counted = 10**6 - 1 - last.remaining[0]
    assert len(answers) <= counted <= len(answers) + clients
    told = [answer.remaining[0] for answer in answers]
    assert len(set(told)) == len(told), "no count was lost and given twice"
    ids = {entry["id"] for entry in administer(both.nodes[1].base_url, "GET", "/requests?limit=1000")[1]["requests"]}
    assert {answer.headers["X-Mock-Request-Id"] for answer in answers[-500:]} <= ids


def test_a_redis_that_stops_answering_is_a_500_and_then_all_goes_on(
    fleet: Callable[..., Fleet], redis: RedisServer
) -> None:
    both = fleet()
    key = both.nodes[0].request("POST", "/create-api-key", json={}).data["api_key"]
    before = both.front.get(PATH, headers={"Authorization": key}).remaining[0]
    redis.send(signal.SIGSTOP)
    try:
        began = time.monotonic()
        answers = at_once(lambda: both.front.get(PATH, headers={"Authorization": key}))
        assert time.monotonic() - began < 10, "nobody waits for long"
    finally:
        redis.send(signal.SIGCONT)
    assert {answer.status for answer in answers} == {500}
    assert {answer.headers["Retry-After"] for answer in answers} == {"1"}
    assert {answer.data["error_code"] for answer in answers} == {"INTERNAL_SERVER_ERROR"}
    wait_until(lambda: {node.get(PATH).status for node in both.nodes} == {200})
    # What was sent while it stood still, it counts when it goes on.
    assert before - 1 - MANY <= both.front.get(PATH, headers={"Authorization": key}).remaining[0] < before


def test_a_redis_that_comes_back_empty_is_given_the_keys_again(fleet: Callable[..., Fleet], redis: RedisServer) -> None:
    both = fleet()
    key = both.nodes[0].request("POST", "/create-api-key", json={}).data["api_key"]
    assert both.nodes[1].get(PATH, headers={"Authorization": key}).status == 200
    redis.stop()
    assert both.front.request("POST", "/create-api-key", json={}).status == 500
    assert [administer(node.base_url, "GET", "/keys")[0] for node in both.nodes] == [503, 503]
    assert [administer(node.base_url, "POST", "/keys", {"role": "member"})[0] for node in both.nodes] == [503, 503]
    redis.start()
    wait_until(lambda: {node.get(PATH).status for node in both.nodes} == {200})
    assert {answer.status for answer in at_once(lambda: both.front.get(PATH, headers={"Authorization": key}))} == {200}


def test_a_node_may_count_by_itself_meanwhile(fleet: Callable[..., Fleet], redis: RedisServer) -> None:
    both = fleet(limit_minute=50, state_failure="local")
    assert both.front.get(PATH).remaining[0] == 49
    redis.stop()
    for node in both.nodes:
        assert [node.get(PATH).remaining[0] for _ in range(3)] == [49, 48, 47]
        assert node.request("POST", "/create-api-key", json={}).status == 500
    redis.start()
    one, other = both.nodes

    def count_together() -> bool:
        left = [node.get(PATH).remaining[0] for node in (one, other, one, other)]
        return left == list(range(left[0], left[0] - 4, -1))

    wait_until(count_together)


def test_a_server_does_not_start_without_its_redis(redis: RedisServer) -> None:
    redis.stop()
    with (
        pytest.raises(StateUnavailable, match=f"127.0.0.1:{redis.port} does not answer"),
        LiveServer(Config(state=redis.url)),
    ):
        pass


def test_a_server_with_other_settings_does_not_join(fleet: Callable[..., Fleet], redis: RedisServer) -> None:
    fleet()
    with pytest.raises(ConfigInvalid, match="other settings"), LiveServer(Config(state=redis.url, clock=NOON, seed=9)):
        pass
