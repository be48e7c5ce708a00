"""A run as a stream of frozen events; console and reports only listen.

DocumentRead → RunStarted
→ (PhaseStarted → (ExchangeFinished | Waiting | RelationJudged)* → PhaseFinished)*
→ RunFinished
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contracts.config import Config
from contracts.messages import Exchange
from contracts.verdicts import Report, Verdict
from oas.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRead:
    """The document has been read; `findings` is what is wrong with it, errors first."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """The plan stands and the target answers.

    Attributes:
        target: base URL, credentials removed.
        budget: most requests that will leave.
        planned: requests planned.
        seed: of every random choice.
        is_mock: the target says that it is a mock.
    """

    target: str
    budget: int
    planned: int
    seed: int
    is_mock: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStarted:
    """A phase begins. `planned` is its number of requests."""

    phase: str
    planned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeFinished:
    """A request left and was answered, or failed.

    Attributes:
        exchange: redacted.
        sent: requests sent so far in the run.
        remaining_minute: allowance left by the answer's headers; None where unknown.
        remaining_day: likewise.
    """

    exchange: Exchange
    sent: int
    remaining_minute: int | None = None
    remaining_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The gate waits for the allowance. `seconds` more, because of `reason`; 0 means that it goes on."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationJudged:
    """A relation has its verdict."""

    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseFinished:
    """A phase ended; `reason` says why it was cut short, empty otherwise."""

    phase: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """The run is over."""

    report: Report


Event = (
    DocumentRead | RunStarted | PhaseStarted | ExchangeFinished | Waiting | RelationJudged | PhaseFinished | RunFinished
)
Listener = Callable[[Event], None]
#: Runs the phases of a run, given its contract, and returns the report; raises what `contracts.api.run` raises.
Drive = Callable[[Config, Any, Listener], Report]
