"""Every process collects the same tests: what runs in parallel must agree on their names."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from meta.sources import ROOT


def collecting(hash_seed: str) -> subprocess.Popen[str]:
    """Begin to collect all tests in a process with its own order of sets."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.Popen(
        [*command, "-m", "slow or not slow"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )


def names(process: subprocess.Popen[str]) -> list[str]:
    """Wait for the names that a process collects."""
    output, _ = process.communicate()
    assert process.returncode == 0, output[-2000:]
    return [line for line in output.splitlines() if "::" in line]


@pytest.mark.slow
def test_no_name_of_a_test_depends_on_the_order_of_a_set() -> None:
    first, second = [names(process) for process in [collecting("1"), collecting("2")]]
    assert len(first) > 5000
    assert second == first
