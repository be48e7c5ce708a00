"""Commands on a running server: what they do, print and return."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import click
import pytest

from background import unmeasured
from mockserver.cli import commands
from mockserver.cli.admin_client import Remote
from mockserver.cli.running import event_line, move_of, request_line
from mockserver.config import Config
from mockserver.errors import ConfigInvalid, RequestRefused, TargetUnreachable
from mockserver.live.server import LiveServer

MOMENT = 1746954000.0
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with LiveServer(Config(clock=MOMENT), in_process=True) as server:
        yield server.base_url


@pytest.fixture
def command(url: str, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command on the server, after a reset; returns exit code, stdout, stderr."""

    def run(*arguments: str, to: str = url) -> tuple[int, str, str]:
        code: object = 0
        try:
            commands.main([*arguments, "--url", to])
        except SystemExit as exit_:
            code = exit_.code
        output = capsys.readouterr()
        return int(str(code or 0)), output.out, output.err

    run("reset")
    return run


def get(url: str, path: str = "/user-campaign-filters") -> None:
    import requests

    requests.get(url + path, headers={"Authorization": "your_api_key_here"}, timeout=10)


def test_a_scenario_is_played_and_listed(command: Command) -> None:
    assert command("scenario", "rate_limited")[:2] == (0, "playing rate_limited\n")
    listed = command("scenario")[1].splitlines()
    assert [line.split()[1] for line in listed if line.startswith("*")] == ["rate_limited"]
    assert len(listed) > 5


def test_an_unknown_scenario_is_refused_with_those_that_exist(command: Command) -> None:
    code, out, err = command("scenario", "nosuch")
    assert (code, out) == (2, "")
    assert "rate_limited" in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "move, said",
    [
        ((), "2025-05-11T09:00:00Z  frozen"),
        (("+1d",), "2025-05-12T09:00:00Z  frozen"),
        (("-2h",), "2025-05-11T07:00:00Z  frozen"),
        (("2026-01-01T00:00:00Z",), "2026-01-01T00:00:00Z  frozen"),
        (("freeze",), "2025-05-11T09:00:00Z  frozen"),
    ],
)
def test_the_clock_is_shown_and_moved(command: Command, move: tuple[str, ...], said: str) -> None:
    assert command("clock", *move) == (0, said + "\n", "")


def test_the_clock_is_let_run(command: Command) -> None:
    assert command("clock", "run")[1].endswith("running\n")


@pytest.mark.parametrize(
    "text, members",
    [
        ("+90s", {"advance_s": 90}),
        ("+5m", {"advance_s": 300}),
        ("+1w", {"advance_s": 604800}),
        ("freeze", {"freeze": True}),
        ("tomorrow", {"set": "tomorrow"}),
    ],
)
def test_a_move_is_read(text: str, members: dict[str, Any]) -> None:
    assert move_of(text) == members


@pytest.mark.parametrize("text", ["+1", "+d", "+1y", "-", "+1d2h", "+٣d"])
def test_a_wrong_step_is_no_move(text: str) -> None:
    with pytest.raises(click.UsageError, match="was expected"):
        move_of(text)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("clock", "tomorrow"), "date-time"),
        (("clock", "+1y"), "not a step"),
        (("keys", "--activate", "nobody"), "No key"),
        (("keys", "--activate", "a", "--deactivate", "b"), "one of"),
        (("keys", "--create", "root"), "--create"),
        (("requests", "--status", "99"), "--status"),
        (("reset", "--session", "nobody"), "No session"),
        (("reset", "--session", "ü\u2028"), "ASCII"),
    ],
    ids=lambda value: " ".join(value).encode("ascii", "replace").decode() if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_one_clear_line_and_exit_2(
    command: Command, arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = command(*arguments)
    assert (code, out, words in err) == (2, "", True)


def test_keys_are_made_switched_and_listed(command: Command) -> None:
    made = json.loads(command("keys", "--create", "member", "--json")[1])
    assert command("keys", "--deactivate", made["hash"])[1].split()[:3] == [made["hash"], "member", "deactivated"]
    assert f"{made['hash']}  member  deactivated" in command("keys")[1]
    assert command("keys", "--activate", made["hash"])[1].split()[2] == "active"
    assert len(command("keys", "--create", "admin")[1].strip()) == 32


def test_requests_are_listed_the_newest_below(command: Command, url: str) -> None:
    for path in ("/user-campaign-filters", "/nowhere"):
        get(url, path)
    first, second = command("requests")[1].splitlines()
    assert "200" in first
    assert "getUserCampaignFilters" in first
    assert "/nowhere" in second
    assert "! no path template" in second
    assert command("requests", "--status", "404", "-n", "1")[1].splitlines() == [second]
    assert json.loads(command("requests", "--json")[1])["meta"]["total"] == 2


def test_a_reset_returns_everything_to_its_start(command: Command, url: str) -> None:
    get(url)
    assert command("reset")[1] == "the session default is as it was at the start\n"
    assert command("requests")[1] == ""


def test_every_answer_can_be_had_as_json(command: Command) -> None:
    for arguments in (["scenario"], ["scenario", "default"], ["clock"], ["keys"], ["reset"], ["requests"]):
        assert isinstance(json.loads(command(*arguments, "--json")[1]), dict)


def test_a_session_is_chosen(command: Command, url: str) -> None:
    name = Remote(url).ask("POST", "/sessions", {"clock": "2026-01-01T00:00:00Z"})["name"]
    assert command("clock", "--session", name)[1] == "2026-01-01T00:00:00Z  frozen\n"


def test_nobody_there_is_exit_3(command: Command) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        code, _, err = command("reset", to=f"http://127.0.0.1:{holder.getsockname()[1]}")
    assert (code, len(err.splitlines()), "mockserver serve" in err) == (3, 1, True)


@pytest.mark.parametrize(
    "wrong", ["localhost:4010", "ftp://localhost", "http://", "http://localhost:port", "http://[::1"]
)
def test_a_url_that_is_none_is_refused(command: Command, wrong: str) -> None:
    code, _, err = command("reset", to=wrong)
    assert (code, "--url" in err) == (2, True)


@pytest.mark.parametrize("name", ["scenario", "requests", "clock", "keys", "reset"])
def test_help_explains_itself(command: Command, name: str) -> None:
    code, out, _ = command(name, "--help")
    assert code == 0
    assert "Examples:" in out


class Stranger(BaseHTTPRequestHandler):
    """A server that is not a mock: it redirects, or answers something else."""

    seen: list[str]

    def do_GET(self) -> None:
        """Send whoever asks to another place, with their token if they carry it there."""
        self.seen.append(f"{self.path} {self.headers.get('Authorization')}")
        self.send_response(302 if "clock" in self.path else 200)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(b"<html>")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[str]]]:
    seen: list[str] = []
    handler = type("Seen", (Stranger,), {"seen": seen})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/clock", "/health"])
