"""What a comparison of two tools comes to, and the smallest one there is."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

from against_schemathesis import MOCK, OURS, RIGHT, TOOLS, Trial, arguments, main, measured, new_of, report, usual_of
from scripts import script_environment

PROGRAM = Path(__file__).resolve().parents[3] / "benchmarks" / "against_schemathesis.py"
BROKEN = "one id for all"
THEIRS = "schemathesis"


def trial(tool: str, server: str, *findings: str, requests: int = 100) -> Trial:
    return Trial(tool, server, requests, 1.5, findings)


def trials() -> list[Trial]:
    right = [trial(tool, server) for tool in TOOLS for server in (MOCK, RIGHT)]
    noisy = [trial(THEIRS, RIGHT, "a"), trial(THEIRS, RIGHT, "b")]
    broken = [trial(tool, BROKEN, "a", "b") for tool in TOOLS if tool != OURS]
    return [*right, *noisy, *broken, trial(OURS, BROKEN, "envelope.fresh", requests=7)]


def test_what_a_tool_finds_on_the_right_server_in_any_run_is_no_fault_of_a_broken_one() -> None:
    usual = usual_of(trials())
    assert usual[THEIRS] == {"a", "b"}
    assert new_of(trial(THEIRS, BROKEN, "a", "c"), usual) == ("c",)
    assert new_of(trial(OURS, BROKEN, "a"), usual) == ("a",)


def test_the_tables_tell_requests_faults_and_false_alarms() -> None:
    options: argparse.Namespace = arguments(["--seed", "4"])
    lines = report(trials(), options).splitlines()
    assert "seed 4: 1 of the " in lines[0]
    rows = {cells[1]: cells[2:-1] for line in lines if len(cells := [cell.strip() for cell in line.split("|")]) > 3}
    assert rows[OURS] == ["7", "1.5", "1 of 1", "0", "0"]
    assert rows[THEIRS] == ["100", "1.5", "0 of 1", "0", "2"]
    assert rows[BROKEN] == ["7, 1.5, yes", "100, 1.5, –", "100, 1.5, yes"]


def test_without_time_nothing_is_measured_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["--minutes", "-1", "--jobs", "1", "--broken", "2"]
    assert measured(arguments(words)) == []
    monkeypatch.setattr(sys, "argv", [str(PROGRAM), *words])
    with pytest.raises(SystemExit, match="too little time"):
        main()


@pytest.mark.nightly
def test_one_run_is_a_process_of_its_own_whose_requests_the_server_counts() -> None:
    command = [sys.executable, str(PROGRAM), "--one", OURS, BROKEN]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, env=script_environment())
    found = json.loads(done.stdout)
    assert found["findings"] == ["envelope.fresh[/data/request_id]"]
    assert found["requests"] > 90
