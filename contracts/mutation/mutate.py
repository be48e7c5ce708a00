"""The mutation score: how many of the faults that a server can have the relations notice.

A loopback proxy stands between the runner and the embedded mock and gives
every answer of one operation one fault. The share of noticed faults proves
that the suite can fail.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from contracts.config import Config
from contracts.mutation.faulty_proxy import MutatingProxy
from contracts.mutation.mutants import CATEGORIES, Mutant, mutants
from contracts.verdicts import Outcome, Report
from oas.contract import Contract

__all__ = ["Result", "Score", "score", "score_lines", "survivor_line"]

#: Requests of one run, the burst of the 429 apart.
BUDGET = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one fault.

    Attributes:
        mutant: the fault.
        is_caught: a run on it broke a relation.
        relation_id: the first that broke; empty for a survivor.
        answers: answers that had the fault.
        reason: why a survivor survives; empty otherwise.
    """

    mutant: Mutant
    is_caught: bool
    relation_id: str
    answers: int
    reason: str


@dataclass(frozen=True, slots=True)
class Score:
    """Results of all faults that were tried.

    Attributes:
        results: in the order in which they were tried.
        all: faults that were generated, tried or not.
        most_requests: of one run, the burst apart.
    """

    results: tuple[Result, ...]
    all: int
    most_requests: int

    def by_category(self) -> dict[str, tuple[int, int]]:
        """Return category → caught and tried, for categories that were tried."""
        tried = Counter(result.mutant.category for result in self.results)
        caught = Counter(result.mutant.category for result in self.results if result.is_caught)
        return {name: (caught[name], tried[name]) for name in CATEGORIES if tried[name]}

    @property
    def share(self) -> float:
        """Share of noticed faults, 0 to 1, free text left to a line of its own."""
        counted = [result for result in self.results if result.mutant.category != "text"]
        return sum(result.is_caught for result in counted) / len(counted) if counted else 0.0


def score(
    document: Contract, *, sample: int, seed: int, progress: Callable[[Result, int, int], None] | None = None
) -> Score:
    """Try faults one after the other.

    Args:
        document: the packaged contract.
        sample: faults to try, drawn by the seed; 0 tries all.
        seed: of the draw, and of every run.
        progress: receives each result with its place and the number of all.
    """
    from mockserver.live.server import LiveServer

    faults = list(mutants(document, _number_headers(document)))
    chosen = random.Random(seed).sample(faults, sample) if 0 < sample < len(faults) else faults
    results: list[Result] = []
    most = 0
    with LiveServer() as server:
        for place, mutant in enumerate(chosen, 1):
            with MutatingProxy(server.base_url, document).running(mutant) as proxy:
                report = _run(proxy.base_url, mutant, seed)
            most = max(most, _requests(report))
            results.append(_result(mutant, proxy.changed, report))
            if progress is not None:
                progress(results[-1], place, len(chosen))
    return Score(tuple(results), len(faults), most)


def survivor_line(result: Result, place: int, tried: int) -> list[str]:
    """Return the line of a survivor, or of every tenth fault, so that long work shows where it is."""
    if not result.is_caught:
        return [f"{place}/{tried}  survives: {result.mutant.id} ({result.reason}; {result.answers} answers had it)"]
    return [f"{place}/{tried}"] if place % 10 == 0 else []


def score_lines(score: Score) -> list[str]:
    """Return the score as it is printed: by category, then the share without free text."""
    lines = [f"{name:8} {caught} of {tried}" for name, (caught, tried) in score.by_category().items()]
    tried = len(score.results)
    share = f"{score.share:.1%} of the faults were noticed, free text apart"
    return [*lines, f"{share}; {tried} of {score.all} tried, at most {score.most_requests} requests a run"]


def _run(base_url: str, mutant: Mutant, seed: int) -> Report:
    from contracts.api import run

    # A 429 is only met by the burst, which has requests of its own.
    phases = ("limits",) if mutant.status == 429 else ("relations",)
    budget = None if mutant.status == 429 else BUDGET
    return run(Config(base_url=base_url, phases=phases, budget=budget, seed=seed))


def _requests(report: Report) -> int:
    return sum(exchange.phase == "relations" for exchange in report.exchanges)


def _result(mutant: Mutant, answers: int, report: Report) -> Result:
    broken = [verdict.relation.id for verdict in report.verdicts if verdict.outcome is Outcome.BROKEN]
    reason = ""
    if not broken:
        reason = "no answer had the place" if not answers else "no relation reads it, or the schema allows it"
    return Result(
        mutant=mutant,
        is_caught=bool(broken),
        relation_id=broken[0] if broken else "",
        answers=answers,
        reason=reason,
    )


def _number_headers(document: Contract) -> tuple[str, ...]:
    windows = document.limits.windows if document.limits else ()
    return tuple(name for window in windows for name in (window.limit_header, window.remaining_header))