def test_a_server_that_is_no_mock_is_told_apart_and_no_redirection_followed(
    stranger: tuple[str, list[str]], path: str
) -> None:
    url, seen = stranger
    with pytest.raises(TargetUnreachable, match="as a mock server does"):
        Remote(url, token="secret").ask("GET", path)
    assert seen == [f"/__admin{path} Bearer secret"]


def test_a_token_is_not_shown() -> None:
    assert "secret" not in repr(Remote("http://x", token="secret"))


def test_events_are_yielded_as_they_come(url: str) -> None:
    events = Remote(url).events()
    with pytest.raises(RequestRefused):
        next(Remote(url, session="nobody").events())
    # The stream is open once its first event can be waited for: requests before that are not told.
    first: list[tuple[str, dict[str, Any]]] = []
    waiting = Thread(target=lambda: first.append(next(events)))
    waiting.start()
    while waiting.is_alive():
        get(url)
        waiting.join(0.01)
    kind, data = first[0]
    assert (kind, data["operationId"]) == ("request", "getUserCampaignFilters")
    events.close()


@pytest.mark.parametrize(
    "kind, data, line",
    [
        ("lost", {"lost": 3}, "-- 3 requests were too many to follow"),
        ("cleared", {}, "-- cleared"),
        ("reload", {"files": ["a.yaml"], "problem": ""}, "-- a.yaml: reloaded"),
        ("reload", {"files": ["a.yaml"], "problem": "no"}, "-- a.yaml: no"),
    ],
)
def test_other_events_have_a_line_too(kind: str, data: dict[str, Any], line: str) -> None:
    assert event_line(kind, data) == line


def test_a_request_cannot_write_to_the_terminal() -> None:
    request = {"loggedDateString": "2025-05-11T09:00:00Z", "method": "GET", "url": "/\x1b[2J\n\x9b"}
    entry = {
        "request": request,
        "response": {"status": 200},
        "violations": [],
        "durationMs": 1,
        "operationId": None,
        "applied": "rule:1",
    }
    line = request_line(entry)
    assert line.isprintable()
    assert line.endswith("[rule:1]")


def test_a_wrong_token_header_is_a_usage_error(url: str) -> None:
    with pytest.raises(ConfigInvalid):
        Remote(url, token="\u2028").ask("GET", "/health")


@pytest.mark.slow
def test_following_ends_with_ctrl_c() -> None:
    with LiveServer(Config()) as server:
        command = [sys.executable, "-m", "mockserver", "requests", "--follow", "--json", "--url", server.base_url]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, env=unmeasured(), text=True) as process:
            output = process.stdout
            assert output is not None
            line: list[str] = []
            reading = Thread(target=lambda: line.append(output.readline()))
            reading.start()
            while reading.is_alive():
                get(server.base_url)
                reading.join(0.05)
            assert json.loads(line[0])["operationId"] == "getUserCampaignFilters"
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 130
