"""The API at the URL of `--contracts-url`, behind the gate: budget, pacing and redaction, whatever the client does.

client ─▶ a port of ours ─▶ gate ─▶ the server
"""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, NoReturn, Self, TypeVar

import pytest

from contracts.client import ClientRequest, contract_of
from contracts.config import Config
from contracts.errors import ConfigInvalid, ToolError
from contracts.gate.gate import Gate
from contracts.gate.target import Target, check_first_answer
from contracts.messages import Exchange
from contracts.plugin.api import Access, Api
from contracts.plugin.client_log import ClientLog, sent_of
from contracts.plugin.settings import Settings
from contracts.request_index import RequestIndex
from oas.redaction import PLACEHOLDER

__all__ = ["LiveApi", "LiveTarget", "share_of"]

T = TypeVar("T")

PHASE = "client"


class LiveApi(Api):
    """A server that is not ours to change; a test that wants to is skipped.

    `sleep` and `asleep` wait in real time.
    """

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    async def asleep(self, seconds: float, result: T | None = None) -> T | None:
        """Wait, while other tasks go on."""
        return await asyncio.sleep(seconds, result)

    @property
    def clock(self) -> NoReturn:
        """Skip the test: the clock is the server's."""
        _skip("clock")

    @property
    def wsgi_app(self) -> NoReturn:
        """Skip the test: the server is in no process of ours."""
        _skip("wsgi_app")

    def limit(self, *, minute: int | None = None, day: int | None = None) -> NoReturn:
        """Skip the test: the limits are the server's."""
        _skip("limit")

    def fail(self, operation: str, status: int, times: int | None = 1, *, parameters: Any = None) -> NoReturn:
        """Skip the test: the server fails when it fails."""
        _skip("fail")

    def answer(self, rule: Any) -> NoReturn:
        """Skip the test: the answers are the server's."""
        _skip("answer")

    def redirect(self, operation: str) -> NoReturn:
        """Skip the test: the server redirects when it does."""
        _skip("redirect")


def _skip(name: str) -> NoReturn:
    pytest.skip(f"contract_api.{name} needs the mock; this run asks the server of --contracts-url")


class LiveTarget:
    """The server of one worker process: one gate for all its tests.

    Args:
        config: `base_url` is set; `budget` is this worker's share.

    Raises on entry:
        ConfigInvalid: URL or key cannot be used.
        TargetUnreachable, TargetNotJudgeable: it is not there, or is another service.
        BudgetExhausted: the allowance does not permit even one request.
    """

    def __init__(self, config: Config) -> None:
        self._document = contract_of()
        self._surface = RequestIndex.of(self._document)
        self._gate = Gate(config, self._surface)
        self._stack = ExitStack()
        self._got: list[Exchange] = []
        self._refused: list[ToolError] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._gate)
            first = self._gate.open(PHASE)
            check_first_answer(self._gate.target, first, self._document.by_id.get(first.request.operation_id))
            self._base_url = stack.enter_context(self._gate.proxy(PHASE, self._hear))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def api(self, settings: Settings) -> LiveApi:
        """Return the API for one test."""
        access = Access(base_url=self._base_url, api_key=PLACEHOLDER, key_header=self._surface.key_header)
        first = len(self._got)
        return LiveApi(access, ClientLog(lambda: self._read(first), self._document, settings))

    def take_refusals(self) -> tuple[ToolError, ...]:
        """Return why requests were not sent, since the last time."""
        refused, self._refused = tuple(self._refused), []
        return refused

    def _hear(self, got: Exchange | ToolError) -> None:
        if isinstance(got, Exchange):
            self._got.append(got)
        else:
            self._refused.append(got)

    def _read(self, first: int) -> tuple[tuple[ClientRequest, ...], int]:
        found = self._got[first:]
        return tuple(sent_of(self._document, order, one) for order, one in enumerate(found, 1)), len(found)


def share_of(config: Config, worker: int, workers: int) -> Config:
    """Return what one of several workers may send, so that together they keep the budget.

    Args:
        config: `base_url` is set.
        worker: from 0.
        workers: ≥ 1.

    Raises:
        ConfigInvalid: the budget is smaller than the number of workers.
    """
    budget = Target.of(config).budget(config)
    share = budget // workers + (worker < budget % workers)
    if share == 0:
        message = f"{budget} requests are too few for {workers} workers; raise --contracts-budget or lower -n"
        raise ConfigInvalid(message, "--contracts-budget")
    return replace(config, budget=share)
