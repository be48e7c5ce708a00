"""Several workers of one server are one server: limits, keys, clock, scenarios, sessions, journal."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fleet import administer, wait_until
from judged import Answer, LiveClient
from mockserver.config import Config
from mockserver.errors import ToolError
from mockserver.live.server import LiveServer

pytestmark = pytest.mark.slow

THREADS, EACH, LIMIT = 8, 40, 200
NOON = 1746964800.0  # 2025-05-11T12:00:00Z
#: Connections are accepted by whichever worker is free: so many are not all accepted by one.
MANY = 24


@pytest.fixture
def client(live: Callable[..., LiveClient]) -> LiveClient:
    return live(workers=2, clock=NOON, limit_minute=LIMIT)


def everywhere(ask: Callable[[], Any]) -> list[Any]:
    """Ask many times at once, so that every worker answers."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda _: ask(), range(MANY)))


def test_racing_clients_get_exactly_the_limit_and_all_are_in_the_journal(client: LiveClient) -> None:
    def run(_: int) -> list[Answer]:
        return [client.get("/user-campaign-filters") for _ in range(EACH)]

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(run, range(THREADS)))
    told = sorted(answer.remaining[0] for thread in answers for answer in thread if answer.status == 200)
    assert told == list(range(LIMIT))
    assert {answer.status for thread in answers for answer in thread} == {200, 429}
    for thread in answers:
        left = [answer.remaining for answer in thread]
        assert left == sorted(left, reverse=True), "what is left never rises inside a window"
    listed = everywhere(lambda: administer(client.base_url, "GET", "/requests")[1])
    ids = {answer.headers["X-Mock-Request-Id"] for thread in answers for answer in thread}
    assert all({entry["id"] for entry in journal["requests"]} == ids for journal in listed)


def test_a_created_key_works_at_once_in_every_worker(client: LiveClient) -> None:
    key = client.request("POST", "/create-api-key", json={}).data["api_key"]
    statuses = everywhere(lambda: client.get("/user-campaign-filters", headers={"Authorization": key}).status)
    assert statuses == [200] * MANY
    created = administer(client.base_url, "GET", "/keys")[1]["keys"][-1]
    administer(client.base_url, "PATCH", f"/keys/{created['hash']}", {"active": False})
    statuses = everywhere(lambda: client.get("/user-campaign-filters", headers={"Authorization": key}).status)
    assert statuses == [401] * MANY


def test_clock_and_reset_hold_for_every_worker(client: LiveClient) -> None:
    everywhere(lambda: client.get("/user-campaign-filters"))
    administer(client.base_url, "POST", "/clock", {"advance_s": 86_400})
    stamps = everywhere(lambda: administer(client.base_url, "GET", "/clock")[1]["now"])
    assert set(stamps) == {"2025-05-12T12:00:00Z"}
    administer(client.base_url, "POST", "/reset", {})
    left = everywhere(lambda: client.get("/user-campaign-filters").remaining[1])
    assert sorted(left) == list(range(5000 - MANY, 5000))


def test_a_rule_takes_its_turns_across_workers(client: LiveClient) -> None:
    rule = {"times": 10, "answers": [{"status": 500}]}
    assert administer(client.base_url, "POST", "/rules", rule)[0] == 201
    statuses = everywhere(lambda: client.get("/user-campaign-filters").status)
    assert sorted(statuses) == [200] * (MANY - 10) + [500] * 10


def test_a_session_is_the_same_in_every_worker(client: LiveClient) -> None:
    _, session = administer(client.base_url, "POST", "/sessions", {"limit_minute": 5})
    headers = {"Authorization": session["keys"]["member"]}
    statuses = everywhere(lambda: client.get("/user-campaign-filters", headers=headers).status)
    assert sorted(statuses) == [200] * 5 + [429] * (MANY - 5)
    assert administer(client.base_url, "DELETE", f"/sessions/{session['name']}")[0] == 200
    statuses = everywhere(lambda: client.get("/user-campaign-filters", headers=headers).status)
    assert statuses == [401] * MANY


def workers_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=False).stdout
    listed += subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=False).stdout
    rows = {tuple(map(int, line.split()[:2])) for line in listed.splitlines()}
    return sorted(child for child, parent in rows if parent == pid)


def test_nothing_is_left_of_the_shared_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with LiveServer(Config(workers=2)):
        assert list(tmp_path.iterdir()) != []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="processes are found by ps")
def test_a_server_whose_worker_was_killed_ends_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    server = LiveServer(Config(workers=2))
    server.__enter__()
    process = server._server._process  # type: ignore[attr-defined]
    workers = [pid for pid in workers_of(process.pid) if pid != process.pid]
    os.kill(workers[-1], signal.SIGKILL)
    wait_until(lambda: process.poll() is not None)
    with pytest.raises(ToolError, match="ended by itself"):
        server.__exit__(None, None, None)
    assert list(tmp_path.iterdir()) == []
