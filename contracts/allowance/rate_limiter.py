"""Keeps a run within the allowance: asks the ledger, and waits, or advances the clock of a mock instead."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from contracts.allowance.ledger import Ledger, Wait
from contracts.allowance.rate_headers import RateLimitInfo, read_notice
from contracts.allowance.server_clock import ClockReading, Moment, ServerClock, http_date
from contracts.errors import BudgetExhausted
from contracts.events import Waiting
from contracts.messages import Answer
from contracts.request_index import RequestIndex

__all__ = ["RateLimiter", "Timing", "WaitBudget"]

#: So often in a row the clock of a mock is advanced without an answer that shows that it helped.
_MAX_VAIN = 2
_STEP_S = 1.0


@dataclass(frozen=True, slots=True)
class Timing:
    """The clocks of this machine, and how to wait; replaced in tests.

    Attributes:
        now: wall clock, seconds since the epoch.
        monotonic: seconds that never go back.
        sleep: waits so many seconds.
    """

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class WaitBudget:
    """Waits, as long as the run may wait altogether, and tells how long it still takes.

    Args:
        max_wait_s: sum of all waits of the run.
        timing: clocks and sleep.
        tell: called every second of a wait, and with 0 at its end.
    """

    def __init__(self, max_wait_s: float, timing: Timing, tell: Callable[[Waiting], None]) -> None:
        self._left_s = max_wait_s
        self._max_wait_s = max_wait_s
        self._timing = timing
        self._tell = tell

    def wait(self, seconds: float, reason: str) -> None:
        """Wait.

        Raises:
            BudgetExhausted: it would take longer than the run may still wait.
        """
        if seconds > self._left_s:
            raise BudgetExhausted(
                f"{reason}: {seconds:.0f} s more of waiting were needed, but of the {self._max_wait_s:g} s that the run"
                f" may wait (--max-wait) {self._left_s:.0f} s are left"
            )
        self._left_s -= seconds
        end = self._timing.monotonic() + seconds
        while (left := end - self._timing.monotonic()) > 0:
            self._tell(Waiting(seconds=left, reason=reason))
            self._timing.sleep(min(_STEP_S, left))
        self._tell(Waiting(seconds=0.0, reason=reason))

    def skip(self, wait: Wait) -> None:
        """Tell that a wait was not needed, because the clock of the mock was put forward."""
        self._tell(Waiting(seconds=0.0, reason=f"{wait.reason}; the mock's clock was put {wait.seconds:.0f} s forward"))


class AdjustableClock(Protocol):
    """The clock of a mock server."""

    may_advance: bool

    def read(self) -> ClockReading | None:
        """Return what it shows; None where it cannot be read."""
        ...

    def advance(self, seconds: float) -> ClockReading | None:
        """Put it forward; return what it shows then, None where the mock does not do it."""
        ...


class RateLimiter:
    """Requests that the server counts together. Not safe for threads in `acquire`: the gate calls it alone.

    Args:
        surface: what the contract says about limits.
        ledger: the allowance.
        timing: clocks of this machine.
        clock: of a mock, where the server is one that has a clock; None otherwise.
    """

    def __init__(
        self, surface: RequestIndex, ledger: Ledger, timing: Timing, clock: AdjustableClock | None = None
    ) -> None:
        self.ledger = ledger
        self._surface = surface
        self._timing = timing
        self._mock = clock
        self._server = ServerClock(ledger.offset)
        self._vain = 0
        self._sync(clock.read() if clock else None)

    def now(self) -> Moment:
        """Return what the server's clock shows."""
        return self._server.now(self._timing.now())

    def acquire(self, patience: WaitBudget, *, is_forced: bool = False) -> int:
        """Enter one request, when the allowance has room for it.

        Args:
            patience: for the waits.
            is_forced: enter it at once, whatever is left.

        Returns:
            The ticket of the request, for `on_answer`.

        Raises:
            BudgetExhausted: the run may not wait so long.
        """
        while True:
            wait = self.ledger.acquire(self.now(), is_forced=is_forced)
            if wait.is_granted:
                return wait.ticket
            if not self._advance(patience, wait):
                patience.wait(wait.seconds, wait.reason)
                self._sync(self._mock.read() if self._mock else None)

    def on_answer(self, ticket: int, answer: Answer | None, sent: float) -> RateLimitInfo | None:
        """Learn from the answer to the request of a ticket, sent at our moment `sent`; None where none came."""
        if answer is None:
            self.ledger.abandon(ticket, self.now())
            return None
        date = http_date(answer.header("date"))
        if self._mock is None and date is not None:
            self._server.observe(date, sent, answer.received_at)
        notice = read_notice(self._surface, answer)
        now = self.now()
        retry_after_s = notice.retry_after_s
        if notice.is_refusal:
            retry_after_s = retry_after_s or self.ledger.seconds_to_reset(notice.exhausted, now)
        else:
            self._vain = 0
        offset = None if self._mock else self._server.offset
        self.ledger.observe(ticket, now, notice.remaining, retry_after_s, offset)
        return notice

    def _advance(self, patience: WaitBudget, wait: Wait) -> bool:
        """Put the mock's clock forward instead of waiting; False where that is not possible, or does not help."""
        if self._mock is None or not self._mock.may_advance or self._vain >= _MAX_VAIN:
            return False
        self._vain += 1
        if not self._sync(self._mock.advance(wait.seconds)):
            return False
        patience.skip(wait)
        return True

    def _sync(self, reading: ClockReading | None) -> bool:
        if reading is None:
            return False
        self._server.set(reading.moment, reading.sent, reading.received, is_frozen=reading.is_frozen)
        return True
