"""Envelope: every answer repeats its status, tells success, has an identity of its own and a present moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from contracts.observations.comparison import moment_of
from contracts.observations.observations import Observation, Observations
from contracts.relations.clock import clocks_of
from contracts.relations.invariants import SLACK_S, apart
from contracts.relations.relation_check import CheckResult, Mismatch, RelationCheck, judged, judged_each
from contracts.verdicts import Relation
from oas.contract import Contract
from oas.pointers import MISSING, get

__all__ = ["rules"]

_KIND = "envelope"
#: Judges the value at a place of an answer; the last argument is the pattern of the zone.
_Check = Callable[[Observation, object, str, str], Mismatch | None]


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return the relations of the envelope, those whose member the document shows."""
    envelope = document.envelope
    table = (
        ("code", envelope.code, "The code in the body equals the HTTP status.", _code, True),
        ("flag", envelope.flag, "The status in the body is true for success and false for errors.", _flag, True),
        ("zone", envelope.stamp, "Stamps of answers are in the documented zone.", _zone, True),
        ("now", envelope.stamp, "Stamps of answers are close to the target's own clock.", _now, True),
    )
    found = [
        RelationCheck(
            _relation(document, name, place, meaning),
            partial(_judge_each, place, check, envelope.zone),
            is_single=is_single,
            is_universal=True,
            is_time_bound=True,
        )
        for name, place, meaning, check, is_single in table
        if place
    ]
    if envelope.request_id:
        meaning = "No two answers of a run have the same identity."
        relation = _relation(document, "fresh", envelope.request_id, meaning)
        judge = partial(_judge_fresh, envelope.request_id)
        found.append(RelationCheck(relation, judge, is_universal=True, is_time_bound=True))
    return tuple(found)


def _relation(document: Contract, pattern: str, place: str, meaning: str) -> Relation:
    pointers = {getattr(document.envelope, name): home for name, home in document.envelope.pointers.items()}
    return Relation(
        id=f"{_KIND}.{pattern}[{place}]",
        kind=_KIND,
        operation_id="",
        pointer=pointers.get(place, ""),
        cost=2 if pattern == "fresh" else 1,
        meaning=meaning,
    )


def _judge_each(place: str, check: _Check, zone: str, relation: Relation, observations: Observations) -> CheckResult:
    def outcomes(seen: Observation) -> Iterator[Mismatch | None]:
        value = get(seen.body, place)
        if value is not MISSING:
            yield check(seen, value, place, zone)

    return judged_each(relation, observations.seen, outcomes, f"no answer has {place}")


def _code(seen: Observation, value: object, place: str, _zone: str) -> Mismatch | None:
    if value == seen.status and not isinstance(value, bool):
        return None
    return Mismatch(
        f"{place} is {value!r} in a {seen.status} answer", str(seen.status), (seen,), str(seen.status), value
    )


def _flag(seen: Observation, value: object, place: str, _zone: str) -> Mismatch | None:
    is_success = seen.status < 400
    if value is is_success:
        return None
    expected = "true" if is_success else "false"
    return Mismatch(f"{place} is {value!r} in a {seen.status} answer", expected, (seen,), str(seen.status), value)


def _zone(seen: Observation, value: object, place: str, zone: str) -> Mismatch | None:
    if isinstance(value, str) and moment_of(value) is not None and re.search(zone, value):
        return None
    return Mismatch(f"{place} is {value!r}", f"a moment that matches {zone}", (seen,), place, value)


def _now(seen: Observation, value: object, place: str, _zone: str) -> Mismatch | None:
    stamp = moment_of(value)
    if stamp is None:
        return None
    apart_s, now = apart(stamp, clocks_of(seen))
    if apart_s <= SLACK_S:
        return None
    title = f"{place} is {value!r}, {apart_s:.0f} s from the target's clock"
    return Mismatch(title, f"a moment within {SLACK_S:.0f} s of {now.isoformat()}", (seen,), place, value)


def _judge_fresh(place: str, relation: Relation, observations: Observations) -> CheckResult:
    def outcomes() -> Iterator[Mismatch | None]:
        known: dict[str, Observation] = {}
        for seen in observations.seen:
            value = get(seen.body, place)
            if isinstance(value, str):
                before = known.setdefault(value, seen)
                title = f"{place} is {value!r} in two answers"
                yield (
                    None if before is seen else Mismatch(title, "an identity of its own", (before, seen), place, value)
                )

    judgement = judged(relation, outcomes(), f"no answer has {place}")
    return judgement if judgement.checked != 1 else CheckResult(reason="one answer only")
