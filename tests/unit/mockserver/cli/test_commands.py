"""The command: options, exit codes, and one clear line for everything that is wrong."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mockserver.cli import commands
from mockserver.config import Config
from mockserver.http.ports import Address


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the command in this process; returns exit code, stdout, stderr."""
    code: object = 0
    try:
        commands.main(arguments)
    except SystemExit as exit_:
        code = exit_.code
    output = capsys.readouterr()
    assert "Traceback" not in output.err
    return int(str(code or 0)), output.out, output.err


@pytest.mark.parametrize("command", [(), ("serve",), ("routes",), ("check",)])
def test_help_explains_itself(capsys: pytest.CaptureFixture[str], command: tuple[str, ...]) -> None:
    code, out, _ = run(capsys, *command, "--help")
    assert code == 0
    assert "Usage: mockserver" in out


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert "mockserver serve --limit-minute 3" in run(capsys, "serve", "-h")[1]


def test_routes_lists_operations_with_auth_and_limits(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "routes")
    assert code == 0
    assert len(out.splitlines()) == 8
    assert re.search(r"POST +/social_app/\S+/create-api-key +createApiKey +key +100/minute, 5000/day", out)


def test_check_finds_nothing_in_what_is_packaged(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "check")[0] == 0


def test_check_names_file_and_pointer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {/a: {get: {parameters: [{in: query}]}}}\n")
    code, _, err = run(capsys, "check", "--spec", str(bad))
    assert code == 2
    assert f"{bad}:3#/paths/~1a/get" in err


def test_check_judges_scenarios_of_the_users(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("description: d\nlimits:\n  minute: 0\n")
    (tmp_path / "worse.yaml").write_text("a: b: c")
    code, _, err = run(capsys, "check", "--scenarios", str(tmp_path))
    assert code == 2
    assert f"{tmp_path}/bad.yaml:3#/limits/minute: " in err
    assert f"{tmp_path}/worse.yaml:1: " in err
    assert [line.partition(": ")[0] for line in err.splitlines()] == [
        "error",
        "error",
        "2 findings",
    ]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--port", "70000"], "0 to 65535"),
        (["--port", "x"], "port"),
        (["--limit-minute", "0"], "--limit-minute"),
        (["--routines", "-1"], "--routines"),
        (["--routines", "1", "--dataset", "x.yaml"], "not both"),
        (["--clock", "yesterday"], "2025-05-11T09:00:00Z"),
        (["--clock", "2025-05-11T09:00:00"], "zone"),
        (["--spec", "no-such-file.yaml"], "no-such-file.yaml"),
        (["--log", "xml"], "--log"),
        (["--workers", "0"], "1 to 64"),
        (["--workers", "65"], "1 to 64"),
        (["--state", "http://localhost"], "redis://127.0.0.1:6379/0"),
        (["--state", "redis://localhost:none"], "--state"),
        (["--state-failure", "panic"], "--state-failure"),
        (["--no-such-option"], "--no-such-option"),
    ],
)
def test_a_bad_option_is_one_clear_line(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    code, _, err = run(capsys, "serve", "--port", "0", *arguments)
    assert code == 2
    assert words in err


def test_a_bad_dataset_is_refused_at_the_start(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad = tmp_path / "data.yaml"
    bad.write_text("organisation: {}\n")
    code, _, err = run(capsys, "serve", "--port", "0", "--dataset", str(bad))
    assert (code, str(bad) in err) == (2, True)


def test_the_text_banner_has_a_command_to_copy(capsys: pytest.CaptureFixture[str]) -> None:
    commands.announce(Config(), Address("127.0.0.1", 4010, "/base"))
    out = capsys.readouterr().out
    assert "curl -H 'Authorization: your_api_key_here' http://127.0.0.1:4010/base/user-campaign-filters" in out


def test_a_foreign_address_without_a_token_is_noted(capsys: pytest.CaptureFixture[str]) -> None:
    commands.announce(Config(host="0.0.0.0"), Address("0.0.0.0", 4010))
    assert "--admin-token" in capsys.readouterr().err


class Started:
    """`mockserver serve` as a process of its own."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "mockserver", "serve", "--log", "json", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self) -> Started:
        assert self.process.stdout is not None
        self.ready = json.loads(self.process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=10)


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_quietly(name: signal.Signals) -> None:
    with Started("--port", "0", "--seed", "7") as server:
        assert server.ready["event"] == "ready"
        assert (server.ready["seed"], server.ready["pid"]) == (7, server.process.pid)
        assert server.ready["admin_url"].endswith("/__admin")
        server.process.send_signal(name)
        out, err = server.process.communicate(timeout=5)
    assert (server.process.returncode, out, err) == (0, "", "")


def test_a_port_in_use_is_one_line_and_exit_2() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        command = [sys.executable, "-m", "mockserver", "serve", "--port", str(holder.getsockname()[1])]
        result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_port_of_another_mockserver_is_not_shared() -> None:
    with Started("--port", "0") as server:
        port = server.ready["base_url"].split(":")[2].split("/")[0]
        command = [sys.executable, "-m", "mockserver", "serve", "--port", port]
        result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (result.returncode, port in result.stderr) == (2, True)
