"""What an answer says beside its body: headers, and how it is put on the wire."""

from __future__ import annotations

from mockserver import __version__
from mockserver.messages import Delivery, Headers
from mockserver.pipeline.arrival import Arrival, Outcome
from mockserver.pipeline.envelopes import violations_header
from mockserver.scenarios.records import Choice

#: On every answer, so that nobody takes the mock for the real thing, nor its bodies for pages.
MARKS: Headers = (("X-Mock-Version", __version__), ("X-Content-Type-Options", "nosniff"))
_AT_ONCE = Delivery()


def answer_headers(own: Headers, outcome: Outcome, arrival: Arrival) -> Headers:
    """Return all headers of an answer but `Content-Length`, which the edge adds.

    Args:
        own: of the body.
        outcome: whose allowance, violations and choice are told.
        arrival: of the request.
    """
    headers = (*own, *outcome.allowance.headers(), *MARKS, ("X-Mock-Request-Id", arrival.id))
    if outcome.violations:
        headers = (*headers, ("X-Mock-Violations", violations_header(outcome.violations)))
    if outcome.choice is not None:
        headers = (*headers, *_applied(outcome.choice))
    return headers


def delivery_of(outcome: Outcome) -> Delivery | None:
    """Return how a chosen answer is put on the wire; None where that is not special."""
    if outcome.choice is None:
        return None
    answer, chance = outcome.choice.answer, outcome.choice.chance
    delay_s = answer.delay.seconds(chance) if answer.delay is not None else 0.0
    delivery = Delivery(delay_s, answer.fault, answer.dribble_chunks, answer.dribble_s)
    return delivery if delivery != _AT_ONCE else None


def _applied(choice: Choice) -> Headers:
    """Say what was applied, in characters that a header may hold."""
    by = (("X-Mock-Applied", _ascii(choice.by)),)
    return (*by, ("Preference-Applied", _ascii(choice.preference))) if choice.preference else by


def _ascii(text: str) -> str:
    return "".join(char if " " <= char <= "~" else "?" for char in text)[:1000]
