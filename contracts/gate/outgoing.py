"""A request that is ready to send, and the check that blocks writes to a live target."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from contracts.allowance.rate_limiter import RateLimiter, WaitBudget
from contracts.errors import BudgetExhausted, RequestRefused
from contracts.gate.target import Target
from contracts.gate.transport import Reply, WireRequest
from contracts.messages import Exchange, Request
from oas.redaction import Redactor

__all__ = [
    "OutgoingRequest",
    "RequestBudget",
    "SendResult",
    "check_write_allowed",
]


class RequestBudget:
    """Lets at most so many requests leave. Safe for any number of threads.

    Args:
        budget: most requests.
        patience: for the waits.

    Attributes:
        budget: as given.
        sent: requests that left so far.
    """

    def __init__(self, budget: int, patience: WaitBudget) -> None:
        self.budget = budget
        self.sent = 0
        self._patience = patience
        self._turn = threading.Lock()
        self._is_closed = False

    def acquire(self, lane: RateLimiter, *, is_forced: bool) -> tuple[int, int]:
        """Count one request; return its number and its ticket in the lane.

        Args:
            lane: whose allowance it takes from.
            is_forced: at once, whatever is left of the allowance.

        Raises:
            BudgetExhausted: the budget is spent, the run is over, or the wait is longer than the run may wait.
        """
        with self._turn:
            self._check()
            ticket = lane.acquire(self._patience, is_forced=is_forced)
            self._check()
            self.sent += 1
            return self.sent, ticket

    def close(self) -> None:
        """Let nothing more leave, not even what waits."""
        self._is_closed = True

    def _check(self) -> None:
        if self._is_closed:
            raise BudgetExhausted("the run is over; nothing more is sent")
        if self.sent >= self.budget:
            raise BudgetExhausted(f"the budget of {self.budget} requests is spent (--budget)")


#: Headers by which some servers let a request be another than it looks, lower case.
_OVERRIDES = frozenset(("x-http-method-override", "x-http-method", "x-method-override"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingRequest:
    """What is to be sent.

    Attributes:
        request: as planned.
        wire: as sent, key included.
        phase: for the record.
        is_write: it may change something on the server.
        expects_429: it is sent at once, and any answer is taken as it is.
        once: it is never sent a second time.
    """

    request: Request
    wire: WireRequest
    phase: str
    is_write: bool
    expects_429: bool = False
    once: bool = False


@dataclass(frozen=True, slots=True)
class SendResult:
    """What came of it once. `is_refusal`: the server says that a limit is reached."""

    exchange: Exchange
    reply: Reply
    is_refusal: bool


def check_write_allowed(target: Target, errand: OutgoingRequest, redactor: Redactor) -> None:
    """Refuse what may change something on a live target.

    Raises:
        RequestRefused: it may; it was not sent.
    """
    names = {name.lower() for name, _ in errand.wire.headers}
    if target.is_live and (errand.is_write or names & _OVERRIDES):
        raise RequestRefused(
            f"{errand.wire.method} {redactor.text(errand.request.path)} may change something on {target.origin}, which"
            " is not a mock on this machine; it was not sent. --allow-writes sends it."
        )
