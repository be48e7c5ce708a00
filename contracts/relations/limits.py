"""Limits: the allowance is real. A burst ends in a refusal, not before the allowance does and not after.

Runs in a phase of its own, outside the plan: on loopback, or where exhausting
the allowance was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from contracts.observations.cases import PlannedRequest, ask
from contracts.observations.observations import Observation, Observations
from contracts.relations.clock import in_one_window
from contracts.relations.rate_headers import remaining
from contracts.relations.relation_check import Check, CheckResult, Mismatch, RelationCheck, judged, judged_each
from contracts.verdicts import Relation
from oas.contract import Contract
from oas.operation import Operation
from oas.pointers import get, tokens
from oas.vocabulary import RateLimits, RateLimitWindow

__all__ = ["burst_case", "most_requests", "rules"]

_KIND = "limits"
_PHASE = "limits"
#: A stamp may be this much older than the moment that the wait was reckoned from, seconds.
_SLACK_S = 2.0


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return the relations of the shortest window; none where the document sets no limits."""
    limits = document.limits
    if limits is None:
        return ()
    window = _shortest(limits)

    def relation(pattern: str, meaning: str, assumed: str = "") -> Relation:
        return Relation(
            id=f"{_KIND}.{pattern}[{window.name}]",
            kind=_KIND,
            operation_id="",
            pointer=window.pointer if pattern in ("early", "late") else limits.pointer,
            cost=window.limit + 1,
            meaning=meaning,
            assumed=assumed,
        )

    early = relation("early", f"No request is refused while the {window.name} has allowance left.")
    late = relation("late", f"No more than {window.limit} requests are answered in one {window.name}.")
    code = relation("refusal", f"The refusal is {limits.status} {limits.error_code}.")
    body = relation("agrees", "The body of the refusal tells the same allowance as its headers.")
    wait = relation("wait", "The refusal says when a request is answered again, within its window.", limits.assumed)
    return (
        RelationCheck(early, partial(_judge_early, window), is_time_bound=True),
        RelationCheck(late, partial(_judge_late, window), is_time_bound=True),
        RelationCheck(
            code, partial(_judge_refusals, partial(_code, limits, document.envelope.error_code)), is_time_bound=True
        ),
        RelationCheck(body, partial(_judge_refusals, partial(_agrees, limits)), is_time_bound=True),
        RelationCheck(wait, partial(_judge_refusals, partial(_wait, limits)), is_time_bound=True),
    )


def burst_case(document: Contract) -> PlannedRequest | None:
    """Return the request that a burst repeats; None where there are no limits or nothing to ask for."""
    reads = [item for item in document.operations if not item.is_write and not _required(item)]
    if document.limits is None or not reads:
        return None
    operation = min(reads, key=lambda item: len(item.inputs))
    serves = tuple(rule.relation.id for rule in rules(document))
    return PlannedRequest(request=ask(operation), meaning="burst", covers=serves)


def most_requests(document: Contract) -> int:
    """Return after how many requests a burst has failed to meet a refusal, even if a window ended on the way."""
    return 2 * _shortest(document.limits).limit + 3 if document.limits else 0


def _required(operation: Operation) -> bool:
    return any(item.is_required for item in operation.inputs)


def _shortest(limits: RateLimits) -> RateLimitWindow:
    return min(limits.windows, key=lambda window: window.seconds)


def _burst(observations: Observations) -> list[Observation]:
    return [item for item in observations.seen if item.exchange.phase == _PHASE]


def _judge_early(window: RateLimitWindow, relation: Relation, observations: Observations) -> CheckResult:
    burst = _burst(observations)
    refusal = observations.refusal_status

    def outcomes() -> Iterator[Mismatch | None]:
        for before, seen in pairwise(burst):
            left = remaining(before, window)
            if seen.status == refusal and before.status != refusal and left is not None:
                if left and not _is_alone(burst, window):
                    continue  # another client of the key may have taken the rest
                title = f"refused although {left} requests were left"
                yield None if left == 0 else Mismatch(title, "an answer", (before, seen), "early", left)

    return judged(relation, outcomes(), "the allowance was not exhausted" if burst else "not asked")


def _is_alone(burst: list[Observation], window: RateLimitWindow) -> bool:
    """Whether no other client of the key was seen: what was left never fell by more than one between answers."""
    answered = [item for item in burst if item.status < 400]
    reported = [left for item in answered if (left := remaining(item, window)) is not None]
    return all(before - after <= 1 for before, after in pairwise(reported))


def _judge_late(window: RateLimitWindow, relation: Relation, observations: Observations) -> CheckResult:
    burst = _burst(observations)
    stamp = observations.document.envelope.stamp

    def outcomes() -> Iterator[Mismatch | None]:
        for before, seen in pairwise(burst):
            if remaining(before, window) != 0:
                continue
            if seen.status == observations.refusal_status:
                yield None
            elif in_one_window(before, seen, stamp, window.seconds, _SLACK_S):
                title = f"answered {seen.status} although nothing was left of the {window.name}"
                yield Mismatch(title, "a refusal", (before, seen), "late", seen.status)
        if len(burst) > 2 * window.limit and all(item.status != observations.refusal_status for item in burst):
            title = f"{len(burst)} requests at once, none refused"
            yield Mismatch(title, f"a refusal after {window.limit}", (burst[0], burst[-1]), "never", len(burst))

    return judged(relation, outcomes(), "the allowance was not exhausted" if burst else "not asked")


def _judge_refusals(check: Check, relation: Relation, observations: Observations) -> CheckResult:
    refused = [item for item in observations.seen if item.status == observations.refusal_status]
    return judged_each(relation, refused, check, "no request was refused")


def _code(limits: RateLimits, place: str, seen: Observation) -> Iterator[Mismatch | None]:
    reported = get(seen.body, place) if place else limits.error_code
    title = f"{place} is {reported!r}"
    yield None if reported == limits.error_code else Mismatch(title, limits.error_code, (seen,), place, reported)


def _agrees(limits: RateLimits, seen: Observation) -> Iterator[Mismatch | None]:
    for window in limits.windows:
        for name, place in ((window.limit_header, window.limit_body), (window.remaining_header, window.remaining_body)):
            sent, reported = seen.answer.header(name), get(seen.body, tokens(place))
            title = f"{place} is {reported!r}, {name} is {sent}"
            yield None if sent == str(reported) else Mismatch(title, "the same number", (seen,), place, reported)


def _wait(limits: RateLimits, seen: Observation) -> Iterator[Mismatch | None]:
    reported = get(seen.body, tokens(limits.retry_body))
    sent = seen.answer.header(limits.retry_header)
    if sent is not None:
        title = f"{limits.retry_header} is {sent}, {limits.retry_body} is {reported!r}"
        yield None if sent == str(reported) else Mismatch(title, "the same seconds", (seen,), "header", sent)
    exhausted = [window for window in limits.windows if remaining(seen, window) == 0]
    longest = max((window.seconds for window in exhausted or limits.windows), default=0)
    fits = isinstance(reported, int) and not isinstance(reported, bool) and 0 <= reported <= longest
    title = f"{limits.retry_body} is {reported!r}"
    yield None if fits else Mismatch(title, f"0 to {longest} seconds", (seen,), limits.retry_body, reported)
