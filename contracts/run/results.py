"""The end of a run: what was seen becomes verdicts, looked at twice where they blame, and a report."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from contracts.config import Config
from contracts.curl import curl_of
from contracts.events import Listener, RelationJudged
from contracts.observations.cases import PlannedRequest
from contracts.observations.observations import Observations
from contracts.plan.verdict import NO_ROOM, RunConditions, verdict_of
from contracts.relations.relation_check import CheckResult, RelationCheck
from contracts.relations.structure import undocumented
from contracts.run.confirmation import confirmed
from contracts.run.fail_fast import STOPPED
from contracts.run.sender import CaseSender, Gate
from contracts.verdicts import Report, Verdict, Violation
from oas.contract import Contract

__all__ = ["RunState", "build_report"]

#: Why the extra cases of a plan were not sent.
_BEYOND = "beyond what one minute's allowance has room for; a --budget that is given is used in full"


@dataclass(slots=True)
class RunState:
    """State of one run.

    Attributes:
        config: of the run.
        document: the contract.
        gate: the way out.
        listener: receives the events of the run.
        rules: what is judged.
        planned: what requests are sent for.
        sending: what was sent, and what could not be.
        left_out: cases that the budget had no room for.
        off: kind of relation → why its phase did not run.
        is_interrupted: by the user.
        is_short: the budget ended before the plan did.
        extra: verdicts of other phases.
    """

    config: Config
    document: Contract
    gate: Gate
    listener: Listener
    rules: tuple[RelationCheck, ...]
    planned: tuple[RelationCheck, ...]
    sending: CaseSender
    left_out: list[PlannedRequest] = field(default_factory=list)
    off: dict[str, str] = field(default_factory=dict)
    is_interrupted: bool = False
    is_short: bool = False
    extra: tuple[Verdict, ...] = ()


def build_report(state: RunState, started: float, clock: float) -> Report:
    """Judge what was seen.

    Args:
        state: of the run.
        started: wall clock at its beginning, seconds since the epoch.
        clock: monotonic clock at its beginning, seconds.
    """
    every = Observations(state.document, state.sending.seen)
    asked = [item for item in state.sending.seen if item.exchange.phase != "limits"]
    plain = every if len(asked) == len(state.sending.seen) else Observations(state.document, asked)
    around = _circumstances(state)
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


def _circumstances(state: RunState) -> RunConditions:
    sending, unserved = state.sending, {name for case in state.left_out for name in case.covers}
    no_room = NO_ROOM if state.config.budget is not None or state.is_short else _BEYOND
    if sending.stopped == STOPPED:
        no_room, unserved = STOPPED, {rule.relation.id for rule in state.rules}
    off = {} if "limits" in state.config.phases else {"limits": "the phase limits was not asked for"}
    return RunConditions(
        unserved=frozenset(unserved),
        skipped=sending.skipped,
        off={**state.off, **off},
        asked=frozenset(name for item in sending.seen for name in item.case.covers),
        is_short=state.is_short or bool(sending.stopped),
        no_room=no_room,
    )


def _is_of_every_phase(rule: RelationCheck) -> bool:
    """Whether this check also looks at responses from the limit probe. Checks that compare requests ignore them."""
    return rule.is_single or rule.relation.kind in ("envelope", "limits")


def _with_curl(state: RunState, judgement: CheckResult) -> CheckResult:
    requests = {item.number: item.exchange.request for item in state.sending.seen} if judgement.violations else {}
    header = state.config.header_name or state.document.key_header
    violations: list[Violation] = []
    for violation in judgement.violations:
        request = requests.get(violation.exchanges[-1]) if violation.exchanges else None
        curl = curl_of(request, state.gate.target.url, header) if request else ""
        violations.append(replace(violation, curl=curl))
    return replace(judgement, violations=tuple(violations))
