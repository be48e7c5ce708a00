from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mockserver.config import Config
from mockserver.live.server import LiveServer
from side_by_side.wrk import Figures, Load, figures_of, run, script_of

OUTPUT = """Running 1s test @ http://127.0.0.1:1/
  2 threads and 32 connections

{"requests": 3000, "duration_us": 1500000, "refused": 2, "lost": 1, "p50_us": 100, "p99_us": 900}
"""


def load(url: str, headers: dict[str, str], body: bytes = b"") -> Load:
    return Load(url=url, method="POST", headers=headers, body=body, connections=2, seconds=1)


def test_the_last_line_of_the_output_holds_the_figures() -> None:
    assert figures_of(OUTPUT) == Figures(3000, 1_500_000, 2, 1, 100, 900)
    assert figures_of(OUTPUT).rate == 2000


def test_texts_stand_in_the_script_as_lua_reads_them() -> None:
    script = script_of(load("http://x", {"Authorization": 'a"b\\c'}, b'{"limit": 10}'))
    assert 'wrk.headers["Authorization"] = "a\\"b\\\\c"' in script
    assert 'wrk.body = "{\\"limit\\": 10}"' in script
    assert 'wrk.method = "POST"' in script


def test_no_body_is_nil() -> None:
    assert "wrk.body = nil" in script_of(load("http://x", {}))


@pytest.mark.nightly
@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not on the path")
@pytest.mark.parametrize("key, share", [("your_api_key_here", 0), ("nobody's", 1)])
def test_wrk_counts_answers_and_refusals(tmp_path: Path, key: str, share: int) -> None:
    headers = {"Authorization": key, "Content-Type": "application/json"}
    with LiveServer(Config(limit_minute=10**9, limit_day=10**9)) as server:
        figures = run(load(server.base_url + "/campaign-info", headers, b'{"limit": 3}'), tmp_path / "case.lua")
    assert figures.requests > 0
    assert figures.refused == share * figures.requests
    assert figures.lost == 0
    assert 0 < figures.p50_us <= figures.p99_us
