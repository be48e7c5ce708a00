"""The phase of generated requests in a run, between the relations and the limits.

    engine.run(config, document, gate, listener, phases={"fuzz": FuzzPhase(config, document, gate, listener)})

It gets how many requests the budget leaves, tells the listener, and gives
verdicts; what the relations have reported is not reported again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from contracts import relations
from contracts.config import Config
from contracts.entries import Entry
from contracts.errors import BudgetExhausted, RequestRefused, UsageError
from contracts.events import Listener, PhaseFinished, PhaseStarted, RelationJudged
from contracts.generate.failures import FailureStore
from contracts.generate.fuzz_run import FuzzLimits, FuzzRun, OperationStats
from contracts.generate.hypothesis_source import own_storage
from contracts.generate.placeholders import Entities
from contracts.generate.response_judge import ResponseJudge
from contracts.generate.schemathesis_adapter import CheckFailure
from contracts.messages import Answer, Request
from contracts.observations.cases import PlannedRequest
from contracts.observations.observations import Observation, Observations
from contracts.plan.verdict import selected
from contracts.run.sender import Gate
from contracts.verdicts import Outcome, Relation, Verdict
from oas.contract import Contract
from oas.operation import Operation

__all__ = [
    "MOST_REQUESTS",
    "PHASE",
    "FuzzOptions",
    "FuzzPhase",
    "FuzzResult",
    "entities_of",
    "fetch_listings",
    "fuzz",
    "request_count",
    "verdicts_of",
    "wanted",
]

PHASE = "fuzz"
#: One in so many generated requests is a step of a stateful sequence, and at most so many in all.
_STATEFUL_SHARE, _MOST_STATEFUL = 10, 60
_BURST_MARGIN = 2


@dataclass(slots=True)
class FuzzPhase:
    """Runs once; what was sent is kept in `entries`, as a corpus.

    Args:
        config: of the run.
        document: the contract.
        gate: open for the run.
        listener: receives the events of the phase and its verdicts.
    """

    config: Config
    document: Contract
    gate: Gate
    listener: Listener
    entries: tuple[Entry, ...] = ()
    _verdicts: list[Verdict] = field(default_factory=list)

    def __call__(self, observations: Observations, stopped: str = "") -> tuple[Verdict, ...]:
        """Send and judge.

        Args:
            observations: what the relations have seen.
            stopped: why nothing more is sent; empty while it is.

        Raises:
            UsageError: generated requests were asked for, and cannot be made.
        """
        chosen = self._chosen()
        count = request_count(self.config, self.document, self.gate)
        if not chosen:
            return ()
        if stopped:
            return self._left_out(chosen, stopped)
        if not count:
            return self._left_out(chosen, "no generated requests were asked for; --fuzz N sends them")
        self.listener(PhaseStarted(phase=PHASE, planned=count))
        with own_storage():
            reason = self._run(observations, chosen, count)
        self.listener(PhaseFinished(phase=PHASE, reason=reason))
        return tuple(self._verdicts)

    def _run(self, observations: Observations, chosen: tuple[Relation, ...], count: int) -> str:
        entities = entities_of(self.document, observations)
        stateful = min(_MOST_STATEFUL, count // _STATEFUL_SHARE)
        try:
            fuzzed = fuzz(self.document, self.gate, self._options(observations, count - stateful), entities or None)
        except UsageError as error:
            if self.config.fuzz is not None or self.config.example_database is not None:
                raise
            self._left_out(chosen, str(error))
            return str(error)
        self.entries = fuzzed.entries
        self._tell(fuzzed.verdicts)
        self._sequences(entities, count - fuzzed.sent)
        return fuzzed.stopped

    def _sequences(self, entities: Entities, room: int) -> None:
        from contracts.generate.sequence_context import SequenceContext
        from contracts.generate.sequences import RELATION, explore

        if selected(RELATION.id, self.config.only, self.config.skip):
            may_write = not self.gate.target.is_live or self.config.allow_writes
            # Findings name the key's header as this run sends it.
            header = self.config.header_name or self.document.key_header
            context = SequenceContext(self.document, self.gate, entities, room, header)
            self._tell((explore(context, self.config.seed, may_write=may_write),))

    def _options(self, observations: Observations, count: int) -> FuzzOptions:
        return FuzzOptions(
            requests=count,
            seed=self.config.seed,
            example_database=self.config.example_database,
            is_fail_fast=self.config.is_fail_fast,
            only=self.config.only,
            skip=self.config.skip,
            known=_told(self.document, observations),
            key_header=self.config.header_name or "",
        )

    def _chosen(self) -> tuple[Relation, ...]:
        from contracts.generate.sequences import RELATION

        own = wanted(self.document, self.config.only, self.config.skip)
        return (*own, *([RELATION] if selected(RELATION.id, self.config.only, self.config.skip) else []))

    def _left_out(self, chosen: tuple[Relation, ...], reason: str) -> tuple[Verdict, ...]:
        return self._tell(Verdict(relation=item, outcome=Outcome.LEFT_OUT, reason=reason) for item in chosen)

    def _tell(self, verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
        for verdict in verdicts:
            self._verdicts.append(verdict)
            self.listener(RelationJudged(verdict=verdict))
        return tuple(self._verdicts)


def request_count(config: Config, document: Contract, gate: Gate) -> int:
    """Return how many generated requests there are: as asked; else what the budget leaves, at most 600, none if live.

    What is left for the burst that meets the limit is not taken from it.
    """
    room = max(0, gate.budget - gate.sent)
    if config.fuzz is not None:
        return min(config.fuzz, room)
    if gate.target.is_live:
        return 0
    burst = 0
    if "limits" in config.phases and document.limits is not None:
        burst = min(window.limit for window in document.limits.windows) + _BURST_MARGIN
    return max(0, min(MOST_REQUESTS, room - burst))


def _told(document: Contract, observations: Observations) -> frozenset[str]:
    """Return the fingerprints of what single answers of the relations have shown to be wrong."""
    single = (rule for rule in relations.rules(document) if rule.is_single)
    return frozenset(violation.fingerprint for rule in single for violation in rule(observations).violations)


#: Generated requests of a run that does not say how many.
MOST_REQUESTS = 600
#: Share of answers without which nothing is kept.
_MOST_REFUSED = 0.1
_PHASE = "fuzz"
_NOTHING_LISTED = "it needs an id, and the target lists none of that type"


@dataclass(frozen=True, slots=True, kw_only=True)
class FuzzOptions:
    """Settings of the generated requests.

    Attributes:
        requests: most that leave, shrinking included, ≥ 0.
        seed: of every random choice.
        example_database: directory or `redis://…` that keeps failures between runs; None keeps none and reads none.
        is_fail_fast: stop at the first violation.
        only: ids or beginnings of ids of the verdicts wanted; empty wants all.
        skip: likewise, not wanted.
        known: fingerprints of violations that the run has reported already.
        key_header: header that carries the key; empty is the document's.
    """

    requests: int = MOST_REQUESTS
    seed: int = 0
    example_database: str | None = None
    is_fail_fast: bool = False
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    key_header: str = ""


@dataclass(frozen=True, slots=True)
class FuzzResult:
    """What came of the generated requests.

    Attributes:
        verdicts: one for each operation, in the order of the document.
        entries: what was sent, as a corpus; shrinking left out.
        sent: requests that left.
        stopped: why they ended before their number was reached; empty otherwise.
    """

    verdicts: tuple[Verdict, ...]
    entries: tuple[Entry, ...] = ()
    sent: int = 0
    stopped: str = ""
    tallies: dict[str, OperationStats] = field(default_factory=dict)


def wanted(
    document: Contract, only: tuple[str, ...] = (), skip: tuple[str, ...] = (), kind: str = _PHASE
) -> tuple[Relation, ...]:
    """Return what is judged, one relation for each operation, as far as ids or beginnings of ids choose it."""
    found = (_relation(operation, kind) for operation in document.operations)
    return tuple(item for item in found if selected(item.id, only, skip))


def fuzz(document: Contract, gate: Gate, options: FuzzOptions, known: Entities | None = None) -> FuzzResult:
    """Send generated requests and judge their answers.

    Args:
        document: the contract.
        gate: open for this run.
        options: how many, and which.
        known: ids that exist on the target; None asks it for its lists, one request.

    Raises:
        UsageError: schemathesis cannot be used.
        SpecInvalid: schemathesis cannot read the document.
        ConfigInvalid: the example database cannot be used.
    """
    before = gate.sent
    store = FailureStore.open(options.example_database, document) if options.example_database else None
    entities = known or {}
    if known is None and options.requests > 0:
        entities = fetch_listings(document, gate, _PHASE, once=options.requests == 1)
    limits = FuzzLimits(
        requests=options.requests - (gate.sent - before),
        is_fail_fast=options.is_fail_fast,
        key_header=options.key_header,
    )
    hunt = FuzzRun(gate, ResponseJudge(document, entities), entities, limits, store, options.known)
    if limits.requests > 0:
        hunt.begin()
        _hunt(document, options, hunt)
    verdicts = verdicts_of(document, wanted(document, options.only, options.skip), hunt, gate)
    return FuzzResult(verdicts, tuple(hunt.sent), gate.sent - before, hunt.stopped, hunt.tallies)


def entities_of(document: Contract, observations: Observations) -> dict[str, tuple[object, ...]]:
    """Return the ids that a run has seen, by type; only of types that parameters name."""
    kinds = {item.entity for operation in document.operations for item in operation.inputs if item.entity}
    found = {kind: observations.entities(kind) for kind in sorted(kinds)}
    # Of a type of which nothing was ever listed nothing is known; of one whose list was empty, that there is none.
    return found if observations.successes else {}


def _hunt(document: Contract, options: FuzzOptions, hunt: FuzzRun) -> None:
    from contracts.generate.case_order import generated_cases
    from contracts.generate.schemathesis_adapter import CaseSource, GeneratedCase

    source = CaseSource(document)
    for draft in generated_cases(document, source, options.seed):
        if hunt.is_over:
            return

        def checks(answer: Answer, draft: GeneratedCase = draft) -> Iterable[CheckFailure]:
            return source.failures(draft, answer)

        hunt.ask(Entry(request=draft.request, origin=f"{draft.mode} {draft.stage}"), checks)


def fetch_listings(document: Contract, gate: Gate, phase: str, *, once: bool = False) -> Entities:
    """Ask the target for its lists, one request: the first read that needs nothing.

    Args:
        document: the contract.
        gate: open for this run.
        phase: for the record.
        once: never send it a second time, whatever comes.
    """
    reads = (item for item in document.operations if item.method == "GET" and not item.is_write)
    read = next((item for item in reads if not any(parameter.is_required for parameter in item.inputs)), None)
    if read is None:
        return {}
    request = Request(operation_id=read.id, method=read.method, path=read.path)
    try:
        exchange = gate.send(request, phase, once=once)
    except (BudgetExhausted, RequestRefused):
        return {}
    if exchange.answer is None:
        return {}
    seen = Observation(PlannedRequest(request=request, meaning="the lists", covers=()), exchange, read)
    return entities_of(document, Observations(document, (seen,)))


def verdicts_of(document: Contract, chosen: Iterable[Relation], hunt: FuzzRun, gate: Gate) -> tuple[Verdict, ...]:
    """Return how each of `wanted` ended."""
    return tuple(_verdict(relation, document.by_id[relation.operation_id], hunt, gate) for relation in chosen)


def _verdict(relation: Relation, operation: Operation, hunt: FuzzRun, gate: Gate) -> Verdict:
    tally = hunt.tallies.get(operation.id, OperationStats())
    if tally.findings:
        return Verdict(relation=relation, outcome=Outcome.BROKEN, violations=tuple(tally.findings), requests=tally.sent)
    if not tally.sent:
        return _unasked(relation, operation, hunt, gate)
    reason = _doubt(operation, tally, hunt)
    outcome = Outcome.INCONCLUSIVE if reason else Outcome.KEPT
    return Verdict(relation=relation, outcome=outcome, reason=reason, requests=tally.sent)


def _unasked(relation: Relation, operation: Operation, hunt: FuzzRun, gate: Gate) -> Verdict:
    if operation.is_write and gate.target.is_live:
        return _left_out(relation, "generated requests never write on a live target")
    if operation.id in hunt.homeless:
        return Verdict(relation=relation, outcome=Outcome.INCONCLUSIVE, reason=_NOTHING_LISTED)
    return _left_out(relation, hunt.stopped or "no request was left for it; more of them (--fuzz) reach it")


def _doubt(operation: Operation, tally: OperationStats, hunt: FuzzRun) -> str:
    if tally.refused > _MOST_REFUSED * tally.sent:
        return f"{tally.refused / tally.sent:.0%} of the requests were refused for the rate limit"
    if tally.silent > _MOST_REFUSED * tally.sent:
        return hunt.stopped or f"{tally.silent} of {tally.sent} requests had no answer"
    if not tally.succeeded and operation.id in hunt.homeless:
        return _NOTHING_LISTED
    if not tally.succeeded:
        return f"no request to {operation.id} was answered with success"
    return ""


def _relation(operation: Operation, kind: str) -> Relation:
    return Relation(
        id=f"{kind}.operation[{operation.id}]",
        kind=kind,
        operation_id=operation.id,
        pointer=operation.pointer,
        cost=1,
        meaning=f"{operation.id} keeps the document: what is valid succeeds, what is wrong is refused.",
    )


def _left_out(relation: Relation, reason: str) -> Verdict:
    return Verdict(relation=relation, outcome=Outcome.LEFT_OUT, reason=reason)
