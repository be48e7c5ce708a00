"""The API as a mock in the test's own process, and the means to make it behave."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from contracts.client import ClientRequest, contract_of, read_journal
from contracts.errors import ConfigInvalid
from contracts.plugin.api import Access, Api
from contracts.plugin.client_log import ClientLog
from contracts.plugin.settings import Settings

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["MockApi", "MockClock", "MockServer"]

T = TypeVar("T")

#: What the journal of one test keeps; what is more is not judged.
JOURNAL_ENTRIES = 10_000
JOURNAL_BYTES = 64 << 20


class _Clock(Protocol):
    """What is needed of a clock."""

    def now(self) -> float: ...

    def advance(self, seconds: float) -> None: ...


class _Sandbox(Protocol):
    """What is needed of `mockserver.live.sandbox.Sandbox`."""

    key: str
    key_header: str
    base_path: str
    base_url: str

    @property
    def app(self) -> WSGIApplication: ...

    @property
    def clock(self) -> _Clock: ...

    def journal(self) -> dict[str, Any]: ...

    def limit(self, windows: Mapping[str, int]) -> None: ...

    def add_rule(self, rule: Mapping[str, Any]) -> None: ...

    def redirect(self, operation: str) -> None: ...

    def close(self) -> list[Exception]: ...


class MockClock:
    """The clock of one test's mock; it stands still until it is advanced."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock

    @property
    def now(self) -> float:
        """The moment, seconds since the epoch."""
        return self._clock.now()

    def advance(self, seconds: float) -> None:
        """Move by a number of seconds; negative moves back.

        Raises:
            ValueError: the clock would leave the years 1971 to 9989.
        """
        self._clock.advance(seconds)


class MockApi(Api):
    """A mock of the API for one test: own key, counters, journal, rules and clock."""

    def __init__(self, sandbox: _Sandbox, docket: ClientLog) -> None:
        access = Access(base_url=sandbox.base_url, api_key=sandbox.key, key_header=sandbox.key_header.title())
        super().__init__(access, docket)
        self._sandbox = sandbox
        self.clock = MockClock(sandbox.clock)

    @property
    def wsgi_app(self) -> WSGIApplication:
        """The same mock as a WSGI callable, for clients in this process: no port, no thread.

        `httpx.Client(transport=httpx.WSGITransport(app=mock_api.wsgi_app), base_url=mock_api.base_url)`
        """
        return self._sandbox.app

    def limit(self, *, minute: int | None = None, day: int | None = None) -> None:
        """Let so many requests through in a minute or a day from now on; those already sent count.

        Raises:
            ValueError: a limit is below 1, or none was given.
        """
        windows = {name: limit for name, limit in (("minute", minute), ("day", day)) if limit is not None}
        if not windows or min(windows.values()) < 1:
            raise ValueError("a limit of at least 1 was expected: mock_api.limit(minute=3)")
        self._sandbox.limit(windows)

    def fail(
        self, operation: str, status: int, times: int | None = 1, *, parameters: Mapping[str, Any] | None = None
    ) -> None:
        """Answer an operation by an error instead.

        Args:
            operation: operationId, such as `getCampaignInfo`.
            status: HTTP status; the body is the document's for it.
            times: valid requests that fail; None is all from now on.
            parameters: only requests that have these values fail.

        Raises:
            ToolError: there is no such operation, parameter or status; the message lists what there is.
        """
        rule = {"operation": operation, "parameters": dict(parameters or {}), "answers": [{"status": status}]}
        self.answer(rule | ({} if times is None else {"times": times}))

    def answer(self, rule: Mapping[str, Any]) -> None:
        """Answer by a rule of your own: delays, faults, sequences, bodies. Source: `POST /__admin/rules`.

        Raises:
            ToolError: with the pointer to what is wrong.
        """
        self._sandbox.add_rule(rule)

    def redirect(self, operation: str) -> None:
        """Answer an operation once by a redirect to another origin, which the mock owns as well.

        Raises:
            ToolError: there is no such operation; the message lists what there is.
        """
        self._sandbox.redirect(operation)

    def sleep(self, seconds: float) -> None:
        """Do what `time.sleep` does, on the mock's clock and at once: hand it to the client in its place.

        Raises:
            ValueError: the number is negative or not finite.
        """
        if not (math.isfinite(seconds) and seconds >= 0):
            raise ValueError("a finite number of seconds, 0 or more, was expected")
        self.clock.advance(seconds)

    async def asleep(self, seconds: float, result: T | None = None) -> T | None:
        """Do what `asyncio.sleep` does, on the mock's clock and at once; other tasks have their turn."""
        self.sleep(seconds)
        return await asyncio.sleep(0, result)


class MockServer:
    """The mock of one worker process: started once, a sandbox for each test.

    Raises:
        ConfigInvalid: what is served cannot be.
    """

    def __init__(self) -> None:
        from mockserver.live.server import Embedded

        self._document = contract_of()
        self._embedded = Embedded(journal_entries=JOURNAL_ENTRIES, journal_bytes=JOURNAL_BYTES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._embedded.stop()

    def open(self, settings: Settings, now: Callable[[], float] = time.time) -> tuple[MockApi, _Sandbox]:
        """Make a mock for one test, and return it with its sandbox, which the caller closes.

        Raises:
            ConfigInvalid: a setting cannot be used.
        """
        from mockserver.live.server import ToolError

        reported = settings.of_mock(now())
        try:
            sandbox = self._embedded.open(**reported)
        except ToolError as error:
            raise ConfigInvalid(str(error), "mock_api") from error
        try:
            return MockApi(sandbox, ClientLog(lambda: _read(sandbox), self._document, settings)), sandbox
        except BaseException:
            sandbox.close()
            raise


def _read(sandbox: _Sandbox) -> tuple[tuple[ClientRequest, ...], int]:
    journal = sandbox.journal()
    return read_journal(journal, sandbox.base_path), journal["meta"]["total"]
