"""Tells when a started server really answers, or why it never will.

Runs in the parent of the workers, in a thread that starts once they exist.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from mockserver.errors import StartFailed, ToolError
from mockserver.http.ports import Address
from mockserver.http.worker import Report

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: A preflight: answered before any stage and counted nowhere, and unlike the control API needs nothing more imported.
_REQUEST = (
    "OPTIONS / HTTP/1.1\r\nHost: {}\r\nOrigin: http://localhost\r\n"
    "Access-Control-Request-Method: GET\r\nConnection: close\r\n\r\n"
)
_POLL_S = 0.02


class ReadinessProbe:
    """Waits, in a thread of its own, until the workers answer; then tells.

    Args:
        address: where the server listens.
        reports: gives one `Report` per worker.
        workers: number of workers, ≥ 1.
        answer_timeout_s: seconds from the last report to the first answer, > 0.
        on_ready: gets the address, with the base path that the application names.
        stop: asks the server to stop.
    """

    def __init__(
        self,
        address: Address,
        reports: Connection[None, Report],
        *,
        workers: int,
        answer_timeout_s: float,
        on_ready: Callable[[Address], None],
        stop: Callable[[], None],
    ) -> None:
        self._address = address
        self._reports = reports
        self._workers = workers
        self._answer_timeout_s = answer_timeout_s
        self._on_ready = on_ready
        self._stop = stop
        self._over = threading.Event()
        self._failure: BaseException | None = None
        self._is_ready = False
        self._thread = threading.Thread(target=self._run, name="readiness", daemon=True)

    def start(self) -> None:
        """Begin to wait."""
        self._thread.start()

    def finish(self) -> None:
        """Stop waiting, after a last look at what the workers reported."""
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def judge(self, *, stopped_on_request: bool) -> None:
        """Say how the server ended.

        Raises:
            StartFailed: it ended unasked, before its first answer.
            ToolError: a worker's failure, or it ended unasked later.
            BaseException: what `on_ready` raised.
        """
        if self._failure is not None:
            raise self._failure
        if stopped_on_request:
            return
        if not self._is_ready:
            raise StartFailed("the server process ended before it answered; its last words, if any, are on stderr")
        raise ToolError("the server process ended by itself; its last words, if any, are on stderr")

    def _run(self) -> None:
        try:
            paths = [self._base_path() for _ in range(self._workers)]
            if None in paths or not self._answered():
                return
            self._is_ready = True
            self._on_ready(replace(self._address, base_path=paths[0] or ""))
        except BaseException as exc:  # carried into the main thread by `judge`
            self._failure = exc
            self._stop()

    def _base_path(self) -> str | None:
        """Wait for a worker's report, as long as it takes to build; None when the server stops first."""
        while not self._reports.poll(_POLL_S):
            if self._over.is_set() and not self._reports.poll(0):
                return None
        report = self._reports.recv()
        if isinstance(report, ToolError):
            raise report
        return report

    def _answered(self) -> bool:
        deadline = time.monotonic() + self._answer_timeout_s
        while not answers(self._address, max(_POLL_S, deadline - time.monotonic())):
            if self._over.wait(_POLL_S):
                return False
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"the server on {self._address.netloc} did not answer "
                    f"within {self._answer_timeout_s:g} s; its last words, if any, are on stderr"
                )
        return True


def answers(address: Address, timeout_s: float) -> bool:
    """Return whether a request is answered, by any status below 500.

    Args:
        address: where to ask.
        timeout_s: seconds to wait, > 0.
    """
    request = _REQUEST.format(address.netloc)
    try:
        with socket.create_connection((address.reachable_host, address.port), timeout_s) as connection:
            connection.sendall(request.encode("ascii"))
            with connection.makefile("rb") as answer:
                status = answer.readline(64).split(b" ")
    except OSError:
        return False
    return len(status) > 1 and status[1].isdigit() and int(status[1]) < 500
