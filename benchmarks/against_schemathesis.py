"""Compare the runner with plain schemathesis on the same servers: two right ones, and all broken ones of the tests.

    python benchmarks/against_schemathesis.py [--minutes 40] [--jobs 3] [--broken 8] [--first 0] [--write]

Each run is a process of its own, with the tool's defaults and the same keys and
seed; the servers count the requests. The broken servers come in an order drawn
by the seed, so that what fits into `--minutes` is a fair sample. A finding is a
broken relation of ours, a failure (kind and operation) of schemathesis. On a
right server each finding is a false alarm. A broken server counts as found when
there is a finding that the same tool makes in none of three runs on the right
server it was made from; which one it is, and whether it has to do with what is
broken, is not looked at.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from apps.broken import BROKEN  # noqa: E402 - found through the path above
from apps.right import ADMIN, MEMBER, Right, serve  # noqa: E402
from side_by_side.tables import table, write_between  # noqa: E402

README = Path(__file__).with_name("README.md")
MARKER = "schemathesis"
MOCK, RIGHT = "the mock", "the second right server"
UNLIMITED = "schemathesis, no limit"
OURS = "contracts run"
#: Runs on the right server, since what schemathesis blames depends on the second in which it starts.
RIGHT_RUNS = 3
#: Seconds that one run may take.
RUN_S = 240

Count = Callable[[], int]
Keys = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of one tool on one server.

    Attributes:
        tool: name of it.
        server: name of it.
        requests: counted by the server.
        seconds: from the start of the tool to its end.
        findings: what it blames the server for.
    """

    tool: str
    server: str
    requests: int
    seconds: float
    findings: tuple[str, ...]


@contextmanager
def opened(name: str, *, is_limited: bool) -> Iterator[tuple[str, Keys, Count]]:
    """Serve; yield the base URL, the keys of an administrator and of a member, and what counts the requests."""
    if name == MOCK:
        with mock(is_limited=is_limited) as found:
            yield found
        return
    server = Right() if name == RIGHT else BROKEN[name].server()
    if not is_limited:
        server.limits = (10**6, 10**7)
    with serve(server) as url:
        yield url, (ADMIN, MEMBER), lambda: server.answered


@contextmanager
def mock(*, is_limited: bool) -> Iterator[tuple[str, Keys, Count]]:
    """Serve the mock of this package; its journal counts."""
    import urllib.request

    from mockserver.config import Config
    from mockserver.live.server import LiveServer

    config = Config(journal_entries=100_000, journal_bytes=1 << 28)
    if not is_limited:
        config = replace(config, limit_minute=10**6, limit_day=10**7)
    with LiveServer(config) as server:

        def count() -> int:
            with urllib.request.urlopen(server.admin_url + "/requests?limit=1", timeout=20) as answer:
                return int(json.load(answer)["meta"]["total"])

        yield server.base_url, ("your_api_key_here", "member_api_key_here"), count


