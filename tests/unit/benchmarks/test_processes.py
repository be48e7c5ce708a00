from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from processes import cpu_s, family, pss_mb

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the figures come from Linux' /proc")

PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"1\n"
        yield process
        assert process.stdin is not None
        process.stdin.close()


def test_a_family_is_a_process_with_all_below_it(parent: subprocess.Popen[bytes]) -> None:
    found = family(parent.pid)
    assert found[0] == parent.pid
    assert len(found) == 2


def test_the_memory_of_a_family_counts_its_children(parent: subprocess.Popen[bytes]) -> None:
    child = family(parent.pid)[1]
    assert pss_mb(parent.pid) > pss_mb(child) > 1


def test_processor_time_grows_with_work() -> None:
    before = cpu_s(os.getpid())
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass
    assert cpu_s(os.getpid()) - before >= 0.03


def test_a_process_that_is_gone_costs_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert family(process.pid) == []
    assert cpu_s(process.pid) == pss_mb(process.pid) == 0
