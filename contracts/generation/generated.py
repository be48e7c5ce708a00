"""Generated requests on one target: so many of them, judged, one verdict for each operation.

May import `corpus`, `failurestore`, `hunt`, `judging`, `observations`, `verdict`,
`verdicts`, `vocabulary` and, inside functions, what generates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from contracts.contract.document import packaged
from contracts.contract.vocabulary import Document, Operation
from contracts.corpus.lines import Entry
from contracts.corpus.placeholders import Entities
from contracts.errors import BudgetExhausted, RequestRefused
from contracts.generation.failurestore import FailureStore
from contracts.generation.fuzzing import Failed
from contracts.generation.hunt import Hunt, Limits, Tally
from contracts.judging.answer import Judge
from contracts.judging.observations import Observations, Seen
from contracts.judging.verdict import selected
from contracts.messages import Answer, Request
from contracts.planning.cases import Case
from contracts.running.sending import Gate
from contracts.verdicts import Outcome, Relation, Verdict

__all__ = ["MOST_REQUESTS", "FuzzOptions", "Fuzzed", "entities_of", "fuzz", "listed", "verdicts_of", "wanted"]

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
        path: of the document; None is the packaged one.
        example_database: directory or `redis://…` that keeps failures between runs; None keeps none and reads none.
        is_fail_fast: stop at the first violation.
        only: ids or beginnings of ids of the verdicts wanted; empty wants all.
        skip: likewise, not wanted.
        known: fingerprints of violations that the run has told already.
        key_header: header that carries the key; empty is the document's.
    """

    requests: int = MOST_REQUESTS
    seed: int = 0
    path: Path | None = None
    example_database: str | None = None
    is_fail_fast: bool = False
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    key_header: str = ""


@dataclass(frozen=True, slots=True)
class Fuzzed:
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
    tallies: dict[str, Tally] = field(default_factory=dict)


def wanted(
    document: Document, only: tuple[str, ...] = (), skip: tuple[str, ...] = (), kind: str = _PHASE
) -> tuple[Relation, ...]:
    """Return what is judged, one relation for each operation, as far as ids or beginnings of ids choose it."""
    found = (_relation(operation, kind) for operation in document.operations)
    return tuple(item for item in found if selected(item.id, only, skip))


def fuzz(document: Document, gate: Gate, options: FuzzOptions, known: Entities | None = None) -> Fuzzed:
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
        entities = listed(document, gate, _PHASE, once=options.requests == 1)
    limits = Limits(
        requests=options.requests - (gate.sent - before),
        is_fail_fast=options.is_fail_fast,
        key_header=options.key_header,
    )
    hunt = Hunt(gate, Judge(document, entities), entities, limits, store, options.known)
    if limits.requests > 0:
        hunt.begin()
        _hunt(document, options, hunt)
    verdicts = verdicts_of(document, wanted(document, options.only, options.skip), hunt, gate)
    return Fuzzed(verdicts, tuple(hunt.sent), gate.sent - before, hunt.stopped, hunt.tallies)


def entities_of(document: Document, observations: Observations) -> dict[str, tuple[object, ...]]:
    """Return the ids that a run has seen, by type; only of types that parameters name."""
    kinds = {item.entity for operation in document.operations for item in operation.parameters if item.entity}
    found = {kind: observations.entities(kind) for kind in sorted(kinds)}
    # Of a type of which nothing was ever listed nothing is known; of one whose list was empty, that there is none.
    return found if observations.successes else {}


def _hunt(document: Document, options: FuzzOptions, hunt: Hunt) -> None:
    from contracts.generation.fuzzing import Draft, Source
    from contracts.generation.order import drafts

    source = Source(document, options.path or packaged())
    for draft in drafts(document, source, options.seed):
        if hunt.is_over:
            return

        def checks(answer: Answer, draft: Draft = draft) -> Iterable[Failed]:
            return source.failures(draft, answer)

        hunt.ask(Entry(request=draft.request, origin=f"{draft.mode} {draft.stage}"), checks)


def listed(document: Document, gate: Gate, phase: str, *, once: bool = False) -> Entities:
    """Ask the target for its lists, one request: the first read that needs nothing.

    Args:
        document: the contract.
        gate: open for this run.
        phase: for the record.
        once: never send it a second time, whatever comes.
    """
    reads = (item for item in document.operations if item.method == "GET" and not item.is_write)
    read = next((item for item in reads if not any(parameter.is_required for parameter in item.parameters)), None)
    if read is None:
        return {}
    request = Request(operation_id=read.id, method=read.method, path=read.path)
    try:
        exchange = gate.send(request, phase, once=once)
    except (BudgetExhausted, RequestRefused):
        return {}
    if exchange.answer is None:
        return {}
    seen = Seen(Case(request=request, meaning="the lists", serves=()), exchange, read)
    return entities_of(document, Observations(document, (seen,)))


def verdicts_of(document: Document, chosen: Iterable[Relation], hunt: Hunt, gate: Gate) -> tuple[Verdict, ...]:
    """Return how each of `wanted` ended."""
    return tuple(_verdict(relation, document.by_id[relation.operation_id], hunt, gate) for relation in chosen)


def _verdict(relation: Relation, operation: Operation, hunt: Hunt, gate: Gate) -> Verdict:
    tally = hunt.tallies.get(operation.id, Tally())
    if tally.findings:
        return Verdict(relation=relation, outcome=Outcome.BROKEN, violations=tuple(tally.findings), requests=tally.sent)
    if not tally.sent:
        return _unasked(relation, operation, hunt, gate)
    reason = _doubt(operation, tally, hunt)
    outcome = Outcome.INCONCLUSIVE if reason else Outcome.KEPT
    return Verdict(relation=relation, outcome=outcome, reason=reason, requests=tally.sent)


def _unasked(relation: Relation, operation: Operation, hunt: Hunt, gate: Gate) -> Verdict:
    if operation.is_write and gate.target.is_live:
        return _left_out(relation, "generated requests never write on a live target")
    if operation.id in hunt.homeless:
        return Verdict(relation=relation, outcome=Outcome.INCONCLUSIVE, reason=_NOTHING_LISTED)
    return _left_out(relation, hunt.stopped or "no request was left for it; more of them (--fuzz) reach it")


def _doubt(operation: Operation, tally: Tally, hunt: Hunt) -> str:
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
