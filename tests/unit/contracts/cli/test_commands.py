"""The command: options in, one exit code out, no traceback ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import contracts.api
from contracts.cli.commands import main
from contracts.config import Config
from contracts.errors import (
    BudgetExhausted,
    ConfigInvalid,
    SpecInvalid,
    TargetNotJudgeable,
    TargetUnreachable,
    ToolError,
    ToolFailed,
)
from contracts.events import Listener, RunFinished
from contracts.report import ndjson
from contracts.verdicts import Report
from documents import source_of
from fabricated import kept, report

URL = "http://127.0.0.1:9/base"

#: Sets what the runner does, and tells the configurations it was given.
Runner = Callable[[Report | BaseException], list[Config]]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Work in an empty folder, with no environment that means anything."""
    monkeypatch.chdir(tmp_path)
    for name in ("CONTRACTS_API_KEY", "CONTRACTS_MEMBER_KEY", "CONTRACTS_DEBUG", "GITHUB_ACTIONS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Runner:
    """Replace the runner."""

    def set_to(end: Report | BaseException) -> list[Config]:
        seen: list[Config] = []

        def run(config: Config, listener: Listener) -> Report:
            seen.append(config)
            if isinstance(end, BaseException):
                raise end
            listener(RunFinished(report=end))
            return end

        monkeypatch.setattr(contracts.api, "run", run)
        return seen

    return set_to


@pytest.mark.parametrize("made, code", [(kept(), 0), (report(), 1), (kept(0), 4), (report(is_interrupted=True), 130)])
def test_the_exit_code_is_what_the_run_comes_to(made: Report, code: int, runner: Runner) -> None:
    runner(made)
    assert main(["run", URL]) == code


@pytest.mark.parametrize(
    "error, code",
    [
        (ConfigInvalid("no sense", "--x"), 2),
        (SpecInvalid("no sense", "openapi.yaml", "/paths"), 2),
        (TargetUnreachable("nobody there"), 3),
        (TargetNotJudgeable("another service"), 4),
        (BudgetExhausted("spent"), 4),
        (ToolFailed("our fault"), 5),
    ],
)
def test_a_failure_is_one_paragraph_and_its_code(
    error: ToolError, code: int, runner: Runner, capsys: pytest.CaptureFixture[str]
) -> None:
    runner(error)
    assert main(["run", URL]) == code
    assert capsys.readouterr().err == f"contracts: {error}\n"


def test_a_fault_of_the_tool_names_its_place_and_nothing_else(
    runner: Runner, capsys: pytest.CaptureFixture[str]
) -> None:
    runner(ZeroDivisionError("the message may hold anything"))
    assert main(["run", URL]) == 5
    err = capsys.readouterr().err
    assert err.startswith("contracts: this tool failed, not the server: ZeroDivisionError at test_commands.py:")
    assert err.endswith("; CONTRACTS_DEBUG=1 shows the traceback\n")
    assert "anything" not in err


def test_the_traceback_is_shown_when_asked_for_and_without_the_key(
    runner: Runner, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTRACTS_DEBUG", "1")
    monkeypatch.setenv("CONTRACTS_API_KEY", "canary-key-0123456789")
    runner(ZeroDivisionError("with canary-key-0123456789"))
    assert main(["run", URL]) == 5
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "canary-k" not in err


def test_a_message_never_shows_the_key(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    runner(TargetUnreachable("canary-key-0123456789 did not help"))
    assert main(["run", URL, "--api-key", "canary-key-0123456789"]) == 3
    assert "canary-k" not in capsys.readouterr().err


def test_ctrl_c_outside_the_run_is_130(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    runner(KeyboardInterrupt())
    assert main(["run", URL]) == 130
    assert capsys.readouterr().err.strip() == "contracts: stopped"


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--bugdet", "1"],
        ["run", "--budget", "many"],
        ["run", "--budget", "0"],
        ["run", "ftp://host"],
        ["run", "--phases", "dance"],
        ["run", "--report", "junit"],
        ["run", "--baseline", "none.yaml", "--budget"],
        ["run", "--assumptions", "maybe"],
        ["dance"],
        [],
    ],
)
def test_wrong_usage_is_2_and_sends_nothing(
    arguments: list[str], runner: Runner, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = runner(kept())
    assert main(arguments) == 2
    assert seen == []
    assert "Traceback" not in capsys.readouterr().err


def test_a_misspelt_option_is_answered_with_the_right_one(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", "--bugdet", "1"])
    assert "--budget" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["api-key", "member-key"])
def test_a_key_on_the_command_line_is_warned_about(
    option: str, runner: Runner, capsys: pytest.CaptureFixture[str]
) -> None:
    runner(kept())
    assert main(["run", URL, f"--{option}", "secret-value-123"]) == 0
    out, err = capsys.readouterr()
    assert err.startswith(f"warning: --{option} shows the key to everyone who lists processes; use CONTRACTS_")
    assert "secret-v" not in out + err


def test_a_key_in_the_environment_is_used_without_a_word(
    runner: Runner, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTRACTS_API_KEY", "secret-value-123")
    seen = runner(kept())
    assert main(["run", URL]) == 0
    assert seen[0].api_key == "secret-value-123"
    assert capsys.readouterr().err == ""


def test_settings_of_the_working_folder_count(runner: Runner) -> None:
    Path("pyproject.toml").write_text('[tool.contracts]\nbudget = 7\nreport = ["junit:x.xml"]\n', encoding="utf-8")
    seen = runner(kept())
    assert main(["run", URL]) == 0
    assert (seen[0].budget, seen[0].reports) == (7, (("junit", Path("x.xml")),))


def test_an_unknown_setting_is_2_with_the_nearest_known_one(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    Path("pyproject.toml").write_text("[tool.contracts]\nbugdet = 7\n", encoding="utf-8")
    seen = runner(kept())
    assert main(["run", URL]) == 2
    assert seen == []
    assert "pyproject.toml#/tool/contracts/bugdet: unknown setting; did you mean budget?" in capsys.readouterr().err


def test_help_works_beside_a_broken_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("pyproject.toml").write_text("[tool.contracts", encoding="utf-8")
    assert main(["run", "--help"]) == 0
    out = capsys.readouterr().out
    assert "Examples:" in out
    assert "Exit codes:" in out


def test_quiet_prints_one_line(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    runner(report())
    main(["run", URL, "--quiet"])
    assert capsys.readouterr().out == "✗ broken  The server does not keep the contract: 2 violations of 2 relations.\n"


def test_github_gets_annotations(
    runner: Runner, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    runner(report())
    main(["run", URL])
    assert "\n::error file=openapi.yaml,line=" in capsys.readouterr().out


@pytest.mark.parametrize("command, line", [("plan", "plan for the embedded mock: "), ("relations", "structure.")])
def test_listings_send_nothing_and_print(command: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command]) == 0
    assert capsys.readouterr().out.startswith(line)


def test_a_baseline_is_made_and_brought_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    Path("run.ndjson").write_text(ndjson.render(report(), source_of("paths: {}")), encoding="utf-8")
    assert main(["baseline", "update", "known.yaml", "run.ndjson"]) == 0
    assert capsys.readouterr().out == "known.yaml: 2 known failures, 2 to be explained\n"
    text = Path("known.yaml").read_text(encoding="utf-8")
    Path("known.yaml").write_text(text.replace("to be explained", "because", 1), encoding="utf-8")
    assert main(["baseline", "update", "known.yaml", "run.ndjson"]) == 0
    assert capsys.readouterr().out == "known.yaml: 2 known failures, 1 to be explained\n"


def test_a_baseline_from_what_is_no_report_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["baseline", "update", "known.yaml", "none.ndjson"]) == 2
    assert not Path("known.yaml").exists()
    assert "none.ndjson: cannot be read" in capsys.readouterr().err


def test_a_terminal_without_unicode_is_no_reason_to_fail() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    found = subprocess.run(
        [sys.executable, "-m", "contracts", "relations"], env=environment, capture_output=True, check=False
    )
    assert found.returncode == 0, found.stderr


def test_help_loads_nothing_heavy() -> None:
    heavy = ("rich", "yaml", "jsonschema_rs", "schemathesis", "hypothesis", "jinja2", "http.client", "mockserver")
    code = (
        "import sys; from contracts.cli.commands import main; code = main(['run', '--help']);"
        f"print('loaded:', [name for name in {heavy!r} if name in sys.modules], code)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.endswith("loaded: [] 0\n")


def test_a_reader_who_leaves_early_sees_no_traceback() -> None:
    command = [sys.executable, "-m", "contracts", "relations"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stderr
        child.stdout.readline()
        child.stdout.close()
        assert b"Traceback" not in child.stderr.read()
        assert child.wait(30) in (0, 141, -signal.SIGPIPE)