def contracts_run(url: str, keys: Keys, folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """Run the relations and the burst; yield the relations that are broken."""
    from contracts import api
    from contracts.config import Config

    config = Config(
        base_url=url,
        api_key=keys[0],
        member_key=keys[1],
        phases=("relations", "limits"),
        ledger=folder / "ledger",
        seed=options.seed,
    )
    yield from sorted({violation.relation_id for violation in api.run(config).violations})


def schemathesis_run(url: str, keys: Keys, folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """Run schemathesis with its defaults and all checks; yield each kind of failure at each operation."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(ROOT / "openapi.yaml"), "--url", url]
    command += ["--header", f"Authorization: {keys[0]}", "--checks", "all", "--seed", str(options.seed), "--no-color"]
    command += ["--max-examples", str(options.examples), "--report", "json", "--report-json-path", str(report)]
    subprocess.run(command, capture_output=True, cwd=folder, timeout=RUN_S - 20, check=False)
    for failure in json.loads(report.read_text(encoding="utf-8"))["failures"]:
        yield from (f"{failure['title']}: {operation}" for operation in failure["operations"])


TOOLS = {OURS: contracts_run, "schemathesis": schemathesis_run, UNLIMITED: schemathesis_run}


def tried(tool: str, server: str, options: argparse.Namespace) -> Trial:
    """Run one tool on one server, in this process."""
    with opened(server, is_limited=tool != UNLIMITED) as (url, keys, count), tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        findings = tuple(TOOLS[tool](url, keys, Path(folder), options))
        return Trial(tool, server, count(), time.perf_counter() - started, findings)


def spawned(tool: str, server: str, options: argparse.Namespace, deadline: float) -> Trial | None:
    """Run one tool on one server in a process of its own; None where time was up, or the run was not to be had."""
    if time.monotonic() > deadline:
        return None
    command = [sys.executable, __file__, "--one", tool, server]
    command += ["--seed", str(options.seed), "--examples", str(options.examples)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_S, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
    except (subprocess.SubprocessError, ValueError, IndexError) as error:
        print(f"{server} · {tool}: no result ({type(error).__name__})", file=sys.stderr, flush=True)
        return None
    trial = Trial(**{**found, "findings": tuple(found["findings"])})
    print(f"{server} · {tool}: {trial.requests} requests, {trial.seconds:.1f} s, {len(trial.findings)} findings",
          file=sys.stderr, flush=True)  # fmt: skip
    return trial


def measured(options: argparse.Namespace) -> list[Trial]:
    """Run every tool on as many servers as the time has room for; servers that one tool missed are left out."""
    names = sorted(BROKEN)
    random.Random(options.seed).shuffle(names)
    servers = (MOCK, *(RIGHT,) * RIGHT_RUNS, *names[options.first :][: options.broken])
    deadline = time.monotonic() + 60 * options.minutes
    with ThreadPoolExecutor(options.jobs) as pool:
        jobs = [pool.submit(spawned, tool, server, options, deadline) for server in servers for tool in TOOLS]
        trials = [trial for trial in (job.result() for job in jobs) if trial is not None]
    whole = [name for name in servers if {trial.tool for trial in trials if trial.server == name} == TOOLS.keys()]
    return [trial for trial in trials if trial.server in whole]


def new_of(trial: Trial, usual: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return the findings that the tool does not make on the right server."""
    return tuple(finding for finding in trial.findings if finding not in usual[trial.tool])


def usual_of(trials: Sequence[Trial]) -> dict[str, frozenset[str]]:
    """Return tool → all that it finds on the right server."""
    right = [trial for trial in trials if trial.server == RIGHT]
    return {tool: frozenset(one for trial in right if trial.tool == tool for one in trial.findings) for tool in TOOLS}


def report(trials: Sequence[Trial], options: argparse.Namespace) -> str:
    """Write both tables: the sums by tool, and what was found on each broken server."""
    usual = usual_of(trials)
    broken = {trial.server: trial.server for trial in trials if trial.server in BROKEN}
    cells = {
        (trial.server, trial.tool): f"{trial.requests}, {trial.seconds:.1f}, {'yes' if new_of(trial, usual) else '–'}"
        for trial in trials
    }
    said = (
        f"{datetime.now(UTC).date()}, seed {options.seed}: {len(broken)} of the {len(BROKEN)} broken servers, "
        f"{options.jobs} runs at a time on {os.cpu_count()} cores, `--max-examples {options.examples}`."
    )
    head = ("tool", "requests (median)", "seconds (median)", "broken servers found", f"alarms: {MOCK}", f"{RIGHT}")
    sums = table(head, [_sums(tool, trials, usual) for tool in TOOLS])
    each = table(
        ("broken server", *(f"{tool}: requests, s, found" for tool in TOOLS)),
        [(name, *(cells[name, tool] for tool in TOOLS)) for name in sorted(broken)],
    )
    return f"{said}\n\n{sums}\n\n{each}"


def _sums(tool: str, trials: Sequence[Trial], usual: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    broken = [trial for trial in trials if trial.tool == tool and trial.server in BROKEN]
    alarms = next(trial.findings for trial in trials if trial.tool == tool and trial.server == MOCK)
    found = sum(bool(new_of(trial, usual)) for trial in broken)
    requests = statistics.median(trial.requests for trial in broken)
    seconds = statistics.median(trial.seconds for trial in broken)
    return (tool, f"{requests:.0f}", f"{seconds:.1f}", f"{found} of {len(broken)}", f"{len(alarms)}",
            f"{len(usual[tool])}")  # fmt: skip


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=40, help="no run begins later")
    parser.add_argument("--jobs", type=int, default=3, help="runs at a time; most of ours is waiting")
    parser.add_argument("--broken", type=int, default=len(BROKEN), help="broken servers, at most")
    parser.add_argument("--first", type=int, default=0, help="place of the first of them in the order drawn")
    parser.add_argument("--examples", type=int, default=100, help="of schemathesis, for each operation; its default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write the tables into README.md of this folder")
    parser.add_argument("--one", nargs=2, metavar=("TOOL", "SERVER"), help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def main() -> None:
    """Run every tool on every server and print the tables."""
    options = arguments()
    if options.one:
        tool, server = options.one
        print(json.dumps(asdict(tried(tool, server, options))))
        return
    os.environ.pop("CONTRACTS_API_KEY", None)
    trials = measured(options)
    if not {MOCK, RIGHT} < {trial.server for trial in trials}:
        sys.exit("too little time: not both right servers and a broken one were reached by every tool; give --minutes")
    text = report(trials, options)
    print(text)
    if options.write:
        write_between(README, MARKER, text)


if __name__ == "__main__":
    main()
