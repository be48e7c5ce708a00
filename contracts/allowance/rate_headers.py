"""What an answer says about the allowance: headers, and the body of a refusal.

Numbers that make no sense are passed over, as if they were not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contracts.allowance.server_clock import http_date
from contracts.messages import Answer
from contracts.request_index import RequestIndex
from oas.pointers import get

__all__ = ["RateLimitInfo", "read_notice"]

_UNAVAILABLE = 503
_WHOLE = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimitInfo:
    """The allowance as the server sees it.

    Attributes:
        remaining: name of a window → requests left in it; windows of which nothing was said are absent.
        retry_after_s: seconds in which nothing more is answered, None where nothing was said; of several, the longest
            within the longest window.
        is_refusal: the answer says that a limit is reached.
    """

    remaining: Mapping[str, int]
    retry_after_s: float | None = None
    is_refusal: bool = False

    @property
    def exhausted(self) -> str:
        """Name of the last window, in the order of the contract, of which nothing is left; empty for none."""
        return next((name for name in reversed(list(self.remaining)) if self.remaining[name] == 0), "")


def read_notice(surface: RequestIndex, answer: Answer) -> RateLimitInfo:
    """Read the allowance that an answer states.

    Source: `x-rate-limit`; RFC 9110 §10.2.3 (`Retry-After` in seconds or as a date).
    """
    is_refusal = answer.status == surface.limits.status
    remaining: dict[str, int] = {}
    for window in surface.windows:
        left = _whole(answer.header(window.remaining_header))
        if left is None and is_refusal and window.remaining_body:
            left = _whole(get(answer.json, window.remaining_body))
        if left is not None:
            remaining[window.name] = left
    found = _waits(surface, answer, is_refusal) if is_refusal or answer.status == _UNAVAILABLE else ()
    waits = [wait for wait in found if 0 < wait <= surface.horizon_s]
    return RateLimitInfo(remaining=remaining, retry_after_s=max(waits, default=None), is_refusal=is_refusal)


def _waits(surface: RequestIndex, answer: Answer, is_refusal: bool) -> Iterator[float]:
    value = answer.header(surface.limits.retry_header)
    seconds = _whole(value)
    if seconds is not None:
        yield float(seconds)
    else:
        until = http_date(value)
        if until is not None:
            yield until - (http_date(answer.header("date")) or answer.received_at)
    if is_refusal and surface.limits.retry_body:
        body = _whole(get(answer.json, surface.limits.retry_body))
        if body is not None:
            yield float(body)


def _whole(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value >= 0 else None
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    return None
