"""Every process collects the same tests: what runs in parallel must agree on their names."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from meta.sources import ROOT


def names(hash_seed: str) -> list[str]:
    """Collect all tests in a process with its own order of sets."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [*command, "-m", "slow or not slow"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    return [line for line in done.stdout.splitlines() if "::" in line]


@pytest.mark.slow
def test_no_name_of_a_test_depends_on_the_order_of_a_set() -> None:
    first, *others = (names(seed) for seed in ("1", "2", "3"))
    assert len(first) > 5000
    for other in others:
        assert other == first
