from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pytest
import requests

from apps.wsgi_samples import echo
from mockserver.config import Config
from mockserver.errors import ConfigInvalid
from mockserver.live.in_process_server import InProcessServer

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

DEADLINE_S = 10.0


@pytest.fixture
def doors() -> Iterator[InProcessServer]:
    doors = InProcessServer()
    yield doors
    doors.stop()


def says(text: str) -> WSGIApplication:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Port", environ["SERVER_PORT"])])
        return [text.encode()]

    return app


def get(url: str) -> str:
    return requests.get(url, timeout=DEADLINE_S).text


def join_answering() -> None:
    """Wait until every thread that answers a request has ended."""
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(DEADLINE_S)


def is_refused(port: int) -> bool:
    """Whether the port stops answering before the deadline."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), DEADLINE_S).close()
        except ConnectionError:
            return True
    return False


def test_each_port_has_an_application_of_its_own(doors: InProcessServer) -> None:
    opened = [doors.open(says(text)) for text in ("one", "other")]
    assert [get(door.address.base_url) for door in opened] == ["one", "other"]


def test_the_application_sees_the_port_that_was_called(doors: InProcessServer) -> None:
    door = doors.open(says(""))
    answer = requests.get(door.address.base_url, timeout=DEADLINE_S)
    assert int(answer.headers["Port"]) == door.address.port


def test_the_base_path_is_the_applications(doors: InProcessServer) -> None:
    assert doors.open(echo(Config())).address.base_path == "/base"


def test_a_closed_port_refuses_while_the_others_answer(doors: InProcessServer) -> None:
    closed, kept = doors.open(says("closed")), doors.open(says("kept"))
    doors.close(closed)
    doors.close(closed)
    assert is_refused(closed.address.port)
    assert get(kept.address.base_url) == "kept"


def test_everything_is_closed_when_it_returns_from_stop() -> None:
    doors = InProcessServer()
    ports = [doors.open(says("")).address.port for _ in range(3)]
    doors.stop()
    for port in ports:
        with pytest.raises(ConnectionError):
            socket.create_connection(("127.0.0.1", port), DEADLINE_S)


def test_it_stops_if_nothing_was_opened() -> None:
    InProcessServer().stop()


def test_a_request_that_is_being_answered_when_its_port_closes_is_answered(doors: InProcessServer) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def wait(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        inside.set()
        go_on.wait(DEADLINE_S)
        start_response("200 OK", [])
        return [b"late"]

    door, heard = doors.open(wait), []
    client = threading.Thread(target=lambda: heard.append(get(door.address.base_url)))
    client.start()
    assert inside.wait(DEADLINE_S)
    doors.close(door)
    go_on.set()
    client.join()
    assert heard == ["late"]


def test_an_exception_of_one_application_is_kept_at_its_door(doors: InProcessServer) -> None:
    def fall(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raise LookupError("nobody caught this")

    falls, stands = doors.open(fall), doors.open(says("standing"))
    assert requests.get(falls.address.base_url, timeout=DEADLINE_S).status_code == 500
    assert get(stands.address.base_url) == "standing"
    assert ([str(error) for error in falls.errors], stands.errors) == (["nobody caught this"], [])


def test_an_exception_is_logged_before_its_answer_is_sent_and_not_again(
    doors: InProcessServer, caplog: pytest.LogCaptureFixture
) -> None:
    def fall(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raise LookupError("nobody caught this")

    door = doors.open(fall)
    assert requests.get(door.address.base_url, timeout=DEADLINE_S).status_code == 500
    assert [record.name for record in caplog.records] == ["mockserver.live.in_process_server"]
    assert "LookupError: nobody caught this" in caplog.text
    join_answering()
    assert len(caplog.records) == 1


def test_an_exception_in_the_middle_of_an_answer_is_kept_and_the_answer_closed(doors: InProcessServer) -> None:
    class Half:
        closed = 0

        def __iter__(self) -> Iterator[bytes]:
            yield b"half"
            raise LookupError("nobody caught this")

        def close(self) -> None:
            self.closed += 1

    half = Half()

    def fall(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [])
        return half

    door = doors.open(fall)
    assert get(door.address.base_url).startswith("half")
    join_answering()
    assert ([str(error) for error in door.errors], half.closed) == (["nobody caught this"], 1)


def test_a_client_that_leaves_at_once_stops_nobody(doors: InProcessServer) -> None:
    door = doors.open(says("here"))
    for _ in range(20):
        socket.create_connection(("127.0.0.1", door.address.port), DEADLINE_S).close()
    assert get(door.address.base_url) == "here"


def test_a_foreign_host_is_refused() -> None:
    doors = InProcessServer("192.0.2.1")
    with pytest.raises(ConfigInvalid, match="an address of this machine"):
        doors.open(says(""))
    doors.stop()
