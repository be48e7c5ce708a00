"""The burst that meets the limit: as many requests as the allowance has left, and two more."""

from __future__ import annotations

from contracts.errors import BudgetExhausted, RequestRefused
from contracts.relations.limits import burst_case, most_requests
from contracts.relations.rate_headers import remaining
from contracts.run.sender import CaseSender

__all__ = ["burst"]

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
