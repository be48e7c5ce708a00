"""The one way out: every request of a run passes here, is counted, paced, sent, redacted and kept.

    refuse → credential → count and pace (one at a time) → send → learn → redact → record

The budget is counted before a request is sent, under a lock: the request after
the last one is never sent, from whatever thread. A request that is sent again
counts again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from contracts.allowance.rate_limiter import Timing, WaitBudget
from contracts.allowance.server_clock import Moment
from contracts.config import Config
from contracts.errors import BudgetExhausted, RequestRefused
from contracts.events import Listener
from contracts.gate.credentials import Credentials
from contracts.gate.exchange_log import ExchangeLog, redacted
from contracts.gate.outgoing import OutgoingRequest, RequestBudget, SendResult, check_write_allowed
from contracts.gate.passage import Passage
from contracts.gate.serialization import secrets_of, to_answer, to_wire
from contracts.gate.target import MOCK_HEADER, Target
from contracts.gate.transport import Reply, Transport, WireRequest
from contracts.messages import Exchange, Request
from contracts.request_index import RequestIndex
from oas.redaction import Redactor

if TYPE_CHECKING:
    from contracts.gate.proxy import Hear

__all__ = ["Gate"]


class Gate:
    """Sends the requests of one run to its target. Safe for any number of threads.

    Args:
        config: of the run; `base_url` is set.
        surface: of the contract.
        listener: receives `ExchangeFinished` and `Waiting`, one at a time; it sends nothing itself.
        timing: clocks and sleep.

    Attributes:
        target: where the requests go.
        budget: most requests that leave.
        redactor: knows every secret of the run; what is shown elsewhere passes it too.

    Raises:
        ConfigInvalid: base URL, key, certificate bundle or proxy cannot be used.
    """

    def __init__(
        self, config: Config, surface: RequestIndex, *, listener: Listener | None = None, timing: Timing | None = None
    ) -> None:
        self.target = Target.of(config)
        self.budget = self.target.budget(config)
        self._config = config
        self._surface = surface
        self._timing = timing or Timing()
        self._record = ExchangeLog(listener)
        header_name = config.header_name or surface.key_header
        self._credentials = Credentials(header_name=header_name, key=config.api_key, member=config.member_key)
        self.redactor = Redactor(self._credentials.own(), secret_headers=(header_name,), words=surface.words)
        self._transport = Transport(self.target, config.timeout_s, config.ca_bundle)
        self._counter = RequestBudget(self.budget, WaitBudget(config.max_wait_s, self._timing, self._record.notify))
        self._passage = Passage(config, self.target, surface, self._timing)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def sent(self) -> int:
        """Requests that left so far."""
        return self._counter.sent

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Everything that was exchanged, by number, redacted."""
        return self._record.exchanges

    @property
    def is_mock(self) -> bool:
        """Whether the target is a mock on loopback whose clock or session is ours to use."""
        return self._passage.is_mock

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went wrong with the ledger's file, in words."""
        return self._passage.warnings

    def now(self) -> Moment:
        """Return what the target's clock shows, as far as it is known: a mock's own clock, or by `Date`."""
        return self._passage.now()

    def has(self, credential: str) -> bool:
        """Say whether a request can name this credential now."""
        try:
            self._credentials.header(credential)
        except RequestRefused:
            return False
        return True

    def open(self, phase: str = "relations") -> Exchange:
        """Send the first request, a read without parameters, and meet the target as what it says it is.

        It carries the key where one was given, none otherwise. A mock on loopback
        then lends its clock and, where no key was given, a session of our own.
        Whether its answer can be judged, `contracts.gate.target.check_first_answer` says.

        Raises:
            BudgetExhausted: the allowance does not permit even one request.
        """
        read = self._surface.first_read()
        credential = "none" if self._credentials.key is None else "key"
        request = Request(
            operation_id=read.id if read else "", method="GET", path=read.path if read else "/", credential=credential
        )
        errand = self._errand(request, self._wire(request), phase)
        outcome = self._exchange(errand)
        answer = outcome.exchange.answer
        if answer is not None and answer.header(MOCK_HEADER) is not None and not self.target.is_live:
            self._passage.meet_mock(self._credentials)
            for secret in self._credentials.own():
                self.redactor.add(secret)
            if self._passage.is_apart:
                # The first answer counted in the user's session; what is compared later is all of ours.
                with contextlib.suppress(BudgetExhausted):
                    outcome = self._exchange(errand)
        return self._settle(errand, outcome)

    def send(self, request: Request, phase: str, *, expects_429: bool = False, once: bool = False) -> Exchange:
        """Send one request and return what came of it.

        A connection that fails is an exchange without an answer. A refusal for
        too many requests is waited out and the request sent once more, unless it
        is expected; so is a read on a kept connection that the server had closed.

        Args:
            request: as planned.
            phase: for the record.
            expects_429: send at once, whatever is left of the allowance, and take any answer as it is.
            once: never send it a second time, whatever comes.

        Returns:
            The exchange, redacted; the last one where the request was sent again.

        Raises:
            BudgetExhausted: the budget is spent, or the wait is longer than the run may wait.
            RequestRefused: the target is live and this may write.
            CredentialMissing: the run has no such credential.
        """
        errand = self._errand(request, self._wire(request), phase)
        return self._run(replace(errand, expects_429=expects_429, once=once))

    def forward(self, request: Request, wire: WireRequest, phase: str) -> Exchange:
        """Send a request whose bytes are known; otherwise like `send`.

        Args:
            request: what the bytes mean, for the record and the rules.
            wire: the bytes, key included.
            phase: for the record.
        """
        return self._run(self._errand(request, wire, phase))

    def _run(self, errand: OutgoingRequest) -> Exchange:
        if not self._config.allow_writes:
            check_write_allowed(self.target, errand, self.redactor)
        return self._settle(errand, self._exchange(errand))

    @contextlib.contextmanager
    def proxy(self, phase: str = "fuzz", hear: Hear | None = None) -> Iterator[str]:
        """Open a base URL on this machine behind which the gate stands, for a child that sends by itself.

        Args:
            phase: for the record.
            hear: receives what the child got.

        Yields:
            The base URL; see `contracts.gate.proxy` for what the child gets.
        """
        from contracts.gate.proxy import Proxy

        with Proxy(self, self._surface, self._credentials, phase, hear) as proxy:
            yield proxy.base_url

    def close(self) -> None:
        """Send nothing more; end the session on a mock and close every connection. Can be called twice."""
        self._counter.close()
        self._passage.close()
        self._transport.close()

    def _wire(self, request: Request) -> WireRequest:
        return to_wire(self.target.base_path, request, self._credentials.header(request.credential))

    def _errand(self, request: Request, wire: WireRequest, phase: str) -> OutgoingRequest:
        is_write = self._surface.is_write(wire.method, request.path)
        return OutgoingRequest(request=request, wire=wire, phase=phase, is_write=is_write)

    def _settle(self, errand: OutgoingRequest, outcome: SendResult) -> Exchange:
        """Send once more what most likely was not seen, and what was refused against expectation."""
        if errand.once:
            return outcome.exchange
        try:
            if outcome.reply.is_stale and not errand.is_write:
                outcome = self._exchange(errand)
            if outcome.is_refusal and not errand.expects_429:
                outcome = self._exchange(errand)
        except BudgetExhausted:
            # There is an answer, if not the one hoped for; the next request meets the end of the budget.
            pass
        return outcome.exchange

    def _exchange(self, errand: OutgoingRequest) -> SendResult:
        lane = self._passage.lane
        number, ticket = self._counter.acquire(lane, is_forced=errand.expects_429)
        started = self._timing.now()
        reply = self._transport.send(self._passage.addressed(errand.wire, errand.request.credential))
        received = self._timing.now()
        secrets = self._learn(errand, reply)
        answer = None if reply.failure else to_answer(reply, self.redactor, received, secrets)
        notice = lane.on_answer(ticket, answer, started)
        exchange = Exchange(
            number=number,
            phase=errand.phase,
            request=redacted(errand.request, self.redactor),
            answer=answer,
            failure=self.redactor.text(reply.failure),
            started_at=started,
        )
        self._record.add(exchange, self._counter.sent, notice.remaining if notice else {})
        return SendResult(exchange, reply, notice is not None and notice.is_refusal)

    def _learn(self, errand: OutgoingRequest, reply: Reply) -> frozenset[str]:
        secrets = frozenset(secrets_of(self._surface, reply.body))
        for secret in sorted(secrets):
            self.redactor.add(secret)
            if errand.is_write and 200 <= reply.status < 300 and secret not in self._credentials.created:
                self._credentials.created.append(secret)
        return secrets
