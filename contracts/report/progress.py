"""How far a run is, from its events alone; knows no terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

from contracts.events import Event, ExchangeFinished, PhaseFinished, PhaseStarted, RelationJudged, RunStarted, Waiting
from contracts.verdicts import Verdict

__all__ = ["Progress"]


@dataclass(slots=True)
class Progress:
    """What is known so far.

    Attributes:
        phase: that runs now, empty between phases.
        planned: requests of the phase.
        sent_before: requests that had left when the phase began.
        sent: requests that have left.
        budget: most requests that will leave.
        remaining_minute: allowance by the latest answer that told; None where unknown.
        remaining_day: likewise.
        wait_until: moment by the clock of `status` at which waiting ends; None while nothing waits.
        wait_reason: why.
        verdicts: in the order of judgement.
    """

    phase: str = ""
    planned: int = 0
    sent_before: int = 0
    sent: int = 0
    budget: int = 0
    remaining_minute: int | None = None
    remaining_day: int | None = None
    wait_until: float | None = None
    wait_reason: str = ""
    verdicts: list[Verdict] = field(default_factory=list)

    def take(self, event: Event, now_s: float) -> None:
        """Learn from an event that came at `now_s`, seconds of any steady clock."""
        match event:
            case RunStarted():
                self.budget = event.budget
            case PhaseStarted():
                self.phase, self.planned, self.sent_before = event.phase, event.planned, self.sent
            case ExchangeFinished():
                self._exchange(event)
            case Waiting():
                self.wait_until = now_s + event.seconds if event.seconds > 0 else None
                self.wait_reason = event.reason
            case RelationJudged():
                self.verdicts.append(event.verdict)
            case PhaseFinished():
                self.phase, self.wait_until = "", None

    def _exchange(self, event: ExchangeFinished) -> None:
        self.sent, self.wait_until = event.sent, None
        self.remaining_minute = self.remaining_minute if event.remaining_minute is None else event.remaining_minute
        self.remaining_day = self.remaining_day if event.remaining_day is None else event.remaining_day

    @property
    def share(self) -> float:
        """How much of the phase is done, 0 to 1."""
        return min(1.0, (self.sent - self.sent_before) / self.planned) if self.planned else 0.0

    def status(self, now_s: float) -> str:
        """Write one line: requests of the budget, allowance, and the seconds still to wait."""
        parts = [f"{self.sent:,} of {self.budget:,} requests"]
        if self.remaining_minute is not None:
            parts.append(f"{self.remaining_minute:,} left this minute")
        if self.remaining_day is not None:
            parts.append(f"{self.remaining_day:,} left today")
        if self.wait_until is not None:
            parts.append(f"waiting {max(0, ceil(self.wait_until - now_s))} s: {self.wait_reason}")
        return " · ".join(parts)
