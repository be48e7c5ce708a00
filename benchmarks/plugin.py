"""Measure what the pytest plugin costs: at the start of a run, and in each test that uses it.

    python benchmarks/plugin.py [--runs 5] [--tests 1000]

Prints two Markdown tables of medians: seconds, and seconds of processor time,
which other work on the machine lengthens less. The kinds of a table take turns
in every round, so that it falls on all of them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

EMPTY = """
import pytest

@pytest.mark.parametrize("number", range({tests}))
def test_it(number):
    pass
"""
UNUSED = EMPTY.replace("(number):", "(number, mock_api):")
ASKED = """
import http.client
import urllib.parse

import pytest

@pytest.mark.parametrize("number", range({tests}))
def test_it(number, mock_api):
    url = urllib.parse.urlsplit(mock_api.base_url)
    connection = http.client.HTTPConnection(url.netloc, timeout=10)
    connection.request("GET", url.path + "/campaign-info", headers=mock_api.headers)
    assert connection.getresponse().status == 200
    connection.close()
"""
TESTS = {"empty": EMPTY, "`mock_api`, no request": UNUSED, "`mock_api`, one request": ASKED}

#: Which plugins a start leaves out, by the names after `-p no:`.
STARTS = {
    "all plugins": (),
    "without this plugin": ("konnector_contracts",),
    "without schemathesis": ("schemathesis",),
    "without hypothesis": ("hypothesispytest",),
    "without schemathesis and hypothesis": ("schemathesis", "hypothesispytest"),
}
#: Left out of runs that measure tests, to measure those alone.
SPARED = ("schemathesis", "hypothesispytest", "randomly", "asyncio", "xdist", "cov", "cacheprovider")


class Cost(NamedTuple):
    """What a process takes, in seconds: of the clock on the wall, and of processors."""

    wall_s: float
    cpu_s: float


def main() -> None:
    """Measure both tables and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tests", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        starts = in_turns({name: command(left_out, folder) for name, left_out in STARTS.items()}, options.runs, folder)
        show(f"start of a run without tests (median of {options.runs})", starts, "all plugins")
        suites = {}
        for number, (name, text) in enumerate(TESTS.items()):
            path = Path(folder, f"test_{number}.py")
            path.write_text(text.format(tests=options.tests), encoding="utf-8")
            suites[name] = command(SPARED, str(path))
        show(f"{options.tests:,} tests (median of {options.runs})", in_turns(suites, options.runs, folder), "empty")


def command(left_out: Sequence[str], place: str) -> list[str]:
    """Return the command of a run of pytest."""
    spared = [item for name in left_out for item in ("-p", f"no:{name}")]
    return [sys.executable, "-m", "pytest", "-q", "-W", "ignore", *spared, place]


def in_turns(commands: Mapping[str, Sequence[str]], runs: int, folder: str) -> dict[str, Cost]:
    """Return the medians of what each command takes."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, words in commands.items():
            costs[name].append(cost_of(words, folder))
    return {name: Cost(*map(statistics.median, zip(*found, strict=True))) for name, found in costs.items()}


def cost_of(words: Sequence[str], folder: str) -> Cost:
    """Return what a run of pytest takes; it must not fail, but may have found no test."""
    started, used = time.perf_counter(), children_cpu_s()
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 5):
        sys.exit(done.stdout + done.stderr)
    return Cost(time.perf_counter() - started, children_cpu_s() - used)


def children_cpu_s() -> float:
    """Return the processor time of all children that ended, user and system."""
    times = os.times()
    return times.children_user + times.children_system


def show(title: str, costs: Mapping[str, Cost], base: str) -> None:
    """Print a table with the difference to one of its lines."""
    print(f"\n| {title} | s | s of processor | s more than {base} | of processor |\n|---|--:|--:|--:|--:|")
    for name, (wall_s, cpu_s) in costs.items():
        more = f"{wall_s - costs[base].wall_s:+.2f} | {cpu_s - costs[base].cpu_s:+.2f}"
        print(f"| {name} | {wall_s:.2f} | {cpu_s:.2f} | {more} |")


if __name__ == "__main__":
    main()
