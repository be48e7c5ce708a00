"""Ledger: the rate-limit headers are there, tell the documented limits, and count every request down.

Judged so that other clients of the same key, and any kind of window, raise no
alarm: what is left never stays or rises while the window cannot have changed,
and not every step may be larger than one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from contracts.observations.observations import Observation, Observations
from contracts.relations.clock import in_one_window
from contracts.relations.relation_check import CheckResult, Mismatch, RelationCheck, judged, judged_each
from contracts.verdicts import Relation
from oas.contract import Contract
from oas.vocabulary import RateLimits, RateLimitWindow

__all__ = ["remaining", "rules"]

_KIND = "ledger"
#: Credentials that the target counts under the caller's key.
_OWN = ("key",)
_STRANGERS = ("none", "empty", "unknown", "truncated", "lengthened", "other-case", "elsewhere")
#: A stamp may be this much older than the count it follows, seconds.
_SLACK_S = 1.0
#: Steps that must be seen before "never by exactly one" is said.
_ENOUGH_STEPS = 5


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return the relations of every window; none where the document sets no limits."""
    limits = document.limits
    return tuple(rule for window in limits.windows for rule in _rules(limits, window)) if limits else ()


def _rules(limits: RateLimits, window: RateLimitWindow) -> Iterator[RelationCheck]:
    def relation(pattern: str, cost: int, meaning: str, assumed: str = "") -> Relation:
        name, pointer = f"{_KIND}.{pattern}[{window.name}]", window.pointer
        return Relation(
            id=name, kind=_KIND, operation_id="", pointer=pointer, cost=cost, meaning=meaning, assumed=assumed
        )

    per = f"for the {window.name}"
    present = relation("present", 1, f"Every answer has the headers {per}.")
    yield RelationCheck(present, partial(_judge_present, window), is_single=True, is_universal=True, is_time_bound=True)
    limit = relation("limit", 1, f"The limit header {per} tells the documented {window.limit}.")
    yield RelationCheck(limit, partial(_judge_limit, window), is_single=True, is_universal=True, is_time_bound=True)
    meaning = f"What is left {per} falls by one with every request of the key, whatever its outcome."
    counts = relation("counts", 2, meaning)
    yield RelationCheck(counts, partial(_judge_counts, window, _OWN), is_universal=True, is_time_bound=True)
    meaning = f"What is left {per} falls with every refused request of an unknown caller."
    strangers = relation("strangers", 2, meaning, limits.assumed)
    yield RelationCheck(strangers, partial(_judge_counts, window, _STRANGERS), is_universal=True, is_time_bound=True)


def remaining(seen: Observation, window: RateLimitWindow) -> int | None:
    """Return what an answer says is left in a window; None where it says nothing."""
    return _number(seen.answer.header(window.remaining_header))


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdecimal() else None


def _judge_present(window: RateLimitWindow, relation: Relation, observations: Observations) -> CheckResult:
    def check(seen: Observation) -> Iterator[Mismatch | None]:
        for name in (window.limit_header, window.remaining_header):
            values = seen.answer.headers.get(name.lower(), ())
            if len(values) == 1 and _number(values[0]) is not None:
                yield None
            else:
                title = f"the {seen.status} answer has {name}: {', '.join(values) or 'nothing'}"
                yield Mismatch(title, f"{name} once, a whole number", (seen,), _place(seen, name), ", ".join(values))

    return judged_each(relation, observations.seen, check, "nothing was answered")


def _place(seen: Observation, name: str) -> str:
    return f"{name} {seen.operation.id if seen.operation else ''} {seen.status}"


def _judge_limit(window: RateLimitWindow, relation: Relation, observations: Observations) -> CheckResult:
    def check(seen: Observation) -> Iterator[Mismatch | None]:
        reported = _number(seen.answer.header(window.limit_header))
        if reported is None:
            return
        title = f"{window.limit_header} is {reported}"
        yield (
            None
            if reported == window.limit
            else Mismatch(title, str(window.limit), (seen,), _place(seen, window.limit_header), reported)
        )

    return judged_each(relation, observations.seen, check, "no answer has the header")


def _judge_counts(
    window: RateLimitWindow, credentials: tuple[str, ...], relation: Relation, observations: Observations
) -> CheckResult:
    asked = [item for item in observations.seen if item.exchange.request.credential in credentials]
    # A wrong key that is taken for a right one is counted as that one; auth has a relation for it.
    counted = [item for item in asked if credentials == _OWN or not item.is_success]
    reported = [(item, left) for item in counted if (left := remaining(item, window)) is not None]
    stamp = observations.document.envelope.stamp
    steps = [
        _Step(before, after, left - now, in_one_window(before, after, stamp, window.seconds, _SLACK_S))
        for (before, left), (after, now) in pairwise(reported)
    ]
    return judged(relation, _steps(window, steps), "too few answers in one window")


class _Step(NamedTuple):
    """Two answers after each other, how much less was left, and whether both surely were in one window."""

    before: Observation
    after: Observation
    fall: int
    is_inside: bool


def _steps(window: RateLimitWindow, steps: list[_Step]) -> Iterator[Mismatch | None]:
    name = window.remaining_header
    for before, after, fall, is_inside in steps:
        # What falls is right in whatever window it was. At nothing left a refused request has nothing to take.
        if fall > 0 or (fall == 0 and remaining(after, window) == 0):
            yield None
        elif is_inside:
            what = "stayed the same" if fall == 0 else f"rose by {-fall}"
            operation = after.operation.id if after.operation else ""
            detail = f"{name} {operation}"
            yield Mismatch(
                f"{name} {what} with a request", "one less", (before, after), detail, remaining(after, window)
            )
    inside = [step for step in steps if step.is_inside]
    if len(inside) >= _ENOUGH_STEPS and min(step.fall for step in inside) > 1:
        before, after, fall, _ = inside[0]
        yield Mismatch(f"{name} never falls by exactly one", "one less", (before, after), f"{name} step", fall)
