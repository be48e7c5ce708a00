"""What all sequences of dependent requests share: the operations they use, the way out, the room, the finding."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.curl import curl_of
from contracts.errors import BudgetExhausted, RequestRefused
from contracts.generate.placeholders import Entities
from contracts.messages import Exchange, Request
from contracts.observations.cases import PlannedRequest
from contracts.observations.comparison import excerpt
from contracts.observations.observations import Observation
from contracts.run.sender import Gate
from contracts.verdicts import Violation
from oas.contract import Contract
from oas.operation import Operation

__all__ = ["BudgetSpent", "ModelMismatch", "SequenceContext"]

_MOST_KEYS = 3
_PHASE = "stateful"
_RELATION_ID = "stateful.sequence"


class BudgetSpent(BaseException):
    """The requests are spent. No `Exception`, so that no machinery takes it for a finding."""


class ModelMismatch(Exception):
    """The server is not what the model says."""


@dataclass(slots=True)
class SequenceContext:
    """What all sequences of a run share.

    Attributes:
        document: the contract.
        gate: open for the run.
        entities: ids that exist.
        max_requests: most requests that leave.
        key_header: header that carries the key, as this run sends it.
        sent: requests that left.
        succeeded: how many of them succeeded.
        created_keys: keys that were made.
        violation: the finding with the fewest steps, None for none.
        stopped: why the gate lets nothing more through; empty while it does.
    """

    document: Contract
    gate: Gate
    entities: Entities
    max_requests: int
    key_header: str
    sent: int = 0
    succeeded: int = 0
    created_keys: int = 0
    violation: Violation | None = None
    stopped: str = ""
    _fewest: int = 10**6

    @property
    def create_operation(self) -> Operation | None:
        """The operation that makes a key: it writes, and its answer holds a secret."""
        writes = (item for item in self.document.operations if item.is_write and item.success)
        return next((item for item in writes if item.success and item.success.annotations.secrets), None)

    @property
    def witness(self) -> Operation | None:
        """A read that needs nothing but a key."""
        return next((item for item in self.document.operations if not item.is_write and not item.inputs), None)

    @property
    def list_operation(self) -> Operation | None:
        """The operation whose answer is a page of a collection."""
        return next((item for item in self.document.operations if item.collection), None)

    @property
    def detail_operation(self) -> Operation | None:
        """The operation that needs the id of one entity."""
        found = (item for item in self.document.operations if not item.is_write)
        return next((item for item in found if any(p.is_required and p.entity for p in item.inputs)), None)

    @property
    def may_create(self) -> bool:
        """Whether another key may be made."""
        return self.create_operation is not None and self.created_keys < _MOST_KEYS

    @property
    def has_made(self) -> bool:
        """Whether a made key can be used."""
        return self.created_keys > 0 and self.gate.has("created")

    def send(self, request: Request) -> Observation | None:
        """Send one request; None where there is nothing to learn from its answer.

        Raises:
            BudgetSpent: nothing more may be sent.
        """
        if self.sent >= self.max_requests:
            raise BudgetSpent
        before = self.gate.sent
        try:
            exchange = self.gate.send(request, _PHASE, once=self.sent + 1 >= self.max_requests)
        except (BudgetExhausted, RequestRefused) as error:
            self.stopped = str(error)
            raise BudgetSpent from error
        self.sent += self.gate.sent - before
        status = exchange.answer.status if exchange.answer else 0
        limits = self.document.limits
        is_refused = status == (limits.status if limits else 429)
        is_foreign = status in (401, 403) and request.credential != "created"
        if exchange.answer is None or is_refused or is_foreign:
            return None
        self.succeeded += 200 <= status < 300
        return self._seen(request, exchange)

    def report(self, seen: Observation, title: str, expected: str, detail: str, steps: list[str]) -> None:
        """Keep a finding, unless one with fewer steps is known, and say that the model does not hold.

        Raises:
            ModelMismatch: always.
        """
        if len(steps) < self._fewest:
            self._fewest = len(steps)
            request, header = seen.exchange.request, self.key_header
            operation = seen.operation
            self.violation = Violation(
                relation_id=_RELATION_ID,
                operation_id=operation.id if operation else "",
                title=f"{title}, after: {'; '.join(steps)}",
                expected=expected,
                pointer=operation.pointer if operation else "/paths",
                excerpt=excerpt(seen.answer.body[:400].decode("utf-8", "replace")),
                exchanges=(seen.number,),
                curl=curl_of(request, self.gate.target.url, header),
                detail=detail,
            )
        raise ModelMismatch(title)

    def _seen(self, request: Request, exchange: Exchange) -> Observation:
        case = PlannedRequest(request=request, meaning="a step of a sequence", covers=())
        return Observation(case, exchange, self.document.by_id.get(request.operation_id))
