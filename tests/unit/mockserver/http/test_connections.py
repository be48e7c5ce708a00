"""A client's connection among all open files of the process."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from mockserver.http import faults
from mockserver.http.faults import connection_from

OPEN_FILES = Path("/dev/fd")
pytestmark = pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="this system does not list open files")


def open_files() -> int:
    return len(os.listdir(OPEN_FILES))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_connection_of_a_client_is_found_among_others(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with ExitStack() as stack:
        try:
            listener = stack.enter_context(socket.create_server((host, 0), family=family))
        except OSError:
            pytest.skip(f"this machine has no {host}")
        clients = [stack.enter_context(socket.create_connection(listener.getsockname()[:2], 5)) for _ in range(3)]
        for _ in clients:
            stack.enter_context(listener.accept()[0])
        for end in socket.socketpair():
            stack.enter_context(end)
        before = open_files()
        name = f"[{host}]" if ":" in host else host
        found = connection_from(f"{name}:{clients[1].getsockname()[1]}")
        assert found is not None
        with found:
            found.sendall(b"you")
        assert clients[1].recv(9) == b"you"
        assert open_files() == before


@pytest.mark.parametrize("client", ["192.0.2.1:9", "192.0.2.1", "", "unix:"])
def test_a_stranger_has_no_connection_and_nothing_stays_open(client: str) -> None:
    one, other = socket.socketpair()
    with one, other:
        before = open_files()
        assert connection_from(client) is None
        assert open_files() == before


def test_a_file_that_closes_meanwhile_is_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "listdir", lambda _: ["987654"])
    assert connection_from("127.0.0.1:1") is None


def test_a_system_without_a_list_of_files_has_no_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_OPEN_FILES", "/nowhere")
    assert connection_from("127.0.0.1:1") is None
