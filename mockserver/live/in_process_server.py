"""Serve several WSGI applications from one thread, each on its own port. For tests.

For tests: opening a port costs microseconds, so that each test can have one of
its own, and nothing that an earlier test left running can reach it. A request
is answered by werkzeug in a thread of its own, which closes the connection
after it.
"""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mockserver.config import Config
from mockserver.http.ports import Address, bind_port
from mockserver.http.worker import base_path_of

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from mockserver.live.sandbox import Sandbox

_log = logging.getLogger(__name__)

#: Clients that may wait to be let in, per port.
BACKLOG = 512


@dataclass(frozen=True, slots=True, eq=False)
class OpenPort:
    """One open port.

    Attributes:
        address: where it answers.
        app: what answers.
        errors: exceptions that left the application, in order.
    """

    address: Address
    app: WSGIApplication
    listener: socket.socket = field(repr=False)
    errors: list[Exception] = field(default_factory=list)


class InProcessServer:
    """Any number of ports, and the thread that serves them from the first `open` to `stop`.

    Args:
        host: name or numeric address to bind.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._host = host
        self._by_port: dict[int, OpenPort] = {}
        self._orders: deque[Callable[[], object]] = deque()
        self._is_stopped = False
        self._selector = selectors.DefaultSelector()
        self._inside, self._outside = socket.socketpair()
        self._selector.register(self._inside, selectors.EVENT_READ)
        self._http: Any = None
        self._thread = threading.Thread(target=self._serve, name="mockserver", daemon=True)
        self._start = threading.Lock()

    def open(self, app: WSGIApplication) -> OpenPort:
        """Take a free port for an application; it can be connected to at once.

        Raises:
            ConfigInvalid: the host cannot be bound.
        """
        listener = bind_port(self._host, 0)
        listener.listen(BACKLOG)
        listener.setblocking(False)  # a client may leave again before it is let in
        door = OpenPort(replace(Address.of(listener), base_path=base_path_of(app)), app, listener)
        with self._start:
            if self._http is None:
                self._http = _template(self._answer)
                self._thread.start()
        self._by_port[door.address.port] = door
        self._order(partial(self._selector.register, listener, selectors.EVENT_READ))
        return door

    def close(self, door: OpenPort) -> None:
        """Let nobody in any more; what is being answered is answered. Can be called twice."""
        if self._by_port.pop(door.address.port, None) is None:
            return

        def leave() -> None:
            self._selector.unregister(door.listener)
            door.listener.close()

        self._order(leave)

    def stop(self) -> None:
        """Close every door, and end the thread. Nothing can be opened after it."""
        for door in list(self._by_port.values()):
            self.close(door)
        self._order(self._end)
        if self._thread.is_alive():
            self._thread.join()
        for end in (self._inside, self._outside, self._selector):
            end.close()

    def _order(self, action: Callable[[], object]) -> None:
        """Have the thread do it: only one thread touches the selector."""
        self._orders.append(action)
        self._outside.send(b"!")

    def _end(self) -> None:
        self._is_stopped = True

    def _serve(self) -> None:
        while not self._is_stopped:
            for key, _ in self._selector.select():
                if key.fileobj is self._inside:
                    self._inside.recv(1)
                    self._orders.popleft()()
                elif isinstance(key.fileobj, socket.socket):
                    self._let_in(key.fileobj)

    def _let_in(self, listener: socket.socket) -> None:
        try:
            connection, peer = listener.accept()
        except OSError:
            return  # the client has left, or an order of this very round closed the door
        connection.setblocking(True)
        self._http.process_request(connection, peer)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        from werkzeug.wsgi import ClosingIterator, get_input_stream

        port = environ["werkzeug.socket"].getsockname()[1]
        door = self._by_port.get(port)
        if door is None:  # closed while the request came in
            raise ConnectionAbortedError
        environ["SERVER_PORT"] = str(port)
        # As on granian, the body ends where it ends; werkzeug's stream would wait for more.
        environ["wsgi.input"] = get_input_stream(environ)
        environ["wsgi.input_terminated"] = True
        with _kept(door):
            answer = door.app(environ, start_response)
        return ClosingIterator(_watched(door, answer), getattr(answer, "close", None))


@contextmanager
def _kept(door: OpenPort) -> Iterator[None]:
    """Log and keep what leaves the application, before werkzeug answers it by 500."""
    try:
        yield
    except ConnectionError:  # a client that left, or a fault that was asked for
        raise
    except Exception as exc:
        door.errors.append(exc)
        _log.exception("an exception left the application")
        raise


def _watched(door: OpenPort, answer: Iterable[bytes]) -> Iterator[bytes]:
    with _kept(door):
        yield from answer


def _template(app: WSGIApplication) -> Any:
    """Return werkzeug's threaded server: what it does with a connection is wanted, its own port is not."""
    from werkzeug.serving import make_server

    with bind_port("127.0.0.1", 0) as bound:
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_quiet_handler(), fd=bound.fileno())
    server.server_close()
    # werkzeug tells of an exception after it was answered, when the next test may have begun.
    server.log = _say_nothing  # type: ignore[method-assign]
    return server


def _say_nothing(type: str, message: str, *args: Any) -> None:
    """Write no line; exceptions are logged where they leave the application."""


def _quiet_handler() -> type[Any]:
    from werkzeug.serving import WSGIRequestHandler

    class QuietHandler(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        log = staticmethod(_say_nothing)

    return QuietHandler


#: What in-process clients of several frameworks call a server that has no name.
IN_PROCESS_HOST = "testserver"


class Embedded:
    """A mock whose sandboxes are opened and closed one by one.

    Args:
        settings: fields of `mockserver.config.Config` that differ from the defaults, for all sandboxes.

    Raises:
        ToolError: a setting, or what is served, cannot be used.
    """

    def __init__(self, **settings: Any) -> None:
        from mockserver.app import ApplicationFactory
        from mockserver.live.sandbox import Sandbox

        self._config = Config(**{"allow_hosts": (IN_PROCESS_HOST,), **settings})
        self._assembly = ApplicationFactory(self._config)
        self._doors = InProcessServer(self._config.host)
        self._sandbox = Sandbox

    def open(self, **settings: Any) -> Sandbox:
        """Make a sandbox.

        Args:
            settings: how it differs from the other ones: `limit_minute`, `limit_day`, `clock`, `routines`, `seed`.

        Raises:
            ToolError: a setting cannot be used, or its dataset not be made.
        """
        return self._sandbox(self._assembly.application(replace(self._config, **settings)), self._doors)

    def stop(self) -> None:
        """Close every port. Nothing can be opened after it."""
        self._doors.stop()
