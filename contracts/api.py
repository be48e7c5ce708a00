"""The runner for Python: `run(Config(base_url=…)) -> Report`.

check what will be written and read → start the mock where no URL was given → run → apply the baseline
→ compare → write the reports and the corpus → tell the listener that the run is over
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from contracts.config import Config
from contracts.errors import ConfigInvalid
from contracts.events import (
    DocumentRead,
    Drive,
    Event,
    ExchangeFinished,
    Listener,
    RelationJudged,
    RunFinished,
    RunStarted,
)
from contracts.local_mock import reachable
from contracts.messages import Exchange
from contracts.verdicts import SHARD_NOTE, Report, Verdict

if TYPE_CHECKING:
    from contracts.report.source import DocumentSource
    from oas.contract import Contract

__all__ = ["run"]


def run(
    config: Config, listener: Listener | None = None, *, drive: Drive | None = None, today: date | None = None
) -> Report:
    """Judge a server by the contract.

    Ctrl-C ends the run early: the report then holds what is known, and says so.

    Args:
        config: of the run; without a `base_url` a mock is started for it.
        listener: receives every event; the last is `RunFinished`, after the reports are written.
        drive: for tests: what runs the phases.
        today: decides what in the baseline has expired; None is the present day, UTC.

    Returns:
        The report, baseline applied; `contracts.outcome.conclusion.conclude` says what it comes to.

    Raises:
        ConfigInvalid: an option, a file of known failures or of an earlier run, or the place of a report or corpus.
        SpecInvalid: the document cannot be turned into a contract.
        TargetUnreachable: nothing answers at the base URL.
        TargetNotJudgeable: what answers is not this API.
        BudgetExhausted: the allowance does not permit even one request.
        ToolFailed: a fault of ours.
    """
    from contracts.report.source import DocumentSource

    finish = _finisher(config, today or datetime.now(UTC).date())
    contract = config.contract()
    source = DocumentSource.of(contract.document)
    record = RunRecorder(listener or (lambda event: None))
    if contract.findings:
        record(DocumentRead(findings=contract.findings))
    with reachable(config) as target:
        try:
            report = (drive or _drive)(target, contract, record)
        except KeyboardInterrupt:
            report = record.report(config)
    report, failure = _write(finish(report), config, contract, source)
    record.tell(RunFinished(report=report))
    if failure:  # The run is done, so its end comes before the errors of its reports.
        raise failure
    return report


class RunRecorder:
    """Keeps the events of a run, so that an interrupted one leaves a report; holds the end back until it is whole."""

    def __init__(self, tell: Listener) -> None:
        self.tell = tell
        self._started: RunStarted | None = None
        self._at = time.time()
        self._exchanges: list[Exchange] = []
        self._verdicts: list[Verdict] = []
        self._sent = 0

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._started = event
            case ExchangeFinished():
                self._exchanges.append(event.exchange)
                self._sent = max(self._sent, event.sent)
            case RelationJudged():
                self._verdicts.append(event.verdict)
            case RunFinished():
                return
        self.tell(event)

    def report(self, config: Config) -> Report:
        """Make the report of a run that was stopped here."""
        from contracts import __version__

        started = self._started
        return Report(
            target=started.target if started else config.base_url or "",
            seed=config.seed,
            budget=started.budget if started else config.budget or 0,
            sent=self._sent,
            started_at=self._at,
            duration_s=time.time() - self._at,
            verdicts=tuple(self._verdicts),
            exchanges=tuple(self._exchanges),
            versions=(("contracts", __version__),),
            is_interrupted=True,
        )


def _drive(config: Config, contract: Contract, listener: Listener) -> Report:
    """Wire document, gate and engine."""
    from contracts import __version__
    from contracts.gate.gate import Gate
    from contracts.generate.phase import PHASE, FuzzPhase
    from contracts.plan.selection import generating
    from contracts.plan.verdict import check_choice
    from contracts.relations import relations
    from contracts.request_index import RequestIndex
    from contracts.run import engine

    check_choice(config, relations(contract))
    with Gate(config, RequestIndex.of(contract), listener=listener) as gate:
        phase = FuzzPhase(generating(config), contract, gate, listener)
        report = engine.run(config, contract, gate, listener, phases={PHASE: phase})
        notes = tuple(("ledger", text) for text in gate.warnings)
    versions = (("contracts", __version__), *report.versions)
    return replace(report, versions=versions, notes=(*report.notes, *notes))


def _finisher(config: Config, today: date) -> Callable[[Report], Report]:
    """Check where reports go, read what the run will be held against, and return the step that does it."""
    from contracts.outcome import baseline
    from contracts.outcome.comparison import compare
    from contracts.report import ndjson, writers

    writers.check(config.reports)
    if config.save_corpus is not None:
        writers.check_place(config.save_corpus, "--save-corpus")
    known = baseline.load(config.baseline) if config.baseline else None
    before = ndjson.read(config.compare) if config.compare else None

    def finish(report: Report) -> Report:
        report, notes = replace(report, assumptions=config.assumptions), list(report.notes)
        if config.shard is not None:
            notes.append((SHARD_NOTE, str(config.shard)))
        if known is not None:
            standing = baseline.apply(report, known, today)
            report = standing.accept(report)
            notes += standing.notes()
        if before is not None:
            notes += compare(before, report).notes()
        return replace(report, notes=tuple(notes))

    return finish


def _write(
    report: Report, config: Config, contract: Contract, source: DocumentSource
) -> tuple[Report, ConfigInvalid | None]:
    """Write every report and the corpus; return the report with a note for each, and what went wrong first."""
    from contracts.report.writers import WRITERS

    failure, notes = None, list(report.notes)
    for name, path in config.reports:
        try:
            WRITERS[name](report, path, source)
            notes.append(("report", f"{name} {path}"))
        except ConfigInvalid as error:
            failure = failure or error
    try:
        notes += _saved(report, config, contract)
    except ConfigInvalid as error:
        failure = failure or error
    return replace(report, notes=tuple(notes)), failure


def _saved(report: Report, config: Config, contract: Contract) -> Iterator[tuple[str, str]]:
    """Write what was sent as a corpus, where one was asked for; yield a note."""
    if config.save_corpus is None:
        return
    from contracts.recordings.replay import save_corpus

    count = save_corpus(config.save_corpus, contract, report.exchanges)
    yield "corpus", f"{config.save_corpus}, {count} requests"
