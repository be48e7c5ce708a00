"""The same corpus on two servers: where their answers differ, by kind.

    status      another HTTP status, or an answer from one of them only
    error_code  another name of the error
    shape       a member or type that only one of them has
    headers     another content type, limit, or set of documented headers
    values      another value at the same place

What must differ is not a difference: ids, each server's own standing for the same
placeholder; stamps, request ids and secrets by the document; what a schema says may
be null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.entries import Entry
from contracts.errors import BudgetExhausted, RequestRefused
from contracts.generate.placeholders import resolve
from contracts.messages import Exchange
from contracts.recordings.comparison import KINDS, Difference, ResponseComparison, ServerSide
from oas.contract import Contract

__all__ = ["KINDS", "Difference", "Drift", "ServerSide", "compare"]

PHASE = "replay"


@dataclass(frozen=True, slots=True)
class Drift:
    """What the comparison came to.

    Attributes:
        differences: by kind, then as they were met.
        compared: requests that both servers answered.
        skipped: line of the corpus → why nothing was compared.
    """

    differences: tuple[Difference, ...]
    compared: int
    skipped: Mapping[int, str]

    def of(self, *kinds: str) -> tuple[Difference, ...]:
        """Return the differences of these kinds."""
        return tuple(item for item in self.differences if item.kind in kinds)


def compare(document: Contract, entries: Sequence[Entry], left: ServerSide, right: ServerSide) -> Drift:
    """Send each request to both servers, one after the other, and compare the answers."""
    found: dict[tuple[str, str, str], Difference] = {}
    skipped: dict[int, str] = {}
    for line, entry in enumerate(entries, 1):
        sent = [_sent(side, entry) for side in (left, right)]
        reason = next((item for item in sent if isinstance(item, str)), "")
        if reason:
            skipped[line] = reason
            continue
        first, second = (item for item in sent if isinstance(item, Exchange))
        if document.limits and document.limits.status in (_status(first), _status(second)):
            skipped[line] = "refused for the rate limit"
            continue
        contrast = ResponseComparison(document, entry.request.operation_id, line, (left, right))
        for difference in contrast.differences(first.answer, second.answer):
            key = (difference.kind, difference.operation_id, difference.place)
            known = found.get(key)
            found[key] = replace(known, count=known.count + 1) if known else difference
    ordered = sorted(found.values(), key=lambda item: KINDS.index(item.kind))
    return Drift(tuple(ordered), len(entries) - len(skipped), skipped)


def _sent(side: ServerSide, entry: Entry) -> Exchange | str:
    request = resolve(entry.request, side.entities)
    if request is None:
        return f"{side.gate.target.url} lists no entity for a placeholder"
    try:
        return side.gate.send(request, PHASE)
    except (BudgetExhausted, RequestRefused) as error:
        return f"{side.gate.target.url}: {error}"


def _status(exchange: Exchange) -> int:
    return exchange.answer.status if exchange.answer else 0
