"""One run: open the gate, learn, ask, look twice at what looks broken, judge, report.

    RunStarted → relations (opening, then the plan made from what it showed) → fuzz → limits → RunFinished

A broken contract is a verdict; only a target that cannot be judged at all, or
a fault of ours, is an exception.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from contracts import relations
from contracts.config import Config
from contracts.errors import BudgetExhausted, RequestRefused
from contracts.events import Listener, PhaseFinished, PhaseStarted, RunFinished, RunStarted
from contracts.gate.target import check_first_answer
from contracts.messages import Exchange
from contracts.observations.cases import EXTRA_RANK, PlannedRequest
from contracts.observations.known_values import KnownValues, known_of, typical_values
from contracts.observations.observations import Observations
from contracts.plan.selection import fit_to_budget, judged_rules, plan, requested_rules
from contracts.relations.limits import burst_case, most_requests
from contracts.relations.rate_headers import remaining
from contracts.run.fail_fast import STOPPED, FailFast
from contracts.run.results import RunState, build_report
from contracts.run.sender import CaseSender, Gate
from contracts.verdicts import Report, Verdict
from oas.contract import Contract

__all__ = [
    "Phase",
    "burst",
    "plan",
    "run",
]

_AFTER_REFUSAL = 1


def burst(sending: CaseSender) -> str:
    """Send one request again and again, without a pause, until it is refused, and once more.

    Returns:
        Why the burst was cut short or not begun; empty otherwise.
    """
    document, gate = sending.document, sending.gate
    case, limits = burst_case(document), document.limits
    if case is None or limits is None:
        return "there is no operation to repeat"
    window = min(limits.windows, key=lambda item: item.seconds)
    last = next(
        (left for item in reversed(sending.seen) if (left := remaining(item, window)) is not None), window.limit
    )
    room = gate.budget - gate.sent
    if room < last + 1 + _AFTER_REFUSAL:
        return f"the budget has room for {room} requests, the burst needs {last + 1 + _AFTER_REFUSAL}"
    after = 0
    for _ in range(min(room, most_requests(document))):
        try:
            exchange = gate.send(case.request, "limits", expects_429=True)
        except (BudgetExhausted, RequestRefused) as error:
            return str(error)
        sending.note(case, exchange)
        if exchange.answer is None:
            return f"no answer: {exchange.failure}"
        after += exchange.answer.status == limits.status
        if after > _AFTER_REFUSAL:
            return ""
    return ""


#: Lists come first, then what they list is opened; the plan is made from what both show.
_OPENINGS = 2


class Phase(Protocol):
    """Judges generated requests; the verdicts join those of the run."""

    def __call__(self, observations: Observations, stopped: str = "") -> tuple[Verdict, ...]:
        """Send and judge.

        Args:
            observations: what the relations have seen.
            stopped: why nothing more is sent; empty while it is.
        """
        ...


def run(
    config: Config,
    document: Contract,
    gate: Gate,
    listener: Listener,
    phases: Mapping[str, Phase] | None = None,
) -> Report:
    """Run the phases of the configuration against the target of the gate.

    Args:
        config: of the run.
        document: the contract.
        gate: open for this run; the caller closes it.
        listener: receives the events of the run; `ExchangeFinished` and `Waiting` are sent by the gate itself.
        phases: what runs beside the relations, by its name in the configuration.

    Raises:
        TargetUnreachable: the first request has no answer.
        TargetNotJudgeable: the first answer is of another service, or a refusal for too many requests.
        BudgetExhausted: the allowance does not permit even one request.
    """
    started, clock = time.time(), time.monotonic()
    state = _begun(config, document, gate, listener)
    first = gate.open()
    operation = document.by_id.get(first.request.operation_id)
    check_first_answer(gate.target, first, operation)
    try:
        _phases(state, first, phases or {})
    except KeyboardInterrupt:
        state.is_interrupted = True
    report = build_report(state, started, clock)
    listener(RunFinished(report=report))
    return report


def _begun(config: Config, document: Contract, gate: Gate, listener: Listener) -> RunState:
    sending, rules = CaseSender(gate, document), judged_rules(config, document)
    if config.is_fail_fast:
        sending.watch = FailFast(document, rules, sending)
    return RunState(
        config=config,
        document=document,
        gate=gate,
        listener=listener,
        rules=rules,
        planned=requested_rules(config, document),
        sending=sending,
    )


def _phases(state: RunState, first: Exchange, others: Mapping[str, Phase]) -> None:
    known = _allowed(state, KnownValues.nothing(state.document, state.config.seed))
    average = relations.cases(_allowed(state, typical_values(state.document, state.config.seed)))
    expected = fit_to_budget(state.config, state.planned, average, state.gate.budget).cost
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
            _other(state, others[phase])


def _other(state: RunState, phase: Phase) -> None:
    sending = state.sending
    state.extra += phase(Observations(state.document, sending.seen), sending.stopped if _is_over(state) else "")
    if state.config.is_fail_fast and any(verdict.violations for verdict in state.extra):
        sending.stopped = STOPPED


def _is_over(state: RunState) -> bool:
    """Whether a broken relation has ended the run; a budget that is spent, each phase notices for itself."""
    return state.sending.stopped == STOPPED


def _allowed(state: RunState, known: KnownValues) -> KnownValues:
    """Leave out what this target and these keys do not permit."""
    is_spared = state.gate.target.is_live and not state.config.allow_writes
    return replace(known, has_member=state.gate.has("member"), allow_writes=not is_spared)


def _note_first(state: RunState, first: Exchange, known: KnownValues) -> None:
    """Count the request that opened the gate as the case that it equals."""
    asked = first.request
    cases = relations.cases(known)
    same = next((case for case in cases if _is_same(case, first)), None)
    if same is not None:
        state.sending.note(same, first)
    elif asked.credential == "key":
        state.sending.note(PlannedRequest(request=asked, meaning="the first request", covers=()), first)


def _is_same(case: PlannedRequest, exchange: Exchange) -> bool:
    left, right = case.request, exchange.request
    same = (left.method, left.path, left.query, left.credential) == (
        right.method,
        right.path,
        right.query,
        right.credential,
    )
    return same and case.repetition == 0 and left.raw_body is None and not left.body


def _relations(state: RunState, known: KnownValues, expected: int) -> None:
    state.listener(PhaseStarted(phase="relations", planned=expected))
    sending, config = state.sending, state.config
    for _ in range(_OPENINGS):
        cases = tuple(sending.fresh(relations.opening(known)))
        sending.send(fit_to_budget(config, state.planned, cases, _room(state)))
        known = _allowed(state, known_of(Observations(state.document, sending.seen), config.seed))
    rest = fit_to_budget(config, state.planned, tuple(sending.fresh(relations.cases(known))), _room(state))
    sending.send(rest)
    state.left_out += rest.left_out
    state.is_short = any(case.priority < EXTRA_RANK for case in rest.left_out)
    state.listener(PhaseFinished(phase="relations", reason=sending.stopped))


def _room(state: RunState) -> int:
    return state.gate.budget - state.gate.sent


def _limits(state: RunState) -> None:
    judged_rules = any(rule.relation.kind == "limits" for rule in state.planned)
    if not judged_rules or state.document.limits is None:
        return
    if _is_over(state):
        state.off["limits"] = STOPPED
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
