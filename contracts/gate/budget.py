"""The hard budget: counts what leaves, one request at a time, after the allowance has room for it."""

from __future__ import annotations

import threading

from contracts.allowance.rate_limiter import RateLimiter, WaitBudget
from contracts.errors import BudgetExhausted

__all__ = ["RequestBudget"]


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
