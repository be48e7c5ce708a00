"""One run: open the gate, learn, ask, look twice at what looks broken, judge, report.

    RunStarted → relations (opening, then the plan made from what it showed) → fuzz → limits → RunFinished

A broken contract is a verdict; only a target that cannot be judged at all, or
a fault of ours, is an exception. May import every module of this package but
the edges.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from contracts import relations
from contracts.config import Config
from contracts.contract.vocabulary import Document
from contracts.judging.confirmation import confirmed
from contracts.judging.observations import Observations
from contracts.judging.rules import Judgement, Rule
from contracts.judging.verdict import Circumstances, verdict_of
from contracts.messages import Exchange
from contracts.planning.agenda import arranged, plan, planned, wanted
from contracts.planning.cases import EXTRA_RANK, Case
from contracts.planning.known import Known, average_of, known_of
from contracts.relations.structure import undocumented
from contracts.report.curl import curl_of
from contracts.running.burst import burst
from contracts.running.events import Listener, PhaseFinished, PhaseStarted, RelationJudged, RunFinished, RunStarted
from contracts.running.sending import Gate, Sending
from contracts.verdicts import Report, Verdict, Violation
from contracts.wire.target import check_first_answer

__all__ = ["Phase", "plan", "run"]

#: Lists come first, then what they list is opened; the plan is made from what both show.
_OPENINGS = 2
#: Why the extra cases of a plan were not sent.
_BEYOND = "beyond what one minute's allowance has room for; a --budget that is given is used in full"
#: Judges generated requests, given what the relations have seen; the verdicts join those of the run.
Phase = Callable[[Observations], tuple[Verdict, ...]]


@dataclass(slots=True)
class _Run:
    """State of one run."""

    config: Config
    document: Document
    gate: Gate
    listener: Listener
    rules: tuple[Rule, ...]
    planned: tuple[Rule, ...]
    sending: Sending
    left_out: list[Case] = field(default_factory=list)
    off: dict[str, str] = field(default_factory=dict)
    is_interrupted: bool = False
    is_short: bool = False
    extra: tuple[Verdict, ...] = ()


def run(
    config: Config,
    document: Document,
    gate: Gate,
    listener: Listener,
    phases: Mapping[str, Phase] | None = None,
) -> Report:
    """Run the phases of the configuration against the target of the gate.

    Args:
        config: of the run.
        document: the contract.
        gate: open for this run; the caller closes it.
        listener: hears the run; `ExchangeFinished` and `Waiting` are told by the gate itself.
        phases: what runs beside the relations, by its name in the configuration.

    Raises:
        TargetUnreachable: the first request has no answer.
        TargetNotJudgeable: the first answer is of another service, or a refusal for too many requests.
        BudgetExhausted: the allowance does not permit even one request.
    """
    started, clock = time.time(), time.monotonic()
    state = _Run(
        config=config,
        document=document,
        gate=gate,
        listener=listener,
        rules=wanted(config, document),
        planned=planned(config, document),
        sending=Sending(gate, document),
    )
    first = gate.open()
    check_first_answer(gate.target, first)
    try:
        _phases(state, first, phases or {})
    except KeyboardInterrupt:
        state.is_interrupted = True
    report = _report(state, started, clock)
    listener(RunFinished(report=report))
    return report


def _phases(state: _Run, first: Exchange, others: Mapping[str, Phase]) -> None:
    known = _allowed(state, Known.nothing(state.document, state.config.seed))
    average = relations.cases(_allowed(state, average_of(state.document, state.config.seed)))
    expected = arranged(state.config, state.planned, average, state.gate.budget).cost
    state.listener(
        RunStarted(
            target=state.gate.target.url,
            budget=state.gate.budget,
            planned=expected,
            seed=state.config.seed,
            is_mock=state.gate.is_mock,
        )
    )
    _note_first(state, first, known)
    for phase in state.config.phases:
        if phase == "relations":
            _relations(state, known, expected)
        elif phase == "limits":
            _limits(state)
        elif phase in others:
            state.extra += others[phase](Observations(state.document, state.sending.seen))


def _allowed(state: _Run, known: Known) -> Known:
    """Leave out what this target and these keys do not permit."""
    is_spared = state.gate.target.is_live and not state.config.allow_writes
    return replace(known, has_member=state.gate.has("member"), allow_writes=not is_spared)


def _note_first(state: _Run, first: Exchange, known: Known) -> None:
    """Count the request that opened the gate as the case that it equals."""
    asked = first.request
    cases = relations.cases(known)
    same = next((case for case in cases if _is_same(case, first)), None)
    if same is not None:
        state.sending.note(same, first)
    elif asked.credential == "key":
        state.sending.note(Case(request=asked, meaning="the first request", serves=()), first)


def _is_same(case: Case, exchange: Exchange) -> bool:
    left, right = case.request, exchange.request
    same = (left.method, left.path, left.query, left.credential) == (
        right.method,
        right.path,
        right.query,
        right.credential,
    )
    return same and case.turn == 0 and left.raw_body is None and not left.body


def _relations(state: _Run, known: Known, expected: int) -> None:
    state.listener(PhaseStarted(phase="relations", planned=expected))
    sending, config = state.sending, state.config
    for _ in range(_OPENINGS):
        cases = tuple(sending.fresh(relations.opening(known)))
        sending.send(arranged(config, state.planned, cases, _room(state)))
        known = _allowed(state, known_of(Observations(state.document, sending.seen), config.seed))
    rest = arranged(config, state.planned, tuple(sending.fresh(relations.cases(known))), _room(state))
    sending.send(rest)
    state.left_out += rest.left_out
    state.is_short = any(case.rank < EXTRA_RANK for case in rest.left_out)
    state.listener(PhaseFinished(phase="relations", reason=sending.stopped))


def _room(state: _Run) -> int:
    return state.gate.budget - state.gate.sent


def _limits(state: _Run) -> None:
    wanted = any(rule.relation.kind == "limits" for rule in state.planned)
    if not wanted or state.document.limits is None:
        return
    if state.gate.target.is_live and not state.config.exhaust:
        state.off["limits"] = "the allowance of this target is not exhausted; --exhaust does it"
        return
    state.listener(
        PhaseStarted(phase="limits", planned=min(window.limit for window in state.document.limits.windows) + 1)
    )
    reason = burst(state.sending)
    if reason:
        state.off["limits"] = reason
    state.listener(PhaseFinished(phase="limits", reason=reason))


def _report(state: _Run, started: float, clock: float) -> Report:
    every = Observations(state.document, state.sending.seen)
    asked = [item for item in state.sending.seen if item.exchange.phase != "limits"]
    plain = every if len(asked) == len(state.sending.seen) else Observations(state.document, asked)
    off = dict(state.off)
    for phase, kind in (("limits", "limits"),):
        if phase not in state.config.phases:
            off[kind] = f"the phase {phase} was not asked for"
    around = Circumstances(
        unserved=frozenset(name for case in state.left_out for name in case.serves),
        skipped=state.sending.skipped,
        off=off,
        asked=frozenset(name for item in state.sending.seen for name in item.case.serves),
        is_short=state.is_short or bool(state.sending.stopped),
        **({} if state.config.budget is not None or state.is_short else {"no_room": _BEYOND}),
    )
    judgements = [(rule, rule(every if _is_of_every_phase(rule) else plain)) for rule in state.rules]
    judgements = confirmed(judgements, plain, state.sending) if not state.is_interrupted else judgements
    verdicts: list[Verdict] = []
    for rule, judgement in judgements:
        verdict = verdict_of(rule, _with_curl(state, judgement), plain, around)
        state.listener(RelationJudged(verdict=verdict))
        verdicts.append(verdict)
    return Report(
        target=state.gate.target.url,
        seed=state.config.seed,
        budget=state.gate.budget,
        sent=state.gate.sent,
        started_at=started,
        duration_s=time.monotonic() - clock,
        verdicts=(*verdicts, *state.extra),
        warnings=undocumented(plain),
        exchanges=state.gate.exchanges,
        versions=(("document", state.document.version),),
        is_interrupted=state.is_interrupted,
    )


def _is_of_every_phase(rule: Rule) -> bool:
    """Whether the answers of the burst count too; they tell nothing to what compares answers."""
    return rule.is_single or rule.relation.kind == "limits"


def _with_curl(state: _Run, judgement: Judgement) -> Judgement:
    requests = {item.number: item.exchange.request for item in state.sending.seen} if judgement.violations else {}
    header = state.config.header_name or state.document.key_header
    violations: list[Violation] = []
    for violation in judgement.violations:
        request = requests.get(violation.exchanges[-1]) if violation.exchanges else None
        curl = curl_of(request, state.gate.target.url, header) if request else ""
        violations.append(replace(violation, curl=curl))
    return replace(judgement, violations=tuple(violations))
