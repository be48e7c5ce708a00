"""A server for tests in Python: `with LiveServer(config) as server: server.base_url`.

Either the real thing in a child process, which is what `mockserver serve` runs,
or a thread of the calling process, for tests that share objects with the server.
Both take a free port, have answered once before the block begins, and stop with it.
`Embedded` is for many tests in one process, each in a sandbox of its own.
"""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from mockserver.config import Config
from mockserver.errors import ToolError
from mockserver.factory import make_wsgi
from mockserver.http.ports import Address
from mockserver.http.worker import build_app
from mockserver.live.in_process_server import Embedded, InProcessServer
from mockserver.live.subprocess_server import SubprocessServer

if TYPE_CHECKING:
    from mockserver.http.worker import Factory

__all__ = ["Embedded", "LiveServer", "ToolError"]

START_TIMEOUT_S = 30.0


class LiveServer:
    """A running server as a context manager; it can be entered once at a time.

    Args:
        config: settings; `port` is ignored, a free one is taken. None takes the defaults.
        factory: makes the WSGI callable; None takes `mockserver.app.create_wsgi`.
            For a child process it must be importable by its name.
        in_process: serve from a thread of this process (werkzeug, slow, one
            request per connection) instead of a child process (granian).
        start_timeout_s: seconds that the child process may take, > 0.

    Raises on entry:
        StartFailed: the server ended or kept silent before its first answer.
        ConfigInvalid: the host cannot be bound, or the factory not be imported.
        ToolError: what the factory raised; the same class as there.

    Raises on exit, unless the block itself failed:
        ToolError: the child process ended by itself.
        Exception: the first exception that left the application in the thread.
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        factory: Factory | None = None,
        in_process: bool = False,
        start_timeout_s: float = START_TIMEOUT_S,
    ) -> None:
        free = replace(config or Config(), port=0)
        self._server: _Server = (
            _ThreadServer(free, factory) if in_process else SubprocessServer(free, factory, start_timeout_s)
        )
        self._address: Address | None = None

    def __enter__(self) -> Self:
        self._address = self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._address = None
        failure = self._server.stop()
        if failure is not None and error is None:
            raise failure

    @property
    def address(self) -> Address:
        """Where it answers.

        Raises:
            ToolError: it does not run; enter the `with` block first.
        """
        if self._address is None:
            raise ToolError("the server does not run; `with LiveServer(…) as server:` starts it")
        return self._address

    @property
    def port(self) -> int:
        """The port that was free, 1–65535."""
        return self.address.port

    @property
    def base_url(self) -> str:
        """URL of the API, base path included, without a final slash."""
        return self.address.base_url

    @property
    def admin_url(self) -> str:
        """URL of the control API, without a final slash."""
        return self.address.admin_url


class _Server(Protocol):
    def start(self) -> Address: ...

    def stop(self) -> Exception | None:
        """Stop, and return what went wrong meanwhile."""
        ...


class _ThreadServer:
    """werkzeug's threaded server; it closes each connection after one answer, whatever the client asks."""

    def __init__(self, config: Config, factory: Factory | None) -> None:
        self._config = config
        self._factory = factory

    def start(self) -> Address:
        app = build_app(self._config, self._factory or make_wsgi)
        self._doors = InProcessServer(self._config.host)
        try:
            self._door = self._doors.open(app)
        except BaseException:
            self._doors.stop()
            raise
        return self._door.address

    def stop(self) -> Exception | None:
        self._doors.stop()
        return next(iter(self._door.errors), None)
