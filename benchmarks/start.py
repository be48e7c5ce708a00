"""Measure the start of the server: seconds to the first answer, and memory once it idles.

    python benchmarks/start.py [--runs 7]

Prints a Markdown table. Memory is PSS, summed over all processes of the server
(Linux, /proc/PID/smaps_rollup).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

CASES = {
    "default dataset": [],
    "10,000 routines": ["--routines", "10000"],
    "100,000 routines": ["--routines", "100000"],
}


def main() -> None:
    """Measure each case and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    print("| dataset | first answer, s (median, min–max) | PSS idle, MB |")
    print("|---|---|---|")
    for name, options in CASES.items():
        seconds, sizes = zip(*(measure(options) for _ in range(runs)), strict=True)
        spread = f"{min(seconds):.2f}–{max(seconds):.2f}"
        print(f"| {name} | {statistics.median(seconds):.2f} ({spread}) | {statistics.median(sizes):.0f} |")


def measure(options: list[str]) -> tuple[float, float]:
    """Return seconds from the start of the process to the first answer, and megabytes of PSS."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--log", "json", *options]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            ready = json.loads(server.stdout.readline())
            ask(ready["base_url"] + "/campaign-info?limit=10")
            seconds = time.perf_counter() - started
            time.sleep(1)  # idle
            return seconds, sum(map(pss_mb, family(server.pid)))
        finally:
            server.terminate()


def ask(url: str) -> None:
    """Send one request and read its answer."""
    request = urllib.request.Request(url, headers={"Authorization": "your_api_key_here"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        json.load(answer)


def family(pid: int) -> list[int]:
    """Return a process and all processes below it."""
    children = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        children += [int(child) for child in (task / "children").read_text().split()]
    return [pid, *(one for child in children for one in family(child))]


def pss_mb(pid: int) -> float:
    """Return the proportional set size of a process in megabytes."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    kilobytes = next(line.split()[1] for line in text.splitlines() if line.startswith("Pss:"))
    return int(kilobytes) / 1024


if __name__ == "__main__":
    os.environ.pop("PYTHONDEVMODE", None)
    main()
