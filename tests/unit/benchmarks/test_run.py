from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import run
from scripts import script_environment
from unit.benchmarks.side_by_side.comparison import outcome

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = ROOT / "benchmarks" / "run.py"

needs_wrk = pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not on the path")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="processor time and memory come from Linux' /proc")


def start(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False, env=script_environment())


@pytest.mark.nightly
@needs_wrk
@needs_linux
def test_the_smoke_times_every_peer_that_is_here_and_names_the_others(tmp_path: Path) -> None:
    # Those that npm would have to install first take minutes where its cache is empty.
    peers = ("mockserver", "bare", "nginx")
    done = start("--quick", "--json", str(tmp_path / "samples.json"), "--peers", *peers)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "samples.json").read_text())
    timed = {peer for peer, *_ in found["samples"]}
    assert {"mockserver", "bare"} <= timed
    assert timed | set(found["missing"]) == set(peers)
    for peer, _, _, ((sample),) in found["samples"]:
        assert sample["rate"] > 0, peer
    assert all(why in done.stdout for why in found["missing"].values())
    assert all(peer["memory_mb"] > 1 for peer in found["peers"].values())


@pytest.mark.slow
@needs_linux
def test_without_wrk_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    done = start("--quick")
    assert done.returncode == 2
    assert done.stderr.startswith("wrk is not on the path")


def test_tables_and_chart_are_put_where_markers_are_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    (folder / "README.md").write_text("# Figures\n<!-- side-by-side:begin -->\n<!-- side-by-side:end -->\n")
    (tmp_path / "README.md").write_text("# No markers\n")
    monkeypatch.setattr(run, "HERE", folder)
    run.write(outcome())
    assert "### 32 connections" in (folder / "README.md").read_text()
    assert (folder / "side_by_side.svg").read_text().startswith("<svg")
    assert (tmp_path / "README.md").read_text() == "# No markers\n"
    assert "README.md is left as it is" in capsys.readouterr().err


def test_the_smoke_is_one_round_that_installs_nothing() -> None:
    options = run._options(["--quick"])
    assert (options.rounds, options.seconds, options.connections) == (1, 1, [32])
    whole = run._options([])
    assert (whole.quick, whole.connections) == (False, [1, 32])


@pytest.mark.parametrize("words", [["--rounds", "0"], ["--seconds", "x"], ["--connections", "-1"], ["--peers", "who"]])
def test_an_option_that_makes_no_sense_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run._options(words)
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"{Path(sys.argv[0]).name}: error: argument {words[0]}")
