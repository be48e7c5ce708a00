"""The order of generated requests: examples, then every boundary, then every way to be wrong, then random ones.

    examples → positive coverage → conditions that the document names → negative coverage
    → drawn by Hypothesis, positive and negative in turn

Operations take turns, so that a small number of requests already meets them all;
no request comes twice; a shorter run sends the beginning of a longer one. Ids are
placeholders, so that the same seed means the same requests on every server. Of
what may write, few are made.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from contracts.generate.constraints import bind, strip_undocumented, violate
from contracts.generate.expected_outcomes import ExpectedOutcomes
from contracts.generate.placeholders import escaped, placeholder
from contracts.generate.schemathesis_adapter import NEGATIVE, POSITIVE, CaseSource, GeneratedCase
from contracts.messages import Request
from oas.contract import Contract
from oas.operation import Operation

__all__ = ["MOST_WRITES", "generated_cases", "key_of"]

#: Requests to one writing operation that may succeed: each of them makes something that stays.
MOST_WRITES = 3
#: Requests that Hypothesis draws at a time for one operation and mode.
_DRAW = 12
#: One in so many random requests keeps its made-up ids, dates and members, so that they are seen as well.
_UNSETTLED = 5
_MOST_IDLE_ROUNDS = 3


def generated_cases(document: Contract, source: CaseSource, seed: int) -> Iterator[GeneratedCase]:
    """Yield generated requests, ids as placeholders, until nothing new comes up.

    Args:
        document: the contract.
        source: a new one; one that was drawn from gives other requests.
        seed: decides everything random.
    """
    judge = ExpectedOutcomes(document, {})
    met: set[str] = set()
    written: Counter[str] = Counter()
    turn = idle = 0
    for batch in _batches(document, source, seed):
        is_idle = True
        for draft in batch:
            turn += 1
            made = replace(draft, request=_settled(document, draft, turn, judge))
            key = key_of(made.request)
            if key in met:
                continue
            met.add(key)
            # Placeholders are no numbers, so the request is judged as it was generated.
            written[draft.request.operation_id] += (may_write := _may_write(document, draft.request, judge))
            if not may_write or written[draft.request.operation_id] <= MOST_WRITES:
                is_idle = False
                yield made
        # New requests that may all not be sent are no progress either: else a document of writes would have no end.
        idle = idle + 1 if is_idle else 0
        if idle >= _MOST_IDLE_ROUNDS:
            return


def _may_write(document: Contract, request: Request, judge: ExpectedOutcomes) -> bool:
    """Whether a request may change something on a right server: it is for a write, and not clearly wrong."""
    operation = document.by_id.get(request.operation_id)
    return operation is not None and operation.is_write and not judge.of(request).conditions


def key_of(request: Request) -> str:
    """Return a text that is the same for requests that are the same."""
    return repr(
        (
            *(request.method, request.path, request.query, request.headers, request.body),
            *(request.raw_body, request.content_type, request.credential),
        )
    )


def _batches(document: Contract, source: CaseSource, seed: int) -> Iterator[Iterable[GeneratedCase]]:
    operations = document.operations
    positive = list(_in_turn([source.enumerated(operation, POSITIVE) for operation in operations]))
    yield [draft for draft in positive if draft.stage == "examples"]
    yield [draft for draft in positive if draft.stage != "examples"]
    yield _in_turn([_conditions(operation, positive) for operation in operations])
    yield _in_turn([source.enumerated(operation, NEGATIVE) for operation in operations])
    varied = [operation for operation in operations if operation.inputs]
    number = 0
    while varied:
        number += 1
        yield _in_turn(
            [
                source.drawn(operation, mode, _DRAW, _seed(seed, number, operation, mode))
                for operation in varied
                for mode in (POSITIVE, NEGATIVE)
            ]
        )


def _conditions(operation: Operation, positive: Iterable[GeneratedCase]) -> Iterator[GeneratedCase]:
    """Yield, for each condition that OpenAPI cannot say, the shortest valid request changed so that it holds."""
    required = {item.name: item.entity for item in operation.inputs if item.is_required}
    like = next((draft for draft in positive if draft.request.operation_id == operation.id), None)
    if like is None or not all(required.values()):
        return
    given = {name: placeholder(kind, 1) for name, kind in required.items()}
    asked = Request(operation_id=operation.id, method=operation.method, path=operation.path)
    plain = replace(asked, body=given) if operation.has_body else replace(asked, query=tuple(given.items()))
    for rule in operation.errors:
        request = violate(operation, plain, rule)
        if request is not None:
            yield replace(like, request=request, stage="conditions", mode=NEGATIVE)


def _in_turn(sources: Iterable[Iterable[GeneratedCase]]) -> Iterator[GeneratedCase]:
    waiting = [iter(source) for source in sources]
    while waiting:
        for source in tuple(waiting):
            draft = next(source, None)
            if draft is None:
                waiting.remove(source)
            else:
                yield draft


def _seed(seed: int, number: int, operation: Operation, mode: str) -> int:
    return random.Random(f"{seed} {number} {operation.id} {mode}").getrandbits(32)


def _settled(document: Contract, draft: GeneratedCase, turn: int, judge: ExpectedOutcomes) -> Request:
    request = draft.request
    operation = document.by_id.get(request.operation_id)
    if draft.stage == "conditions":
        return request
    if operation is None or (draft.stage == "drawn" and turn % _UNSETTLED == 0):
        query = tuple((name, escaped(text)) for name, text in request.query)
        return replace(request, query=query, body=escaped(request.body))
    made = bind(operation, request, turn, lambda name, value: judge.fits(operation, name, value))
    # Members that nobody documented are drawn with almost every body, and would leave nothing else to judge.
    return strip_undocumented(operation, made) if draft.stage == "drawn" else made
