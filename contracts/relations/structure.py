"""Structure: answers have a documented status, content type and body, and valid requests succeed."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import partial

from contracts.messages import NOT_JSON
from contracts.observations.observations import Observation, Observations
from contracts.relations.relation_check import Check, CheckResult, Mismatch, RelationCheck, judged_each
from contracts.verdicts import Relation, Violation
from oas.contract import Contract
from oas.operation import Operation
from oas.pointers import get, join, pattern_of

__all__ = ["rules", "undocumented"]

_KIND = "structure"
#: Statuses that speak of the key, not of the request.
_KEY_REFUSED = (401, 403)


def rules(document: Contract) -> tuple[RelationCheck, ...]:
    """Return the relations of every operation."""
    return tuple(rule for operation in document.operations for rule in _rules(operation))


def _rules(operation: Operation) -> Iterator[RelationCheck]:
    def relation(pattern: str, pointer: str, meaning: str) -> Relation:
        name = f"{_KIND}.{pattern}[{operation.id}]"
        return Relation(id=name, kind=_KIND, operation_id=operation.id, pointer=pointer, cost=1, meaning=meaning)

    responses = join(operation.pointer, "responses")
    yield RelationCheck(
        relation("accepts", responses, "A valid request succeeds."),
        partial(_judge_accepts, operation),
        is_universal=True,
    )
    checks = (
        ("status", "Every answer has a documented status.", _status),
        ("type", "Every answer has a documented content type.", _media_type),
        ("body", "Every body is valid by the schema of its status.", _body),
    )
    for pattern, meaning, check in checks:
        judge = partial(_judge_each, operation, check)
        yield RelationCheck(relation(pattern, responses, meaning), judge, is_single=True, is_universal=True)


def _judge_each(operation: Operation, check: Check, relation: Relation, observations: Observations) -> CheckResult:
    seen = (item for item in observations.seen if item.operation is operation)
    return judged_each(relation, seen, check, f"{operation.id} was not answered")


def _status(seen: Observation) -> Iterator[Mismatch | None]:
    assert seen.operation is not None
    documented = ", ".join([*map(str, sorted(seen.operation.responses)), *seen.operation.status_ranges])
    if seen.rule is None:
        title, expected = f"the answer has the undocumented status {seen.status}", f"one of {documented}"
        yield Mismatch(title, expected, (seen,), str(seen.status), seen.status)
    else:
        yield None


def _media_type(seen: Observation) -> Iterator[Mismatch | None]:
    if seen.rule is None or not seen.rule.media_types:
        return
    sent = _sent(seen)
    if not any(fnmatchcase(sent, documented) for documented in seen.rule.media_types):
        expected, pointer = " or ".join(seen.rule.media_types), seen.rule.response_pointer
        title = f"the content type is {sent or 'missing'}"
        yield Mismatch(title, expected, (seen,), str(seen.status), sent, pointer)
    else:
        yield None


def _sent(seen: Observation) -> str:
    """Return the media type of an answer, without its parameters."""
    return (seen.answer.header("content-type") or "").partition(";")[0].strip().lower()


def _body(seen: Observation) -> Iterator[Mismatch | None]:
    if seen.rule is None or not any("json" in documented for documented in seen.rule.media_types):
        return
    if _sent(seen) in seen.rule.media_types and "json" not in _sent(seen):
        return
    if seen.body is NOT_JSON:
        what = "was cut: it is longer than 8 MiB" if seen.answer.is_cut else "is not JSON"
        shown = seen.answer.body[:160].decode("utf-8", "replace")
        yield Mismatch(f"the body {what}", "JSON", (seen,), "json", shown, seen.rule.pointer)
        return
    errors = seen.rule.validate(seen.body)
    for pointer, message in errors[:5]:
        place = pattern_of(pointer)
        home = seen.rule.annotations.pointers.get(place, seen.rule.pointer)
        title = f"{pointer or 'the body'} of the {seen.status} answer: {message[:200]}"
        yield Mismatch(title, "a body valid by its schema", (seen,), place, get(seen.body, pointer), home)
    if not errors:
        yield None


def _judge_accepts(operation: Operation, relation: Relation, observations: Observations) -> CheckResult:
    asked = [item for item in observations.judged if item.operation is operation and item.case.expects is None]
    plain = [item for item in asked if item.status not in _KEY_REFUSED]
    return judged_each(relation, plain, _accepted, "every request was refused for its key" if asked else "not asked")


def _accepted(seen: Observation) -> Iterator[Mismatch | None]:
    if 200 <= seen.status < 300:
        yield None
        return
    asked = ", ".join(sorted(seen.parameters)) or "no parameters"
    yield Mismatch(
        f"a valid request ({seen.case.meaning}) was answered {seen.status}",
        "a 2xx answer",
        (seen,),
        f"{seen.status} {asked}",
        seen.answer.body[:160].decode("utf-8", "replace"),
    )


def undocumented(observations: Observations) -> tuple[Violation, ...]:
    """List members that the document does not name, one warning for each place, in the order they were met."""
    found: dict[tuple[str, str], Violation] = {}
    for seen in observations.seen:
        if seen.rule is not None and isinstance(seen.body, dict):
            for place in _unknown(seen, seen.body, ""):
                operation = seen.operation.id if seen.operation else ""
                found.setdefault((operation, place), _warning(seen, operation, place))
    return tuple(found.values())


def _unknown(seen: Observation, value: object, at: str) -> Iterator[str]:
    facts = seen.annotations
    if isinstance(value, list):
        for item in value[:1]:
            yield from _unknown(seen, item, f"{at}/*")
    elif isinstance(value, dict) and at not in facts.open:
        for name, child in value.items():
            below = join(at, name)
            if below in facts.fields:
                yield from _unknown(seen, child, below)
            else:
                yield below


def _warning(seen: Observation, operation: str, place: str) -> Violation:
    return Violation(
        relation_id=f"{_KIND}.undocumented[{operation}]",
        operation_id=operation,
        title=f"{place} of the {seen.status} answer is not documented",
        expected="documented members; more are allowed",
        pointer=seen.rule.pointer if seen.rule else "",
        exchanges=(seen.number,),
        detail=place,
        severity="warning",
    )
