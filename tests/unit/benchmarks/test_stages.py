from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import script_environment

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.nightly


@pytest.mark.skipif(importlib.util.find_spec("pytest_benchmark") is None, reason="pytest-benchmark is not installed")
def test_every_stage_of_every_request_can_be_timed() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "benchmarks/stages", "-o", "python_files=bench_*.py"]
    done = subprocess.run(
        [*command, "--benchmark-disable", "-p", "no:cacheprovider"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=script_environment(),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "58 passed" in done.stdout


def test_nothing_of_it_is_collected_with_the_tests() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "benchmarks", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, env=script_environment()
    )
    assert "no tests collected" in done.stdout
