from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest
import requests

from apps.wsgi_samples import echo, faulty, invalid_spec
from mockserver.config import Config
from mockserver.errors import ConfigInvalid, SpecInvalid, StartFailed, ToolError
from mockserver.live.server import LiveServer

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

both = pytest.mark.parametrize("in_process", [True, False], ids=["thread", "child"])


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except ConnectionError:  # refused, or reset while the last process ends
        return True
    return False


def kill(pid: int) -> None:
    """End a child of this process and leave its exit code for others to collect."""
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


@both
def test_it_answers_inside_the_block_and_nowhere_else(in_process: bool) -> None:
    with LiveServer(Config(port=4010), factory=echo, in_process=in_process) as server:
        port = server.port
        assert server.base_url == f"http://127.0.0.1:{port}/base"
        assert server.admin_url == f"http://127.0.0.1:{port}/__admin"
        assert requests.post(server.base_url, data=b"abc", timeout=5).json()["body_bytes"] == 3
    assert refuses(port)


@both
def test_two_run_side_by_side(in_process: bool) -> None:
    with (
        LiveServer(factory=echo, in_process=in_process) as one,
        LiveServer(factory=echo, in_process=in_process) as other,
    ):
        assert one.port != other.port


@both
def test_it_stops_when_the_block_fails(in_process: bool) -> None:
    server = LiveServer(factory=echo, in_process=in_process)
    with pytest.raises(KeyError) as caught, server:
        raise KeyError(server.port)
    assert refuses(caught.value.args[0])


@both
def test_it_can_be_entered_again(in_process: bool) -> None:
    server = LiveServer(factory=echo, in_process=in_process)
    for _ in range(2):
        with server:
            assert requests.get(server.base_url, timeout=5).ok


@both
def test_an_invalid_document_raises_in_the_caller(in_process: bool) -> None:
    with (
        pytest.raises(SpecInvalid, match="no paths") as caught,
        LiveServer(factory=invalid_spec, in_process=in_process),
    ):
        pass
    assert (caught.value.source, caught.value.pointer) == ("openapi.yaml", "/paths")


@both
def test_a_faulty_factory_raises_with_its_traceback(in_process: bool) -> None:
    with pytest.raises(StartFailed, match="seven by nought") as caught:
        LiveServer(factory=faulty, in_process=in_process).__enter__()
    assert "in faulty" in caught.value.__notes__[0]


@both
def test_a_foreign_host_raises_in_the_caller(in_process: bool) -> None:
    with pytest.raises(ConfigInvalid, match="an address of this machine") as caught:
        LiveServer(Config(host="192.0.2.1"), factory=echo, in_process=in_process).__enter__()
    assert caught.value.source == "--host"


def test_there_is_no_url_outside_the_block() -> None:
    server = LiveServer(factory=echo, in_process=True)
    with pytest.raises(ToolError, match="does not run"):
        _ = server.base_url
    with server:
        assert server.base_url
    with pytest.raises(ToolError, match="does not run"):
        _ = server.base_url


def test_the_thread_shares_objects_with_the_test() -> None:
    paths: list[str] = []

    def note(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        paths.append(environ["PATH_INFO"])
        start_response("204 No Content", [])
        return []

    with LiveServer(factory=lambda config: note, in_process=True) as server:
        requests.get(f"{server.base_url}/here", timeout=5)
    assert paths == ["/here"]


def test_an_exception_of_the_application_in_the_thread_is_raised_at_the_end() -> None:
    with pytest.raises(LookupError, match="nobody caught this"), LiveServer(factory=echo, in_process=True) as server:
        assert requests.get(f"http://127.0.0.1:{server.port}/crash", timeout=5).status_code == 500


def test_a_failure_of_the_block_comes_before_one_of_the_application() -> None:
    with pytest.raises(KeyError), LiveServer(factory=echo, in_process=True) as server:
        raise KeyError(requests.get(f"http://127.0.0.1:{server.port}/crash", timeout=5).status_code)


def test_the_thread_writes_no_line_for_a_request(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", "werkzeug"), LiveServer(factory=echo, in_process=True) as server:
        requests.get(server.base_url, timeout=5)
    assert [record for record in caplog.records if record.name == "werkzeug"] == []


def test_the_thread_answers_in_parallel() -> None:
    meeting = threading.Barrier(2, timeout=5)

    def meet(config: Config) -> WSGIApplication:
        def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            meeting.wait()
            start_response("204 No Content", [])
            return []

        return app

    with LiveServer(factory=meet, in_process=True) as server:
        url = server.base_url
        other = threading.Thread(target=lambda: requests.get(url, timeout=5))
        other.start()
        assert requests.get(url, timeout=5).status_code == 204
        other.join()


def test_a_child_that_was_killed_is_an_error_at_the_end() -> None:
    with pytest.raises(ToolError, match="exit code -9"), LiveServer(factory=echo) as server:
        kill(requests.get(server.base_url, timeout=5).json()["parent"])


def test_ctrl_c_reaches_the_caller_and_not_the_child() -> None:
    with LiveServer(factory=echo) as server:
        assert os.getsid(requests.get(server.base_url, timeout=5).json()["pid"]) != os.getsid(0)


def test_the_child_ends_with_a_caller_that_was_killed() -> None:
    program = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from apps.wsgi_samples import echo\n"
        "from mockserver.live import LiveServer\n"
        "with LiveServer(factory=echo) as server: print(server.port, flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as caller:
        assert caller.stdout is not None
        assert caller.stderr is not None
        port = int(caller.stdout.readline())
        assert not refuses(port)
        caller.kill()
        caller.stderr.read()  # ends when the last process of the server has ended
    assert refuses(port)
