"""The soak of a real server: what it asks, what it measures, and when it says no."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

import soak
from connection import Address, Connection
from mix import Mix
from soak import Latency, Memory

BASE = "/api"


def heads(requests: list[bytes]) -> list[tuple[str, str]]:
    """Return method and path of each request."""
    targets = [request.split(b" ", 2)[:2] for request in requests]
    return [(method.decode(), target.decode().partition("?")[0].removeprefix(BASE)) for method, target in targets]


def test_the_plain_requests_are_each_operation_in_turn() -> None:
    mix = Mix(BASE, 1, ("r",))
    count = len(mix.operations)
    found = heads(list(itertools.islice(mix.plain(), 2 * count)))
    assert found[:count] == found[count:] == [(one.method, one.path) for one in mix.operations]


def test_the_mix_is_of_its_seed_and_has_everything() -> None:
    first, again, other = (list(itertools.islice(Mix(BASE, seed, ("r",)).mixed(), 2000)) for seed in (1, 1, 2))
    assert first == again != other
    assert {path for _, path in heads(first)} > {one.path for one in Mix(BASE, 1, ("r",)).operations}
    for part in (
        b"Prefer: code=429",
        b"Cookie: mock_scenario=flaky",
        b"key_huge",
        b"stranger-",
        b"/nowhere/",
        b"\r\n\r\n{",
    ):
        assert any(part in request for request in first)


@contextmanager
def nobody() -> Iterator[tuple[int, Address]]:
    """Run no server."""
    yield 1, Address("localhost", 1, BASE)


@pytest.mark.parametrize("growth, p99, code", [(1.0, 1.0, 0), (1.031, 1.0, 1), (1.0, 50.1, 1)])
def test_a_bound_that_does_not_hold_ends_with_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], growth: float, p99: float, code: int
) -> None:
    monkeypatch.setattr(soak, "running", nobody)
    monkeypatch.setattr(soak, "soak", lambda *_: Memory(100.0, (120.0, 100.0 * growth)))
    monkeypatch.setattr(soak, "latencies", lambda *_: (Latency(1.0, 2.0, 9), Latency(1.0, p99, 9)))
    monkeypatch.setattr("sys.argv", ["soak.py"])
    assert soak.main() == code
    assert f"{growth:.3f} times as much (bound 1.03), at most 120.0 MB" in capsys.readouterr().out


@pytest.mark.nightly
@pytest.mark.skipif(sys.platform != "linux", reason="memory comes from Linux' /proc")
def test_a_real_server_is_soaked_and_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak, "SLOW_MS", 300)
    monkeypatch.setattr(soak, "fill", lambda *_: None)
    with soak.running() as (pid, address):
        memory = soak.soak(pid, address, 200, 1)
        with closing(Connection(address)) as connection:
            mix = Mix(address.base_path, 1, soak.routines(connection, address))
            seen = soak.asked(connection, itertools.islice(mix.mixed(), 300))
            plain = soak.asked(connection, itertools.islice(mix.plain(), 14))
        alone, beside = soak.latencies(address, 20)
    assert 20 < memory.full_mb < 1000
    assert len(memory.later_mb) == 1
    assert set(seen) >= {200, 400, 401, 404, 429, 500}
    assert (plain.total(), plain[200] > 7) == (14, True)
    assert min(alone.requests, beside.requests) > 10
    assert 0 < beside.median <= beside.p99 < 300
