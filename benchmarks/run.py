"""Measure the mock beside other servers, with the same requests, on the same machine, in the same run.

    python benchmarks/run.py                    install, check, time; print all tables
    python benchmarks/run.py --write            put tables and chart into the documentation as well
    python benchmarks/run.py --quick            a smoke of less than a minute: does all of it still work?
    python benchmarks/run.py --peers-from DIR   use packages of npm that are installed in DIR/node_modules

Peers are installed by npm into the user's cache folder; one that cannot be is
left out with a word. Needs wrk; Linux, for processor time and memory. No figure
of this script is a gate: times of shared machines say nothing alone.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from mockserver.errors import ToolError
from oas import package_data
from side_by_side import chart, outcome, recording, tables
from side_by_side.cases import Case, WrongAnswer
from side_by_side.installing import Shelf
from side_by_side.outcome import Described, Outcome
from side_by_side.peers.peer import PeerMissing, Site
from side_by_side.peers.roster import PEERS
from side_by_side.rounds import Schedule, Time, take, timer
from side_by_side.running import Running, running

HERE = Path(__file__).resolve().parent
QUICK_CASES = ("campaigns", "post", "invalid", "exhausted")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the comparison; 0 when it was, 1 when an answer was wrong, 2 when wrk or the mock is missing or fails."""
    options = _options(argv)
    if shutil.which("wrk") is None:
        print("wrk is not on the path; install it with the system's package manager", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = compare(options, Path(folder))
        except WrongAnswer as error:
            print(f"a wrong answer, so nothing is told: {error}", file=sys.stderr)
            return 1
        except (ToolError, subprocess.SubprocessError) as error:
            print(f"the mock or wrk failed: {error}", file=sys.stderr)
            return 2
    print(tables.whole(found))
    if options.json:
        found.write(options.json)
    if options.write:
        write(found)
    return 0


def compare(options: argparse.Namespace, folder: Path) -> Outcome:
    """Record the right answers, start and check the peers, time them."""
    load = os.getloadavg()[0]
    recorded = recording.record()
    cases = tuple(case for case in recorded.cases if not options.quick or case.name in QUICK_CASES)
    shelf = Shelf.of_user(tuple(path / "node_modules" for path in options.peers_from), not options.quick)
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        peers: dict[str, Running] = {}
        for name in options.peers:
            own = folder / name
            own.mkdir()
            site = Site(
                folder=own,
                install=shelf.install,
                cases=recorded.cases,
                answers=recorded.answers,
                base_path=recorded.base_path,
                document=package_data.openapi(),
            )
            try:
                peers[name] = stack.enter_context(running(PEERS[name](site), site))
                _checked(peers[name], cases)
                print(f"{name}: right", file=sys.stderr)
            except PeerMissing as reason:
                missing[name] = str(reason)
                print(f"{name} is left out: {reason}", file=sys.stderr)
        schedule = Schedule(cases=cases, connections=options.connections, rounds=options.rounds)
        time = timer(options.seconds, folder)
        _warm(peers, schedule, time, is_quick=options.quick)
        samples = take(peers, schedule, time)
        return Outcome(
            date=outcome.today(),
            machine=outcome.machine(),
            load=load,
            seconds=options.seconds,
            titles=outcome.titles(cases),
            peers={name: _described(peer) for name, peer in peers.items()},
            samples=samples,
            missing=missing,
        )


def write(found: Outcome) -> None:
    """Put the tables between their markers and the chart beside them."""
    (HERE / tables.CHART).write_text(chart.svg(found), encoding="utf-8")
    for path, text in ((HERE / "README.md", tables.whole(found)), (HERE.parent / "README.md", tables.front(found))):
        try:
            tables.write_between(path, tables.MARKER, text)
        except tables.MarkersMissing as error:
            print(f"{path.name} is left as it is: {error}", file=sys.stderr)


def _checked(peer: Running, cases: Sequence[Case]) -> None:
    for case in cases:
        try:
            peer.check(case)
        except WrongAnswer as error:
            raise WrongAnswer(f"{peer.peer.name}, {error}") from error


def _warm(peers: Mapping[str, Running], schedule: Schedule, time: Time, *, is_quick: bool) -> None:
    """Let just-in-time compilers see each peer's work before the first round counts: one round, told to nobody."""
    cases = schedule.cases[:1] if is_quick else schedule.cases
    take(peers, Schedule(cases=cases, connections=(max(schedule.connections),), rounds=1), time)


def _described(peer: Running) -> Described:
    return Described(name=peer.peer.name, version=peer.peer.version, does=peer.peer.does, memory_mb=peer.memory_mb())


def at_least_one(text: str) -> int:
    """Read a whole number from 1 on, for argparse.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 on was expected, not {text!r}")
    return int(text)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one round of one second, 32 connections, four cases")
    parser.add_argument("--rounds", type=at_least_one, default=5)
    parser.add_argument("--seconds", type=at_least_one, default=2, help="of each run of wrk")
    parser.add_argument("--connections", type=at_least_one, nargs="+", default=[1, 32])
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--peers-from", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every sample there")
    parser.add_argument("--write", action="store_true", help="update the tables and the chart in the documentation")
    options = parser.parse_args(argv)
    if options.quick:
        options.rounds, options.seconds, options.connections = 1, 1, [32]
    return options


if __name__ == "__main__":
    sys.exit(main())
