"""The API's envelope around every answer: code, status, message and data.

Success messages are those of the documented examples, error messages those of
`x-error`: the text lives in the contract, not here.
"""

from __future__ import annotations

import itertools
import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson

from mockserver import __version__
from mockserver.pipeline.context import Decision, RequestContext
from mockserver.scenarios.models import ChosenAnswer
from oas.contract import Contract
from oas.messages import DeliveryOptions, Headers, Refusal, Violation
from oas.operation import Operation

#: Zone of the vendor's envelope stamps. Source: samples of the reference.
VENDOR_ZONE = timezone(timedelta(hours=5, minutes=30))
MAX_VIOLATIONS_BYTES = 8192


class Envelopes:
    """Writes the bodies of one document's answers.

    Args:
        spec: whose examples hold the success messages.
    """

    def __init__(self, spec: Contract) -> None:
        self._heads = {operation.id: _head(spec, operation) for operation in spec.operations}

    def success(self, operation: Operation, data: Any) -> bytes:
        """Return the body of a 200.

        Args:
            operation: that was asked.
            data: JSON-ready; parts may be `orjson.Fragment`s, encoded before.
        """
        return self._heads[operation.id] + orjson.dumps(data) + b"}"

    def refusal(self, refusal: Refusal, request_id: str, stamp: str) -> bytes:
        """Return the body of an answer that is not a success. Source: heading Error Handling."""
        data = {"error": refusal.error, "error_code": refusal.error_code, **refusal.data}
        return orjson.dumps(
            {
                "code": refusal.status,
                "status": False,
                "message": refusal.message,
                "data": {**data, "request_id": request_id, "timestamp": stamp},
            }
        )


def _head(spec: Contract, operation: Operation) -> bytes:
    response = operation.response(200)
    media = response.media if response is not None else None
    examples = (media or {}).get("examples") or {}
    values = [example.get("value") for example in examples.values() if isinstance(example, Mapping)]
    messages = [value["message"] for value in values if isinstance(value, Mapping) and "message" in value]
    message = messages[0] if messages else operation.node.get("summary", operation.id)
    return b'{"code":200,"status":true,"message":' + orjson.dumps(str(message)) + b',"data":'


class TimestampFormatter:
    """Envelope stamps such as `2025-05-11T14:59:52+05:30`, made once per second."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: tuple[int | None, str] = (None, "")

    def at(self, moment: float) -> str:
        """Return the stamp of a moment in seconds since the epoch."""
        second = int(moment // 1)
        known, text = self._last
        if known != second:
            text = datetime.fromtimestamp(second, UTC).astimezone(VENDOR_ZONE).isoformat()
            self._last = (second, text)
        return text


def request_ids(start: int | None = None) -> Iterator[str]:
    """Return an iterator over `req_` and 16 hexadecimal digits, never the same twice in 2**64; safe under threads.

    Args:
        start: where the sequence begins; None begins anywhere.
    """
    # No generator: two threads may ask at once, and a generator that is running refuses the second.
    return map(_request_id, itertools.count(secrets.randbits(64) if start is None else start))


def _request_id(number: int) -> str:
    # An odd factor permutes the 64-bit numbers, so neighbours look unlike and none comes twice.
    return f"req_{number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF:016x}"


def violations_header(violations: tuple[Violation, ...]) -> str:
    """Return `X-Mock-Violations`: a JSON array in ASCII, at most 8 KB; what does not fit is left out at its end."""
    size, kept = 2, []
    for violation in violations:
        text = json.dumps(
            {
                "location": violation.location,
                "pointer": violation.pointer,
                "code": violation.code,
                "message": violation.message,
                **({"severity": violation.severity} if violation.severity != "error" else {}),
            }
        )
        size += len(text) + 1
        if size > MAX_VIOLATIONS_BYTES:
            break
        kept.append(text)
    return "[" + ",".join(kept) + "]"


#: On every answer, so that nobody takes the mock for the real thing, nor its bodies for pages.
MARKS: Headers = (("X-Mock-Version", __version__), ("X-Content-Type-Options", "nosniff"))
_AT_ONCE = DeliveryOptions()


def answer_headers(own: Headers, outcome: Decision, arrival: RequestContext) -> Headers:
    """Return all headers of an answer but `Content-Length`, which the edge adds.

    Args:
        own: of the body.
        outcome: whose allowance, violations and choice become headers.
        arrival: of the request.
    """
    headers = (*own, *outcome.allowance.headers(), *MARKS, ("X-Mock-Request-Id", arrival.id))
    if outcome.violations:
        headers = (*headers, ("X-Mock-Violations", violations_header(outcome.violations)))
    if outcome.choice is not None:
        headers = (*headers, *_applied(outcome.choice))
    return headers


def delivery_of(outcome: Decision) -> DeliveryOptions | None:
    """Return how a chosen answer is put on the wire; None where that is not special."""
    if outcome.choice is None:
        return None
    answer, chance = outcome.choice.answer, outcome.choice.chance
    delay_s = answer.delay.seconds(chance) if answer.delay is not None else 0.0
    delivery = DeliveryOptions(delay_s, answer.fault, answer.dribble_chunks, answer.dribble_s)
    return delivery if delivery != _AT_ONCE else None


def _applied(choice: ChosenAnswer) -> Headers:
    """Say what was applied, in characters that a header may hold."""
    by = (("X-Mock-Applied", _ascii(choice.by)),)
    return (*by, ("Preference-Applied", _ascii(choice.preference))) if choice.preference else by


def _ascii(text: str) -> str:
    return "".join(char if " " <= char <= "~" else "?" for char in text)[:1000]
