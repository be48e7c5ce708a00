"""Alternating rounds: every peer is timed once, then every peer again, so that noise falls on all alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from side_by_side import wrk
from side_by_side.cases import Case, WrongAnswer
from side_by_side.running import Running

#: Measures one case of one peer with so many connections.
Time = Callable[[Running, Case, int], "Sample"]
Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of wrk.

    Attributes:
        rate: requests a second.
        cpu_us: processor time of the server for each request, microseconds.
        p50_us: median of the time to the answer.
        p99_us: its 99th percentile.
    """

    rate: float
    cpu_us: float
    p50_us: int
    p99_us: int


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over all rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Summarise values, at least one."""
        found = sorted(values)
        return cls(statistics.median(found), found[0], found[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What is timed.

    Attributes:
        cases: to be timed.
        connections: numbers of connections.
        rounds: how often everything is timed.
    """

    cases: Sequence[Case]
    connections: Sequence[int]
    rounds: int


def take(peers: Mapping[str, Running], schedule: Schedule, time: Time) -> dict[Key, list[Sample]]:
    """Time every peer in every round; the order of the peers turns by one with each round.

    Returns:
        (short name of the peer, name of the case, connections) → a sample for each round.
    """
    samples: dict[Key, list[Sample]] = {}
    names = list(peers)
    for number in range(schedule.rounds):
        turned = names[number % len(names) :] + names[: number % len(names)]
        for connections in schedule.connections:
            for case in schedule.cases:
                for name in turned:
                    sample = time(peers[name], case, connections)
                    samples.setdefault((name, case.name, connections), []).append(sample)
    return samples


def timer(seconds: int, folder: Path) -> Time:
    """Return what times a case with wrk.

    Args:
        seconds: of each run, whole, ≥ 1.
        folder: for wrk's script.
    """

    def time(peer: Running, case: Case, connections: int) -> Sample:
        load = wrk.Load(
            url=peer.url(case),
            method=case.method,
            headers=peer.headers(case),
            body=case.payload,
            connections=connections,
            seconds=seconds,
        )
        before = peer.cpu_s()
        figures = wrk.run(load, folder / "case.lua")
        judge(peer.peer.name, case, figures)
        cpu_us = (peer.cpu_s() - before) * 1e6 / figures.requests
        return Sample(figures.rate, cpu_us, figures.p50_us, figures.p99_us)

    return time


def judge(name: str, case: Case, figures: wrk.Figures) -> None:
    """See that the answers under load were of the kind that was timed.

    Raises:
        WrongAnswer: some were lost or of another kind. One success among refusals is the first of a day.
    """
    wrong = figures.refused if case.status < 400 else max(0, figures.requests - figures.refused - 1)
    if not figures.requests or figures.lost or wrong:
        text = f"of {figures.requests} answers {wrong} were of another status, {figures.lost} were lost"
        raise WrongAnswer(f"{name}, {case.title} under load: {text}")
