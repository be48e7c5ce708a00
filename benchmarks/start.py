"""Measure the start of the server: seconds to the first answer, memory once it idles, and what imports cost.

    python benchmarks/start.py [--runs 7]

Prints Markdown tables. Memory is PSS, summed over all processes of the server
(Linux, /proc/PID/smaps_rollup); imports are those of `python -X importtime`.
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

from processes import pss_mb

CASES = {
    "default dataset": [],
    "10,000 routines": ["--routines", "10000"],
    "100,000 routines": ["--routines", "100000"],
}

#: What is imported before a server is ready, and before the help of the runner is shown.
PROGRAMS = ("import mockserver.app, mockserver.http.server", "import contracts.cli.commands")
MOST_IMPORTS = 8


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
    for program in PROGRAMS:
        print(f"\n| `{program}` imports | ms by itself and what it needs |\n|---|---|")
        for module, milliseconds in imports(program)[:MOST_IMPORTS]:
            print(f"| {module} | {milliseconds:.0f} |")


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
            return seconds, pss_mb(server.pid)
        finally:
            server.terminate()


def imports(program: str) -> list[tuple[str, float]]:
    """Return the packages that a program imports, the dearest first, with milliseconds of all that each needs."""
    command = [sys.executable, "-X", "importtime", "-c", program]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    lines = [line.removeprefix("import time:").split("|") for line in told.splitlines() if line.count("|") == 2]
    costs = {name.strip(): int(total) / 1000 for _, total, name in lines if total.strip().isdecimal()}
    packages = {name: cost for name, cost in costs.items() if "." not in name or name.startswith("mockserver.")}
    return sorted(packages.items(), key=lambda pair: -pair[1])


def ask(url: str) -> None:
    """Send one request and read its answer."""
    request = urllib.request.Request(url, headers={"Authorization": "your_api_key_here"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        json.load(answer)


if __name__ == "__main__":
    os.environ.pop("PYTHONDEVMODE", None)
    main()
