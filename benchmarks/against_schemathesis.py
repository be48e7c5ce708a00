"""Compare the runner with plain schemathesis on the same servers: the mock, a right server, broken ones.

    python benchmarks/against_schemathesis.py [--broken 4] [--seed 1]

Requests are counted by the servers. A right server that is blamed is a false
alarm, a broken one that is not is a miss. Each tool runs once per server, with
its defaults and the same key. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from apps.broken import BROKEN  # noqa: E402 - found through the path above
from apps.right import ADMIN, Right, serve  # noqa: E402
from contracts import api  # noqa: E402
from contracts.config import Config  # noqa: E402
from mockserver.config import Config as MockConfig  # noqa: E402
from mockserver.live import LiveServer  # noqa: E402

Count = Callable[[], int]


@contextmanager
def counted(server: Right) -> Iterator[tuple[str, str, Count]]:
    """Serve, and count every request that arrives."""
    seen: list[int] = []
    answer = server.answer

    def count(*arguments: Any, **more: Any) -> Any:
        seen.append(1)
        return answer(*arguments, **more)

    server.answer = count  # type: ignore[method-assign]
    with serve(server) as url:
        yield url, ADMIN, lambda: len(seen)


@contextmanager
def mock() -> Iterator[tuple[str, str, Count]]:
    """The mock of this package; its journal counts."""
    import json
    import urllib.request

    with LiveServer(MockConfig(journal_entries=100_000, journal_bytes=1 << 28)) as server:

        def count() -> int:
            with urllib.request.urlopen(server.admin_url + "/requests?limit=1", timeout=20) as answer:
                return int(json.load(answer)["meta"]["total"])

        yield server.base_url, "your_api_key_here", count


def run_contracts(url: str, key: str, folder: Path) -> bool:
    """Run the relations and the burst; returns whether the server is blamed."""
    report = api.run(Config(base_url=url, api_key=key, phases=("relations", "limits"), ledger=folder / "ledger"))
    return bool(report.violations)


def run_schemathesis(url: str, key: str, folder: Path) -> bool:
    """Run schemathesis with its defaults and all checks; returns whether the server is blamed."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(ROOT / "openapi.yaml"), "--url", url]
    command += ["--header", f"Authorization: {key}", "--checks", "all", "--seed", "1", "--no-color"]
    return subprocess.run(command, capture_output=True, cwd=folder, timeout=300, check=False).returncode != 0


TOOLS = {"contracts run": run_contracts, "schemathesis run": run_schemathesis}


def main() -> None:
    """Run every tool on every server and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broken", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    names = random.Random(options.seed).sample(sorted(BROKEN), options.broken)
    servers: dict[str, Callable[[], Any]] = {
        "the mock (right)": mock,
        "a second right server": lambda: counted(Right()),
    }
    servers |= {name: lambda name=name: counted(BROKEN[name].server()) for name in names}  # type: ignore[misc]
    print("| server | tool | requests | seconds | blamed |\n|---|---|---|---|---|")
    for server, opened in servers.items():
        for tool, run in TOOLS.items():
            with opened() as (url, key, count), tempfile.TemporaryDirectory() as folder:
                started = time.perf_counter()
                blamed = run(url, key, Path(folder))
                seconds = time.perf_counter() - started
                print(f"| {server} | {tool} | {count()} | {seconds:.1f} | {'yes' if blamed else 'no'} |", flush=True)


if __name__ == "__main__":
    main()
