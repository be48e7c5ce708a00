from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = ROOT / "benchmarks" / "run.py"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not on the path"),
    pytest.mark.skipif(sys.platform != "linux", reason="processor time and memory come from Linux' /proc"),
]


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_the_smoke_times_every_peer_that_is_here_and_names_the_others(tmp_path: Path) -> None:
    done = run("--quick", "--json", str(tmp_path / "samples.json"))
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "samples.json").read_text())
    timed = {peer for peer, *_ in found["samples"]}
    assert {"mockserver", "bare"} <= timed
    assert timed | set(found["missing"]) == {
        "mockserver",
        "bare",
        "nginx",
        "prism-silent",
        "prism",
        "wiremock",
        "mockoon",
    }
    for peer, _, _, ((sample),) in found["samples"]:
        assert sample["rate"] > 0, peer
    assert all(why in done.stdout for why in found["missing"].values())
    assert all(peer["memory_mb"] > 1 for peer in found["peers"].values())


def test_without_wrk_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    done = run("--quick")
    assert done.returncode == 2
    assert done.stderr.startswith("wrk is not on the path")
