"""The verdict at the end: asked of a server while it still answers, and printed with an exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from mockserver.cli.verdict_client import VerdictClient
from mockserver.config import Config
from mockserver.errors import ConfigInvalid, ToolError
from mockserver.http.ports import Address
from mockserver.live.server import LiveServer

KEY = "your_api_key_here"
KEPT, BROKEN = "/campaign-info?limit=1", "/campaign-info?limt=1"


def send(base_url: str, target: str, key: str = KEY) -> None:
    request = urllib.request.Request(base_url + target, headers={"Authorization": key})
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with LiveServer(Config(admin_token="token"), in_process=True) as server:
        yield server


def admin(server: LiveServer, method: str, path: str) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    data = b"{}" if method == "POST" else None
    request = urllib.request.Request(server.admin_url + path, method=method, headers=headers, data=data)
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


@pytest.fixture(autouse=True)
def start_anew(server: LiveServer) -> None:
    admin(server, "POST", "/reset")


@pytest.mark.parametrize(
    "targets, allow, code",
    [([], (), 4), ([KEPT], (), 0), ([KEPT, BROKEN], (), 1), ([BROKEN], ("C103",), 0)],
    ids=["none", "kept", "broken", "allowed"],
)
def test_a_server_is_asked_for_its_verdict(
    server: LiveServer, targets: list[str], allow: Sequence[str], code: int
) -> None:
    hearing = VerdictClient("token", allow)
    hearing.open(server.address)
    for target in targets:
        send(server.base_url, target)
    hearing.close()
    assert hearing.exit_code == code
    (judged,) = hearing.judged
    assert (judged.session, judged.document["total"]) == ("default", len(targets))


def test_every_session_that_got_requests_is_judged(server: LiveServer) -> None:
    made, idle = admin(server, "POST", "/sessions"), admin(server, "POST", "/sessions")
    hearing = VerdictClient()
    hearing.open(server.address)
    send(server.base_url, KEPT)
    send(server.base_url, BROKEN, made["keys"]["member"])
    hearing.close()
    assert [(judged.session, judged.document["verdict"]) for judged in hearing.judged] == [
        ("default", "kept"),
        (made["name"], "broken"),
    ]
    assert hearing.exit_code == 1
    for session in (made, idle):
        admin(server, "DELETE", f"/sessions/{session['name']}")


def test_a_rule_that_does_not_exist_is_refused_before_the_first_request(server: LiveServer) -> None:
    with pytest.raises(ConfigInvalid, match="--verdict: 'C13' is not a rule on clients; did you mean C103"):
        VerdictClient(allow=["C13"]).open(server.address)


def nowhere() -> Address:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return Address.of(taken)


def test_a_server_that_is_gone_has_no_verdict(server: LiveServer) -> None:
    with pytest.raises(ToolError, match="the verdict cannot be had"):
        VerdictClient().open(nowhere())
    hearing = VerdictClient()
    hearing.open(server.address)
    hearing._address = nowhere()
    hearing.close()  # raises nothing: it runs where nobody could catch it
    with pytest.raises(ToolError, match="the verdict cannot be had"):
        hearing.exit_code  # noqa: B018


def test_a_server_that_was_stopped_before_it_answered_has_no_verdict() -> None:
    hearing = VerdictClient()
    hearing.close()
    with pytest.raises(ToolError, match="stopped before it answered"):
        hearing.judged  # noqa: B018


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str


def serve(targets: Sequence[str], number: signal.Signals, *options: str) -> Ended:
    """Run `mockserver serve --verdict`, send requests, and stop it by a signal to its whole group."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--verdict", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            if found := re.search(r"http://[^\s\"]+", process.stdout.readline()):
                for target in targets:
                    send(found[0], target)
                os.killpg(process.pid, number)
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
    return Ended(process.returncode, out, err)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a group of processes gets the signal, as from a terminal")
@pytest.mark.parametrize(
    "targets, number, options, code, text",
    [
        ([BROKEN], signal.SIGINT, (), 1, "did you mean `limit`?"),
        ([BROKEN], signal.SIGTERM, ("--workers", "2"), 1, "1 rule in 1 request."),
        ([BROKEN], signal.SIGINT, ("--verdict-allow", "C103"), 0, "The client keeps the contract: 1 request"),
        ([BROKEN], signal.SIGINT, ("--log", "json"), 1, '{"event": "verdict", "session": "default", "verdict": "br'),
        ([], signal.SIGINT, (), 4, "no request came"),
        ([KEPT] * 1100, signal.SIGINT, ("--verdict-allow", "C203", "--limit-minute", "9999"), 0, "1,100 requests"),
    ],
    ids=["ctrl-c", "two workers", "allowed", "json", "nothing", "more than a journal holds by default"],
)
def test_serve_ends_with_the_verdict(
    targets: list[str], number: signal.Signals, options: tuple[str, ...], code: int, text: str
) -> None:
    ended = serve(targets, number, *options)
    assert (ended.code, ended.err) == (code, "")
    assert text in ended.out


@pytest.mark.slow
def test_serve_refuses_an_unknown_rule_at_the_start() -> None:
    ended = serve([], signal.SIGINT, "--verdict-allow", "C13")
    assert ended.code == 2
    assert ended.err.startswith("mockserver: --verdict: 'C13' is not a rule on clients; did you mean C103?")
    assert len(ended.err.splitlines()) == 1
