"""A way out that leads to a mock in the same process: no socket, no waiting, the real gate's words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, unquote, urlencode

from contracts.config import Config as RunConfig
from contracts.errors import BudgetExhausted, RequestRefused
from contracts.gate.credentials import CredentialMissing
from contracts.gate.target import Target
from contracts.messages import Answer, Exchange, Request
from mockserver.app import Application, create_wsgi
from mockserver.config import Config
from oas import messages as wire
from oas.contract import Contract, load

KEYS = {"key": "your_api_key_here", "member": "member_api_key_here", "unknown": "nobody's key"}
MAY_2025 = 1746954000.0

#: Changes an answer of the mock: request as planned, status, headers, body as JSON → status and body.
Change = Callable[[Request, int, Any], tuple[int, Any]]


@cache
def contract() -> Contract:
    """Return the packaged contract, read once."""
    return load()


@cache
def application(routines: int | None = None) -> Application:
    """Return a mock that nobody limits; tests share it."""
    return create_wsgi(
        Config(clock=MAY_2025, limit_minute=10**9, limit_day=10**9, routines=routines, check_answers=True)
    )


@dataclass
class PipelineGate:
    """What the engine needs of a gate, on a mock in this process.

    Attributes:
        change: sabotages answers; None leaves them.
        budget: as of the gate.
        is_live: the target is to be spared.
        dead_after: requests after which nothing is answered.
    """

    change: Change | None = None
    budget: int = 10_000
    is_live: bool = False
    dead_after: int = 10**9
    routines: int | None = None
    exchanges: tuple[Exchange, ...] = ()
    is_mock: bool = True
    created: list[str] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app = application(self.routines)
        base_url = f"http://127.0.0.1:1{self.app.base_path}"
        self.target = Target.of(RunConfig(base_url=base_url, is_live=self.is_live))

    @property
    def sent(self) -> int:
        return len(self.exchanges)

    def has(self, credential: str) -> bool:
        return credential in KEYS or (credential == "created" and bool(self.created))

    def now(self) -> tuple[float, float]:
        return MAY_2025, 0.0

    def open(self, phase: str = "relations") -> Exchange:
        read = next(item for item in contract().operations if item.method == "GET")
        return self.send(Request(operation_id=read.id, method="GET", path=read.path), phase)

    def send(self, request: Request, phase: str, *, expects_429: bool = False, once: bool = False) -> Exchange:
        if self.sent >= self.budget:
            raise BudgetExhausted(f"the budget of {self.budget} requests is spent")
        if self.is_live and request.operation_id == "createApiKey":
            raise RequestRefused("it writes")
        answer = None if self.sent >= self.dead_after else self._answer(request)
        failure = "" if answer else "the connection was closed"
        number = self.sent + 1
        exchange = Exchange(
            number=number, phase=phase, request=request, answer=answer, failure=failure, started_at=MAY_2025
        )
        self.exchanges += (exchange,)
        return exchange

    def _answer(self, request: Request) -> Answer:
        raw = self.app.pipeline.handle(self._wire(request))
        status, body = raw.status, raw.body
        headers: dict[str, tuple[str, ...]] = {}
        for name, value in raw.headers:
            headers[name.lower()] = (*headers.get(name.lower(), ()), _documented(name, value))
        self._learn(request, status, body)
        if self.change is not None:
            parsed = json.loads(body)
            status, changed = self.change(request, status, parsed)
            body = changed if isinstance(changed, bytes) else json.dumps(changed).encode()
        return Answer(status=status, headers=headers, body=body, received_at=MAY_2025)

    def _wire(self, request: Request) -> wire.Request:
        headers = {name.lower(): value for name, value in request.headers}
        key = self.created[-1] if request.credential == "created" and self.created else KEYS.get(request.credential)
        if request.credential == "created" and not self.created:
            raise CredentialMissing("no key was created in this run")
        if key is not None:
            headers["authorization"] = key
        body = request.raw_body
        if body is None and request.body is not None:
            body = json.dumps(request.body).encode()
        if body is not None and request.content_type:
            headers["content-type"] = request.content_type
        query = urlencode(request.query, quote_via=quote)
        path = unquote(self.app.base_path + request.path)
        return wire.Request(request.method, path, query, headers, body or b"")

    def _learn(self, request: Request, status: int, body: bytes) -> None:
        if request.operation_id == "createApiKey" and status == 200:
            self.created.append(json.loads(body)["data"]["api_key"])


def _documented(name: str, value: str) -> str:
    """Return the documented limits in place of those of a mock that nobody limits."""
    if name.startswith("X-RateLimit-"):
        return "100" if name.endswith("Minute") else "5000"
    return value


def with_data(body: Any, **members: Any) -> Any:
    """Return an envelope whose data has other members."""
    return {**body, "data": {**body["data"], **members}}


def refusal(error_code: str, status: int = 400) -> Any:
    """Return the envelope of a refusal, valid by the document, at the mock's moment."""
    data = {"error": "no", "error_code": error_code, "request_id": "req_1", "timestamp": "2025-05-11T14:30:00+05:30"}
    return {"code": status, "status": False, "message": "no", "data": data}


__all__ = ["KEYS", "Change", "PipelineGate", "application", "contract", "refusal", "with_data"]
