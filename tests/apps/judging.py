"""Running the relations against a server of the tests: over real HTTP through the gate, or directly in process."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from apps.right import ADMIN, BASE, MEMBER, Right, serve
from contracts.config import Config
from contracts.errors import BudgetExhausted
from contracts.events import Event
from contracts.gate.credentials import CredentialMissing
from contracts.gate.gate import Gate
from contracts.gate.target import Target
from contracts.messages import Answer, Exchange, Request
from contracts.request_index import RequestIndex
from contracts.run import engine
from contracts.verdicts import Report
from oas.contract import Contract, load

DOCUMENT: Contract = load()


def judged(server: Right, place: Path, **settings: Any) -> Report:
    """Serve on 127.0.0.1 and run the relations through a gate that waits for nothing.

    Args:
        server: what is judged.
        place: folder for the ledger.
        settings: of the configuration.
    """
    with serve(server) as url:
        given = {"api_key": ADMIN, "member_key": MEMBER, "max_wait_s": 0, "phases": ("relations",), **settings}
        config = Config(base_url=url, ledger=place / "ledger", **given)
        with Gate(config, RequestIndex.of(DOCUMENT)) as gate:
            return engine.run(config, DOCUMENT, gate, lambda event: None)


@dataclass
class Direct:
    """A gate without a network: it hands each request to the server in process, redacting nothing.

    Attributes:
        before: called with the number of each request before it is answered; may change the server or raise.
        clients: other requests of the same key that the server counts between two of ours.
    """

    server: Right
    budget: int = 1000
    before: Callable[[int], None] = lambda number: None
    clients: int = 0
    is_live: bool = False
    is_mock: bool = False
    sent: int = 0
    made: list[str] = field(default_factory=list)
    kept: list[Exchange] = field(default_factory=list)

    @property
    def target(self) -> Target:
        return Target(scheme="http", host="127.0.0.1", port=9, base_path=BASE, is_loopback=True, is_live=self.is_live)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        return tuple(self.kept)

    def has(self, credential: str) -> bool:
        return credential != "created" or bool(self.made)

    def now(self) -> tuple[float, float]:
        return time.time(), 0.0

    def open(self, phase: str = "relations") -> Exchange:
        request = Request(operation_id="getUserCampaignFilters", method="GET", path="/user-campaign-filters")
        return self.send(request, phase)

    def send(self, request: Request, phase: str, *, expects_429: bool = False, once: bool = False) -> Exchange:
        if self.sent >= self.budget:
            raise BudgetExhausted("the budget is spent")
        self.sent += 1
        self.before(self.sent)
        for _ in range(self.clients if self.sent % 3 == 0 else 0):
            self.server.count(ADMIN)
        body = json.dumps(request.body).encode() if request.raw_body is None else request.raw_body
        target = f"{BASE}{request.path}" + (f"?{urlencode(request.query)}" if request.query else "")
        status, headers, envelope = self.server.answer(request.method, target, self._headers(request), body)
        sent = {"content-type": "application/json", **headers}
        answer = Answer(
            status=status,
            headers={name.lower(): (value,) for name, value in sent.items()},
            body=envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode(),
            received_at=time.time(),
        )
        if request.operation_id == "createApiKey" and status == 200:
            self.made.append(envelope["data"]["api_key"])
        self.kept.append(Exchange(number=self.sent, phase=phase, request=request, answer=answer))
        return self.kept[-1]

    def _headers(self, request: Request) -> dict[str, str]:
        if request.credential == "created" and not self.made:
            raise CredentialMissing("no key was created")
        values = {
            "key": ADMIN,
            "member": MEMBER,
            "empty": "",
            "unknown": "nobody",
            "truncated": ADMIN[:-1],
            "lengthened": ADMIN + "x",
            "other-case": ADMIN.swapcase(),
            "created": self.made[-1] if self.made else "",
        }
        if request.credential == "elsewhere":
            return {"X-Api-Key": ADMIN}
        return {"Authorization": values[request.credential]} if request.credential in values else {}


def judged_directly(gate: Direct, **settings: Any) -> tuple[Report, list[Event]]:
    """Run the relations in process; return the report and the events."""
    events: list[Event] = []
    config = Config(base_url=gate.target.url, **{"phases": ("relations",), **settings})
    report = engine.run(config, DOCUMENT, gate, events.append)
    return report, events


def with_budget(gate: Direct, budget: int) -> Direct:
    """Return the gate with another budget."""
    return replace(gate, budget=budget)
