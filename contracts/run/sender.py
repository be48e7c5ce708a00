"""Sends the cases of a plan through a gate and keeps what came back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from contracts.errors import BudgetExhausted, RequestRefused
from contracts.gate.target import Target
from contracts.messages import Exchange, Request
from contracts.observations.cases import PlannedRequest
from contracts.observations.observations import Observation
from contracts.plan.ordering import Plan
from contracts.relations.collection.links import follow
from oas.contract import Contract
from oas.pointers import get

__all__ = ["CaseSender", "Gate"]


class Gate(Protocol):
    """What the engine needs of the way out; `contracts.gate.gate.Gate` is one."""

    @property
    def target(self) -> Target:
        """Where the requests go."""
        ...

    @property
    def budget(self) -> int:
        """Most requests that leave."""
        ...

    @property
    def sent(self) -> int:
        """Requests that left so far."""
        ...

    @property
    def is_mock(self) -> bool:
        """Whether the target is a mock whose clock may be advanced."""
        ...

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Everything that was exchanged, by number, redacted."""
        ...

    def has(self, credential: str) -> bool:
        """Whether a request can name this credential now."""
        ...

    def now(self) -> tuple[float, float]:
        """Return what the target's clock shows, seconds since the epoch, and the doubt in seconds."""
        ...

    def open(self, phase: str = "relations") -> Exchange:
        """Send the first request."""
        ...

    def send(self, request: Request, phase: str, *, expects_429: bool = False, once: bool = False) -> Exchange:
        """Send one request; `once`: never a second time, whatever comes."""
        ...


@dataclass(slots=True)
class CaseSender:
    """What has been sent so far, and what could not be.

    Attributes:
        seen: answered cases, in the order of sending.
        skipped: ids of relations → why a case of theirs was not sent, or has no answer.
        stopped: why nothing more is sent; empty while it is.
        watch: receives each case that was sent, and what the plan sends after it; may stop the sending.
    """

    gate: Gate
    document: Contract
    seen: list[Observation] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    stopped: str = ""
    watch: Callable[[PlannedRequest, Sequence[PlannedRequest]], None] | None = None
    _done: set[str] = field(default_factory=set)

    def fresh(self, cases: Iterable[PlannedRequest]) -> list[PlannedRequest]:
        """Return the cases that were not sent yet."""
        return [case for case in cases if case.key not in self._done]

    def send(self, plan: Plan) -> None:
        """Send what is planned, in order, until the gate lets nothing more through."""
        for place, case in enumerate(plan.cases, start=1):
            if self.stopped:
                self._skip(case, self.stopped)
            elif case.key not in self._done:
                self._done.add(case.key)
                self._send_case(case)
                if self.watch is not None and not self.stopped:
                    self.watch(case, plan.cases[place:])

    def again(self, seen: Observation) -> Observation | None:
        """Send a request once more for a second look; None where that is not possible."""
        exchange = self._exchange(seen.case)
        return self._keep(seen.case, exchange, seen.walk) if exchange is not None and exchange.answer else None

    def note(self, case: PlannedRequest, exchange: Exchange) -> None:
        """Keep an exchange that took place outside a plan."""
        self._done.add(case.key)
        if exchange.answer is not None:
            self.seen.append(self._keep(case, exchange, ""))
        else:
            self._skip(case, f"no answer: {exchange.failure}")

    def _send_case(self, case: PlannedRequest) -> None:
        walk = case.key if case.link else ""
        step: PlannedRequest | None = case
        for _ in range(case.cost):
            exchange = self._exchange(step) if step is not None else None
            if exchange is None or step is None:
                return
            if exchange.answer is None:
                self._skip(case, f"no answer: {exchange.failure}")
                return
            self.seen.append(self._keep(step, exchange, walk))
            step = self._next(step, exchange)

    def _next(self, case: PlannedRequest, exchange: Exchange) -> PlannedRequest | None:
        operation = self.document.by_id.get(case.request.operation_id)
        link = get(exchange.answer.json, case.link) if exchange.answer and case.link else None
        request = follow(operation, link) if operation and isinstance(link, str) else None
        return replace(case, request=request, meaning=f"the link {link}", follows=0) if request else None

    def _exchange(self, case: PlannedRequest) -> Exchange | None:
        try:
            return self.gate.send(case.request, "relations")
        except BudgetExhausted as error:
            self.stopped = str(error)
            self._skip(case, self.stopped)
        except RequestRefused as error:
            self._skip(case, str(error))
        return None

    def _keep(self, case: PlannedRequest, exchange: Exchange, walk: str) -> Observation:
        operation = self.document.by_id.get(case.request.operation_id)
        now = self.gate.now()[0] if self.gate.is_mock else None
        return Observation(case, exchange, operation, walk, now)

    def _skip(self, case: PlannedRequest, reason: str) -> None:
        for name in case.covers:
            self.skipped.setdefault(name, reason)
