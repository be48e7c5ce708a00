"""Whole load tests on loopback, short; and what is refused before one begins."""

from __future__ import annotations

import importlib.util
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.config import Config
from contracts.errors import ConfigInvalid, TargetUnreachable
from contracts.load.running import LoadTest, run
from mockserver.config import Config as MockConfig
from mockserver.live.server import LiveServer

needs_locust = pytest.mark.skipif(
    importlib.util.find_spec("locust") is None, reason="the extra `load` is not installed"
)
KEYS = ("your_api_key_here", "member_api_key_here")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server() -> Iterator[LiveServer]:
    with LiveServer(MockConfig(limit_minute=10**9, limit_day=10**9)) as live:
        yield live


@needs_locust
@pytest.mark.parametrize("host", ["api.example.com", "192.0.2.1", "127.0.0.1.example.com"])
def test_another_machine_gets_no_load_unless_that_is_allowed(host: str) -> None:
    with pytest.raises(ConfigInvalid, match=f"--allow-live sends it to {re.escape(host)}"):
        run(LoadTest(config=Config(base_url=f"http://{host}/x"), keys=KEYS))


@needs_locust
def test_where_nothing_listens_no_load_is_sent() -> None:
    with pytest.raises(TargetUnreachable, match="nothing listens there"):
        run(LoadTest(config=Config(base_url=f"http://127.0.0.1:{free_port()}"), keys=KEYS))


@needs_locust
@pytest.mark.parametrize("role", ["--master", "--worker"])
def test_processes_that_share_a_test_need_to_be_told_the_keys(role: str, server: LiveServer) -> None:
    with pytest.raises(ConfigInvalid, match="the same --keys-file"):
        run(LoadTest(config=Config(base_url=server.base_url), role=(role,)))


def test_without_locust_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigInvalid, match=r"pip install 'konnector-contracts\[load\]'"):
        run(LoadTest(config=Config(), keys=KEYS))


@needs_locust
@pytest.mark.slow
def test_both_counts_of_a_test_on_a_mock_of_its_own_agree() -> None:
    summary = run(LoadTest(config=Config(), users=5, rate=5, duration_s=2, pause_s=0.05))
    assert summary is not None
    assert summary.requests > 20
    assert summary.reckoning.server == summary.reckoning.client == summary.requests
    assert (summary.throttled, dict(summary.failures), summary.exit_code) == (0, {}, 0)


@needs_locust
@pytest.mark.slow
def test_refusals_for_the_rate_are_counted_and_no_failures() -> None:
    with LiveServer(MockConfig(limit_minute=10)) as server:
        test = LoadTest(config=Config(base_url=server.base_url), keys=KEYS, users=5, rate=5, duration_s=2, pause_s=0.05)
        summary = run(test)
    assert summary is not None
    assert summary.throttled >= summary.requests - 2 * 2 * 10 > 0  # a minute may end meanwhile
    assert summary.reckoning.server == summary.requests
    assert summary.exit_code == 0


@needs_locust
@pytest.mark.nightly
@pytest.mark.skipif(sys.platform == "win32", reason="stopping a worker by its master is not tried there")
def test_a_master_counts_what_its_workers_send(server: LiveServer, tmp_path: Path) -> None:
    port, keys = str(free_port()), tmp_path / "keys"
    keys.write_text("\n".join(KEYS))
    shared = [sys.executable, "-m", "contracts", "load", server.base_url, "--keys-file", str(keys)]
    master = [*shared, "--master", "--master-bind-port", port, "--expect-workers", "2"]
    leading = subprocess.Popen(
        [*master, "--users", "6", "--time", "2", "--pause", "0.05"], stdout=subprocess.PIPE, text=True
    )
    following = [*shared, "--worker", "--master-port", port]
    workers = [subprocess.Popen(following, stdout=subprocess.DEVNULL, text=True) for _ in range(2)]
    try:
        told, _ = leading.communicate(timeout=60)
        assert [worker.wait(30) for worker in workers] == [0, 0]
    finally:
        for process in (leading, *workers):
            process.kill()
            process.wait()
    assert leading.returncode == 0, told
    counted = re.search(r"counted +([\d,]+) by the clients, ([\d,]+) by the server: both agree", told)
    assert counted, told
    assert int(counted[1].replace(",", "")) > 20
