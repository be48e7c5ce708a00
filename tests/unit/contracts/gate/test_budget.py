from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from contracts.errors import BudgetExhausted
from contracts.gate.outgoing import RequestBudget


@dataclass
class Ledgerless:
    """A lane that has room for everything, and does something while it is asked."""

    meanwhile: Any = None
    taken: list[bool] = field(default_factory=list)

    def acquire(self, patience: Any, *, is_forced: bool = False) -> int:
        self.taken.append(is_forced)
        if self.meanwhile is not None:
            self.meanwhile()
        return len(self.taken)


def counter(budget: int) -> Any:
    return RequestBudget(budget, patience=None)  # type: ignore[arg-type]  # the lane of these tests does not wait


def test_each_request_has_its_number_and_ticket_until_the_budget_is_spent() -> None:
    counting, lane = counter(2), Ledgerless()
    assert [counting.acquire(lane, is_forced=is_forced) for is_forced in (False, True)] == [(1, 1), (2, 2)]
    with pytest.raises(BudgetExhausted, match="the budget of 2 requests is spent"):
        counting.acquire(lane, is_forced=False)
    assert (counting.sent, lane.taken) == (2, [False, True])


def test_what_waits_when_the_run_ends_never_leaves() -> None:
    counting = counter(5)
    with pytest.raises(BudgetExhausted, match="the run is over"):
        counting.acquire(Ledgerless(meanwhile=counting.close), is_forced=False)
    assert counting.sent == 0


def test_racing_threads_never_exceed_the_budget() -> None:
    counting, lane, refused = counter(50), Ledgerless(), []

    def ask() -> None:
        for _ in range(20):
            try:
                counting.acquire(lane, is_forced=False)
            except BudgetExhausted:
                refused.append(1)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (counting.sent, len(refused)) == (50, 110)
