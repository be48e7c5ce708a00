from __future__ import annotations

import multiprocessing
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from unittest.mock import Mock

import pytest

from mockserver.errors import SpecInvalid, StartFailed, ToolError
from mockserver.http.ports import Address, bind_port
from mockserver.http.readiness import ReadinessProbe, answers


@pytest.fixture
def listen() -> Iterator[Callable[[bytes], Address]]:
    """Give the address of a server that gives one answer to everybody."""
    with ExitStack() as stack:

        def serve(answer: bytes) -> Address:
            bound = stack.enter_context(bind_port("127.0.0.1", 0))
            bound.listen()
            thread = threading.Thread(target=reply, args=(bound, answer))
            thread.start()
            stack.callback(thread.join)
            stack.callback(bound.shutdown, socket.SHUT_RDWR)
            return Address.of(bound)

        yield serve


def reply(bound: socket.socket, answer: bytes) -> None:
    try:
        while True:
            with bound.accept()[0] as connection:
                connection.recv(1000)
                connection.sendall(answer)
    except OSError:
        pass  # the test is over


class Waiting:
    """A watch with its worker's end of the pipe, and what it did."""

    def __init__(self, address: Address, *, workers: int = 1, answer_timeout_s: float = 5.0) -> None:
        receiver, self.reports = multiprocessing.Pipe(duplex=False)
        self.ready: list[Address] = []
        self.stopped = threading.Event()
        self.watch = ReadinessProbe(
            address,
            receiver,
            workers=workers,
            answer_timeout_s=answer_timeout_s,
            on_ready=self._on_ready,
            stop=self.stopped.set,
        )
        self.told = threading.Event()
        self.watch.start()

    def _on_ready(self, address: Address) -> None:
        self.ready.append(address)
        self.told.set()


def test_an_answer_makes_it_ready_once_every_worker_has_reported(listen: Callable[[bytes], Address]) -> None:
    address = listen(b"HTTP/1.1 200 OK\r\n\r\n")
    waiting = Waiting(address, workers=2)
    waiting.reports.send("/base")
    assert not waiting.told.wait(0.05)
    waiting.reports.send("/base")
    assert waiting.told.wait(5)
    waiting.watch.finish()
    waiting.watch.judge(stopped_on_request=True)
    assert waiting.ready == [Address(address.host, address.port, "/base")]


def test_a_failure_of_a_worker_stops_the_server_and_reaches_the_caller() -> None:
    waiting = Waiting(Address("127.0.0.1", 1))
    waiting.reports.send(SpecInvalid("no paths"))
    assert waiting.stopped.wait(5)
    waiting.watch.finish()
    with pytest.raises(SpecInvalid, match="no paths"):
        waiting.watch.judge(stopped_on_request=True)


def test_a_failure_that_was_reported_last_is_still_heard() -> None:
    waiting = Waiting(Address("127.0.0.1", 1))
    waiting.reports.send(SpecInvalid("no paths"))
    waiting.watch.finish()
    with pytest.raises(SpecInvalid):
        waiting.watch.judge(stopped_on_request=False)


def test_a_failure_that_comes_between_two_looks_is_still_heard() -> None:
    looks = iter([False, True, True])
    late = Mock(poll=lambda _: next(looks), recv=lambda: SpecInvalid("no paths"))
    watch = ReadinessProbe(Address("127.0.0.1", 1), late, workers=1, answer_timeout_s=1.0, on_ready=print, stop=print)
    watch._over.set()
    watch._run()
    with pytest.raises(SpecInvalid):
        watch.judge(stopped_on_request=False)


def test_silence_after_the_report_is_a_failed_start(listen: Callable[[bytes], Address]) -> None:
    waiting = Waiting(listen(b""), answer_timeout_s=0.1)
    waiting.reports.send("")
    assert waiting.stopped.wait(5)
    waiting.watch.finish()
    with pytest.raises(StartFailed, match=r"within 0\.1 s"):
        waiting.watch.judge(stopped_on_request=True)


@pytest.mark.parametrize("has_reported", [True, False])
def test_a_stop_before_the_first_answer_ends_the_wait(listen: Callable[[bytes], Address], has_reported: bool) -> None:
    waiting = Waiting(listen(b""))
    if has_reported:
        waiting.reports.send("")
    waiting.watch.finish()
    waiting.watch.judge(stopped_on_request=True)
    assert waiting.ready == []


def test_an_end_before_the_first_answer_is_a_failed_start() -> None:
    waiting = Waiting(Address("127.0.0.1", 1))
    waiting.watch.finish()
    with pytest.raises(StartFailed, match="before it answered"):
        waiting.watch.judge(stopped_on_request=False)


def test_an_end_that_nobody_asked_for_is_an_error(listen: Callable[[bytes], Address]) -> None:
    waiting = Waiting(listen(b"HTTP/1.1 200 OK\r\n\r\n"))
    waiting.reports.send("")
    assert waiting.told.wait(5)
    waiting.watch.finish()
    with pytest.raises(ToolError, match="ended by itself"):
        waiting.watch.judge(stopped_on_request=False)


@pytest.mark.parametrize(
    "answer, expected",
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", True),
        (b"HTTP/1.1 500 Internal Server Error\r\n\r\n", False),
        (b"SSH-2.0-x\r\n", False),
        (b"", False),
    ],
)
def test_only_http_below_500_is_an_answer(listen: Callable[[bytes], Address], answer: bytes, expected: bool) -> None:
    assert answers(listen(answer), 5.0) is expected


def test_a_closed_port_does_not_answer() -> None:
    with bind_port("127.0.0.1", 0) as bound:
        address = Address.of(bound)
    assert not answers(address, 5.0)
