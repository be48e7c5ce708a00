from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mockserver.http.ports import Address, bind_port

PROGRAM = Path(__file__).parents[3] / "apps" / "serving_program.py"
HALF_A_BODY = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + b"a" * 500
DEADLINE_S = 30.0


class Running:
    """A program that serves, and how to talk to it."""

    def __init__(self, **order: Any) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "HTTP_X_LEAK": "yes"}
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), json.dumps(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
        )

    def says(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        lines = iter(self.process.stdout.readline, "")
        return dict(json.loads(next(line for line in lines if line.startswith("{"))))

    def ready(self) -> dict[str, Any]:
        self.address = self.says()
        return self.address

    def connect(self) -> socket.socket:
        return socket.create_connection((self.address["host"], self.address["port"]), DEADLINE_S)

    def refuses(self) -> bool:
        try:
            self.connect().close()
        except ConnectionError:  # refused, or reset while the last process ends
            return True
        return False

    def ask(self, raw: bytes) -> tuple[int, bytes]:
        with self.connect() as connection:
            connection.sendall(raw)
            with connection.makefile("rb") as answer:
                head, _, body = answer.read().partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), body

    def get(self, path: str = "/") -> tuple[int, bytes]:
        return self.ask(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    def said(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.get()[1])
        return answer

    def ended(self) -> tuple[int, str]:
        output, errors = self.process.communicate(timeout=DEADLINE_S)
        # The application's own line leaves its buffer only where coverage measures the worker.
        assert output in ("", "seed 0\n"), "only the application and the caller print"
        return self.process.returncode, errors


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    with ExitStack() as stack:

        def launch(**order: Any) -> Running:
            running = Running(**order)
            stack.enter_context(running.process)
            stack.callback(running.process.kill)
            return running

        yield launch


@pytest.fixture(scope="module")
def echo() -> Iterator[Running]:
    running = Running(factory="echo")
    running.ready()
    with running.process:
        yield running
        running.process.terminate()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        if condition():
            return True
        os.sched_yield()
    return False


def test_the_caller_learns_where_it_answers(echo: Running) -> None:
    assert (echo.address["host"], echo.address["base_path"]) == ("127.0.0.1", "/base")
    assert echo.get()[0] == 200


def test_no_variable_of_the_environment_reaches_a_request(echo: Running) -> None:
    assert echo.said()["headers"] == ["HTTP_CONNECTION", "HTTP_HOST"]


def test_an_exception_of_the_application_is_an_empty_500_and_a_traceback_on_stderr(
    start: Callable[..., Running],
) -> None:
    running = start()
    running.ready()
    assert running.get("/crash") == (500, b"")
    running.process.terminate()
    assert "LookupError: nobody caught this" in running.ended()[1]


@pytest.mark.parametrize(
    "raw, status",
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400),
        (b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nName : x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 500_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 101 + b"\r\n", 431),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_request_is_refused_without_a_body(echo: Running, raw: bytes, status: int) -> None:
    assert echo.ask(raw) == (status, b"")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_it_in_peace(start: Callable[..., Running], name: str) -> None:
    running = start()
    running.ready()
    worker = running.said()["pid"]
    running.process.send_signal(getattr(signal, name))
    assert running.ended() == (0, "")
    assert not is_alive(worker)


def test_a_hangup_that_the_caller_ignores_stays_ignored(start: Callable[..., Running]) -> None:
    running = start(ignores_hangup=True)
    running.ready()
    running.process.send_signal(signal.SIGHUP)
    assert [running.get()[0] for _ in range(20)] == [200] * 20


def test_stalled_clients_stop_neither_the_others_nor_the_end(start: Callable[..., Running]) -> None:
    running = start(open_files=128)
    running.ready()
    with ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(running.connect()).sendall(HALF_A_BODY)
        assert [running.get()[0] for _ in range(50)] == [200] * 50
        running.process.terminate()
        asked = time.monotonic()
        assert running.ended() == (0, "")
        assert time.monotonic() - asked < 1.0


def test_the_worker_ends_with_a_parent_that_was_killed(start: Callable[..., Running]) -> None:
    running = start()
    running.ready()
    running.process.kill()
    assert wait_until(running.refuses)


def test_a_worker_that_dies_ends_the_server_with_a_word(start: Callable[..., Running]) -> None:
    running = start()
    running.ready()
    os.kill(running.said()["pid"], signal.SIGKILL)
    code, errors = running.ended()
    assert code == 5
    assert "ended by itself" in errors


def test_a_second_server_is_refused_the_port(start: Callable[..., Running], echo: Running) -> None:
    second = start(config={"port": echo.address["port"]})
    code, errors = second.ended()
    assert code == 2
    assert errors.startswith(f"PortInUse: port {echo.address['port']} ")
    assert echo.get()[0] == 200


def test_the_port_is_refused_while_the_first_server_still_builds(start: Callable[..., Running]) -> None:
    with bind_port("127.0.0.1", 0) as bound:
        port = Address.of(bound).port
    first = start(factory="patient", config={"port": port})
    assert first.says() == {"building": True}
    assert start(config={"port": port}).ended()[0] == 2
    assert first.process.stdin is not None
    first.process.stdin.write("build\n")
    first.process.stdin.flush()
    assert first.ready()["port"] == port


def test_a_server_restarts_on_its_port_at_once(start: Callable[..., Running]) -> None:
    first = start()
    port = first.ready()["port"]
    assert first.get()[0] == 200
    first.process.terminate()
    first.ended()
    second = start(config={"port": port})
    assert second.ready()["port"] == port


@pytest.mark.parametrize(
    "factory, code, words",
    [
        ("invalid_spec", 2, "SpecInvalid: openapi.yaml#/paths: no paths; one was expected"),
        ("faulty", 5, "StartFailed: the application could not be built: ZeroDivisionError: seven by nought"),
        ("vanishing", 5, "StartFailed: the server process ended before it answered"),
        ("sick", 5, "did not answer within 0.2 s"),
    ],
)
def test_a_failed_start_says_why(start: Callable[..., Running], factory: str, code: int, words: str) -> None:
    ended = start(factory=factory, tuning={"answer_timeout_s": 0.2}).ended()
    assert ended[0] == code
    assert words in ended[1]


@pytest.mark.parametrize("factory", ["echo", "invalid_spec"])
def test_spawned_workers_do_the_same(start: Callable[..., Running], factory: str) -> None:
    running = start(factory=factory, start_method="spawn")
    if factory == "echo":
        assert running.ready()["base_path"] == "/base"
        running.process.send_signal(signal.SIGINT)
    assert running.ended()[0] == (0 if factory == "echo" else 2)


def test_it_serves_for_as_long_as_the_caller_wants(start: Callable[..., Running]) -> None:
    running = start(until_input=True)
    running.ready()
    assert running.process.stdin is not None
    running.process.stdin.write("enough\n")
    assert running.ended() == (0, "")


def test_several_workers_answer_on_one_port(start: Callable[..., Running]) -> None:
    running = start(config={"workers": 2})
    running.ready()
    assert wait_until(lambda: running.said()["pid"] != running.said()["pid"])


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_while_the_application_is_built_ends_it_in_peace(start: Callable[..., Running], name: str) -> None:
    running = start(factory="patient")
    running.says()
    running.process.send_signal(getattr(signal, name))
    running.process.wait(DEADLINE_S)
    assert running.ended() == (0, "")


def test_a_hail_of_signals_ends_it_in_peace(start: Callable[..., Running]) -> None:
    running = start()
    running.ready()
    for _ in range(100):
        running.process.send_signal(signal.SIGINT)
        running.process.send_signal(signal.SIGTERM)
    assert running.ended() == (0, "")
