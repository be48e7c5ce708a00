"""Sends a corpus to any server, in its order, through the gate, and judges it the way generated requests are.

contracts.api.run(config, listener, drive=replayed(entries))
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from contracts.config import Config
from contracts.entries import Entry
from contracts.events import Drive, Listener, PhaseFinished, PhaseStarted, RelationJudged, RunFinished, RunStarted
from contracts.gate.target import check_first_answer
from contracts.generate.fuzz_run import FuzzLimits, FuzzRun
from contracts.generate.phase import entities_of, fetch_listings, verdicts_of, wanted
from contracts.generate.placeholders import Entities
from contracts.generate.response_judge import ResponseJudge
from contracts.messages import Exchange
from contracts.observations.cases import PlannedRequest
from contracts.observations.observations import Observation, Observations
from contracts.recordings.format import of_exchanges, write
from contracts.run.sender import CaseSender, Gate
from contracts.verdicts import Relation, Report
from oas.contract import Contract

__all__ = ["PHASE", "first_entities", "replay", "replayed", "save_corpus"]

PHASE = "replay"
_EVERYTHING = 10**9


def replayed(entries: Sequence[Entry]) -> Drive:
    """Return what `contracts.api.run` drives in place of the plan."""

    def drive(config: Config, contract: Contract, listener: Listener) -> Report:
        from contracts.gate.gate import Gate as RealGate
        from contracts.request_index import RequestIndex

        with RealGate(config, RequestIndex.of(contract), listener=listener) as gate:
            return replay(config, contract, gate, listener, entries)

    return drive


def replay(config: Config, document: Contract, gate: Gate, listener: Listener, entries: Sequence[Entry]) -> Report:
    """Send a corpus and judge every answer.

    Args:
        config: of the run.
        document: the contract.
        gate: open for this run; the caller closes it.
        listener: receives the events of the run.
        entries: the corpus.

    Raises:
        TargetUnreachable: the first request has no answer.
        TargetNotJudgeable: the first answer is of another service, or a refusal for too many requests.
        BudgetExhausted: the allowance does not permit even one request.
    """
    started, clock = time.time(), time.monotonic()
    entities = first_entities(document, gate, PHASE)
    url, planned = gate.target.url, len(entries)
    listener(RunStarted(target=url, budget=gate.budget, planned=planned, seed=config.seed, is_mock=gate.is_mock))
    hunt = FuzzRun(gate, ResponseJudge(document, entities), entities, _limits(config))
    listener(PhaseStarted(phase=PHASE, planned=planned))
    is_interrupted = not _sent(hunt, entries)
    listener(PhaseFinished(phase=PHASE, reason=hunt.stopped))
    verdicts = verdicts_of(document, _met(document, config, entries), hunt, gate)
    for verdict in verdicts:
        listener(RelationJudged(verdict=verdict))
    report = Report(
        target=url,
        seed=config.seed,
        budget=gate.budget,
        sent=gate.sent,
        started_at=started,
        duration_s=time.monotonic() - clock,
        verdicts=verdicts,
        exchanges=gate.exchanges,
        versions=(("document", document.version),),
        is_interrupted=is_interrupted,
    )
    listener(RunFinished(report=report))
    return report


def _sent(hunt: FuzzRun, entries: Sequence[Entry]) -> bool:
    """Send a corpus as far as may be; return False where the user interrupts."""
    try:
        for entry in entries:
            if hunt.is_over:
                break
            hunt.ask(entry)
    except KeyboardInterrupt:
        return False
    return True


def first_entities(document: Contract, gate: Gate, phase: str) -> Entities:
    """Open a gate, see that what answers can be judged, and return the ids that exist there.

    Raises:
        TargetUnreachable, TargetNotJudgeable, BudgetExhausted: as `replay`.
    """
    first = gate.open(phase)
    operation = document.by_id.get(first.request.operation_id)
    check_first_answer(gate.target, first, operation)
    known = _entities_in(document, gate, first)
    return known or fetch_listings(document, gate, phase)


def _entities_in(document: Contract, gate: Gate, first: Exchange) -> Entities:
    sending = CaseSender(gate, document)
    sending.note(PlannedRequest(request=first.request, meaning="the lists", covers=()), first)
    return entities_of(document, Observations(document, sending.seen))


def _limits(config: Config) -> FuzzLimits:
    """Take the corpus as it is: nothing is made smaller, and what it writes it may write."""
    return FuzzLimits(
        requests=_EVERYTHING,
        shrinks=0,
        creations=_EVERYTHING,
        wrong_creations=_EVERYTHING,
        is_fail_fast=config.is_fail_fast,
        phase=PHASE,
        key_header=config.header_name or "",
    )


def _met(document: Contract, config: Config, entries: Sequence[Entry]) -> tuple[Relation, ...]:
    """Return the verdicts wanted, of the operations that the corpus asks."""
    paths = {entry.request.path for entry in entries}
    chosen = wanted(document, config.only, config.skip, PHASE)
    return tuple(item for item in chosen if document.by_id[item.operation_id].path in paths)


def save_corpus(path: Path, document: Contract, exchanges: Iterable[Exchange]) -> int:
    """Write what a run has sent as a corpus, the burst that meets the limit left out; return the number of requests.

    Raises:
        ConfigInvalid: the file cannot be written.
    """
    kept = [exchange for exchange in exchanges if exchange.phase != "limits"]
    seen = (
        Observation(
            PlannedRequest(request=item.request, meaning="", covers=()),
            item,
            document.by_id.get(item.request.operation_id),
        )
        for item in kept
        if item.answer is not None
    )
    entities = entities_of(document, Observations(document, seen))
    return write(path, of_exchanges(document, kept, entities))
