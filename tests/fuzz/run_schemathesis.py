"""Run schemathesis, all checks and phases, against the mock with a high limit and its control API, for several seeds.

    python tests/fuzz/run_schemathesis.py [SEED ...]

Exit code 0 when no seed found anything and every operation had a 2xx answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from mockserver.config import Config
from mockserver.live.server import LiveServer
from oas.package_data import openapi

HERE = Path(__file__).resolve().parent
SEEDS = ("1", "2", "3")
KEY = "your_api_key_here"


def main(seeds: tuple[str, ...]) -> int:
    """Start one server per seed and run schemathesis on it."""
    failed = 0
    for seed in seeds:
        config = Config(limit_minute=10**9, limit_day=10**9, check_answers=True)
        with LiveServer(config) as server, tempfile.TemporaryDirectory() as folder:
            print(f"seed {seed} on {server.base_url}", flush=True)
            code, report = run(server.base_url, seed, Path(folder))
            missing = sorted(operations() - answered(report))
            if missing:
                print(f"seed {seed}: no 2xx answer from {', '.join(missing)}")
            failed += code != 0 or bool(missing)
            print(f"seed {seed} on {server.admin_url}", flush=True)
            failed += run_on_admin(server.admin_url, seed, Path(folder)) != 0
    runs = 2 * len(seeds)
    print(f"{runs - failed} passed, {failed} failed")
    return int(failed > 0)


def run(base_url: str, seed: str, folder: Path) -> tuple[int, Path]:
    """Run the command on the API; returns its exit code and the NDJSON report."""
    report = folder / "report.ndjson"
    environment = {"SCHEMATHESIS_BASE_URL": base_url, "SCHEMATHESIS_API_KEY": KEY}
    environment |= {"PYTHONPATH": str(HERE), "SCHEMATHESIS_HOOKS": "hooks"}
    arguments = ["--header", f"Authorization: {KEY}", "--report", "ndjson", "--report-ndjson-path", str(report)]
    named = ["--config-file", str(HERE / "schemathesis.toml"), "run", str(openapi()), "--url", base_url]
    return schemathesis(named, seed, arguments, environment, folder), report


def run_on_admin(admin_url: str, seed: str, folder: Path) -> int:
    """Run the command on the control API by its own description; returns its exit code."""
    # A stream has no end that the command would wait for; tests/unit/mockserver/control/test_events.py reads it.
    arguments = ["--exclude-operation-id", "stream_requests", "--max-examples", "25"]
    named = ["--config-file", str(HERE / "admin.toml"), "run", f"{admin_url}/openapi.json", "--url", admin_url]
    return schemathesis(named, seed, arguments, {}, folder)


def schemathesis(named: list[str], seed: str, arguments: list[str], environment: dict[str, str], folder: Path) -> int:
    """Run the command with every check in every phase.

    Args:
        named: configuration, document and server.
        seed: of everything that is generated.
        arguments: further ones.
        environment: beside the present one.
        folder: to run in.
    """
    command = [
        sys.executable, "-m", "schemathesis.cli", *named,
        "--checks", "all", "--phases", "examples,coverage,fuzzing,stateful",
        "--mode", "all", "--seed", seed, "--no-color", *arguments,
    ]  # fmt: skip
    return subprocess.run(command, env={**os.environ, **environment}, cwd=folder, check=False).returncode


def operations() -> set[str]:
    """Return method and path of every operation of the contract."""
    from oas.document import load

    return {f"{method.upper()} {path}" for path, method, _, _ in load(openapi()).operations()}


def answered(report: Path) -> set[str]:
    """Return method and path of the operations that gave a 2xx, by an NDJSON report."""
    found: dict[str, int] = defaultdict(int)
    for line in report.read_text("utf-8").splitlines():
        collect(json.loads(line), found)
    return set(found)


def collect(event: dict[str, object], found: dict[str, int]) -> None:
    """Count the 2xx interactions of one event."""
    ((_, body),) = event.items()
    recorder = body.get("recorder") if isinstance(body, dict) else None
    for interaction in (recorder or {}).get("interactions", {}).values():
        response = interaction.get("response") or {}
        if 200 <= response.get("status_code", 0) < 300:
            path = interaction["request"]["uri"].split("third_party", 1)[-1].partition("?")[0]
            found[f"{interaction['request']['method']} {path}"] += 1


if __name__ == "__main__":
    raise SystemExit(main(tuple(sys.argv[1:]) or SEEDS))
