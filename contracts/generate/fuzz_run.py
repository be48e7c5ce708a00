"""Sends generated requests through the gate, a fixed number of them, and gathers what is wrong, each cause once.

    kept failures → generated requests → (finding → the same, smaller, a few times)*

Everything that leaves is counted, shrinking included. An operation that writes is
asked to succeed a few times only, and never on a live target.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from contracts.curl import curl_of
from contracts.entries import Entry
from contracts.errors import BudgetExhausted, RequestRefused
from contracts.generate.failures import FailureStore
from contracts.generate.placeholders import Entities, insert_placeholders, resolve
from contracts.generate.response_judge import Failure, ResponseJudge
from contracts.generate.schemathesis_adapter import CheckFailure
from contracts.generate.shrinking import shrunk
from contracts.messages import Answer, Exchange, Request
from contracts.run.sender import Gate
from contracts.verdicts import Violation

__all__ = ["Checks", "FuzzLimits", "FuzzRun", "OperationStats"]

#: What schemathesis' checks say of an answer; None where the request is none of its own.
Checks = Callable[[Answer], Iterable[CheckFailure]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FuzzLimits:
    """Bounds of a hunt.

    Attributes:
        requests: most requests that leave.
        shrinks: most requests spent on making one finding smaller.
        creations: successes of one writing operation after which nothing valid is sent to it.
        wrong_creations: successes after which nothing at all is sent to it.
        silences: requests in a row without an answer after which nothing more is sent.
        is_fail_fast: stop at the first finding.
        phase: of the exchanges.
        key_header: header that carries the key in the commands of findings; empty is the document's.
    """

    requests: int
    shrinks: int = 24
    creations: int = 3
    wrong_creations: int = 6
    silences: int = 3
    is_fail_fast: bool = False
    phase: str = "fuzz"
    key_header: str = ""


@dataclass(slots=True)
class OperationStats:
    """What became of the requests of one operation."""

    sent: int = 0
    succeeded: int = 0
    refused: int = 0
    silent: int = 0
    findings: list[Violation] = field(default_factory=list)


class FuzzRun:
    """One hunt on one target.

    Args:
        gate: the way out.
        judge: of the answers, made for the target.
        entities: ids that exist there.
        limits: bounds.
        store: failures of earlier runs; None for none.
        known: fingerprints of violations that were reported already.

    Attributes:
        tallies: by operation, as far as it was asked.
        sent: entries of the corpus that were sent, in order, those of shrinking left out.
        homeless: operations that needed an id of a type that the target lists none of.
        stopped: why it ended before its number was reached; empty otherwise.
    """

    def __init__(
        self,
        gate: Gate,
        judge: ResponseJudge,
        entities: Entities,
        limits: FuzzLimits,
        store: FailureStore | None = None,
        known: frozenset[str] = frozenset(),
    ) -> None:
        self._gate = gate
        self._known = known
        self._judge = judge
        self._entities = entities
        self._limits = limits
        self._store = store
        self._end = gate.sent + limits.requests
        self._causes: dict[str, list[Failure]] = {}
        self._created: Counter[str] = Counter()
        self._silent = 0
        self.tallies: dict[str, OperationStats] = {}
        self.sent: list[Entry] = []
        self.homeless: set[str] = set()
        self.stopped = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more may be sent."""
        return bool(self.stopped) or self._gate.sent >= self._end

    def begin(self) -> None:
        """Send what failed in earlier runs first; what fails no more is forgotten."""
        for entry in self._store.entries() if self._store else ():
            if self.is_over:
                return
            if self.ask(entry) is False and self._store:
                self._store.forget(entry)

    def ask(self, entry: Entry, checks: Checks | None = None) -> bool | None:
        """Send one request of a corpus and judge the answer.

        Args:
            entry: with placeholders.
            checks: what else to ask about the answer.

        Returns:
            Whether something is wrong with the answer; None where nothing was sent or could be judged.
        """
        request = resolve(entry.request, self._entities)
        if request is None:
            self.homeless.add(entry.request.operation_id)
        if request is None or not self._may_send(request):
            return None
        exchange = self._send(request)
        if exchange is None:
            return None
        self.sent.append(entry)
        tally = self.tallies.setdefault(self._judge.home_of(request), OperationStats())
        self._count(tally, exchange)
        if exchange.answer is None or self._judge.is_refused(exchange):
            return None
        failures = checks(exchange.answer) if checks else ()
        symptoms = self._judge.judge(request, exchange, self._now(), failures)
        for symptom in symptoms:
            self._meet(tally, request, symptom)
        return bool(symptoms)

    def _meet(self, tally: OperationStats, request: Request, symptom: Failure) -> None:
        """Keep a symptom of a new cause, after its request was made as small as it gets."""
        causes = self._causes.setdefault(symptom.violation.relation_id, [])
        is_told = symptom.violation.fingerprint in self._known
        if is_told or any(symptom.is_like(cause) for cause in causes):
            return
        last = [symptom]

        def shows(candidate: Request) -> bool | None:
            found = self._again(candidate, last[-1])
            if found is not None:
                last.append(found)
            return None if self.is_over else found is not None

        smallest = shrunk(request, shows, self._limits.shrinks)
        if any(last[-1].is_like(cause) for cause in causes):
            return
        causes.append(last[-1])
        tally.findings.append(self._finished(smallest, last[-1]))
        if self._store:
            operation = self._judge.document.by_id.get(smallest.operation_id)
            self._store.keep(Entry(request=insert_placeholders(operation, smallest, self._entities), origin="failure"))
        if self._limits.is_fail_fast:
            self.stopped = "stopped at the first violation"

    def _again(self, candidate: Request, symptom: Failure) -> Failure | None:
        """Send a smaller request, and return what it shows of the symptom; None for nothing."""
        exchange = self._send(candidate) if self._may_send(candidate) else None
        if exchange is None or exchange.answer is None:
            return None
        found = self._judge.judge(candidate, exchange, self._now())
        return next((other for other in found if symptom.is_like(other)), None)

    def _finished(self, request: Request, symptom: Failure) -> Violation:
        violation = symptom.violation
        detail = violation.detail or " ".join([symptom.kind, *sorted(symptom.blamed)])
        header = self._limits.key_header or self._judge.document.key_header
        return replace(violation, detail=detail, curl=curl_of(request, self._gate.target.url, header))

    def _may_send(self, request: Request) -> bool:
        if self.is_over:
            return False
        operation = self._judge.document.by_id.get(request.operation_id)
        if operation is None:
            return not self._gate.target.is_live or request.method in ("GET", "HEAD", "OPTIONS")
        if not operation.is_write:
            return True
        if self._gate.target.is_live:
            return False
        is_wrong = bool(self._judge.expectations.of(request).conditions)
        most = self._limits.wrong_creations if is_wrong else self._limits.creations
        return self._created[operation.id] < most

    def _send(self, request: Request) -> Exchange | None:
        try:
            exchange = self._gate.send(request, self._limits.phase, once=self._gate.sent + 1 >= self._end)
        except BudgetExhausted as error:
            self.stopped = str(error)
            return None
        except RequestRefused:
            return None
        self._silent = 0 if exchange.answer else self._silent + 1
        if self._silent >= self._limits.silences:
            self.stopped = f"{self._silent} requests in a row had no answer: {exchange.failure}"
        operation = self._judge.document.by_id.get(request.operation_id)
        if operation and operation.is_write and exchange.answer and 200 <= exchange.answer.status < 300:
            self._created[operation.id] += 1
        return exchange

    def _count(self, tally: OperationStats, exchange: Exchange) -> None:
        tally.sent += 1
        tally.silent += exchange.answer is None
        tally.refused += self._judge.is_refused(exchange)
        tally.succeeded += exchange.answer is not None and 200 <= exchange.answer.status < 300

    def _now(self) -> float | None:
        return self._gate.now()[0] if self._gate.is_mock else None
