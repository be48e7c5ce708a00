"""`pytest --contracts` in projects of their own, against servers that keep the contract and servers that do not."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from apps.broken import BROKEN
from apps.judging import judged
from apps.right import ADMIN, MEMBER, Right, serve
from background import unmeasured
from contracts import api
from contracts.config import Config
from contracts.outcome.baseline import update
from contracts.verdicts import Outcome

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

DEADLINE_S = 60.0
#: Plugins that a run is spared: they cost a second, or put tests into another order.
SPARED = ("schemathesis", "hypothesispytest", "randomly", "asyncio")
#: Two keys of the servers here are so alike that, redacted, they now and then look the same.
UNSURE = "contract::effect.new[createApiKey]"
#: A server that the relations alone judge, at once, with a ledger of its own.
SETTINGS = 'phases = ["relations"]\nmax-wait = 0\nledger = "ledger"\n'
TERM = ("collection.subset[getCampaignInfo:term]", "collection.subset[postCampaignInfo:term]")
#: Chooses three relations on the term, two of which break with it.
SOME = ("-k", "subset and (term or campaign_status and get)")


@dataclass
class Project:
    """A project with one test of its own.

    Attributes:
        ends: of each test by the latest run: `passed`, `failed`, `error` or `skipped`.
    """

    pytester: pytest.Pytester
    stack: ExitStack
    ends: dict[str, str] = field(default_factory=dict)

    def configure(self, settings: str) -> None:
        self.pytester.makepyprojecttoml(f"[tool.contracts]\n{settings}")

    def serve(self, server: Right) -> str:
        return self.stack.enter_context(serve(server))

    def run(self, *args: str, url: str = "", is_alone: bool = False) -> pytest.RunResult:
        """Run pytest here, or in a process of its own where what its workers print is asked for."""
        spared = [item for name in SPARED for item in ("-p", f"no:{name}")]
        target = ["--contracts-url", url, "--deselect", UNSURE] if url else []
        report = self.pytester.path / "junit.xml"
        start = self.pytester.runpytest_subprocess if is_alone else self.pytester.runpytest_inprocess
        done = start(*spared, "--contracts", *target, f"--junitxml={report}", *args)
        self.ends = {case.attrib["name"]: end_of(case) for case in ElementTree.parse(report).iter("testcase")}
        return done

    def ended(self, *ends: str) -> set[str]:
        return {name for name, end in self.ends.items() if end in ends}


def end_of(case: ElementTree.Element) -> str:
    marks = {"failure": "failed", "error": "error", "skipped": "skipped"}
    return next((marks[child.tag] for child in case if child.tag in marks), "passed")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.setenv("CONTRACTS_API_KEY", ADMIN)
    monkeypatch.setenv("CONTRACTS_MEMBER_KEY", MEMBER)
    monkeypatch.setenv("TMPDIR", str(pytester.mkdir("temporary")))
    pytester.makepyfile(test_own="def test_of_the_project(): pass")
    with ExitStack() as stack:
        made = Project(pytester, stack)
        made.configure(SETTINGS)
        yield made


def broken(name: str = "the term is ignored") -> Right:
    return BROKEN[name].server()


def test_without_the_option_nothing_is_collected(project: Project) -> None:
    done = project.pytester.runpytest_inprocess("-p", "no:schemathesis", "-p", "no:asyncio", "--collect-only", "-q")
    done.stdout.fnmatch_lines(["test_own.py::test_of_the_project", "1 test collected*"])


def test_listing_the_items_sends_nothing(project: Project) -> None:
    server = Right()
    done = project.run("--collect-only", "-q", url=project.serve(server))
    done.stdout.fnmatch_lines(["contract::collection.subset?getCampaignInfo:campaign_status?"])
    assert project.run("--setup-plan", url=project.serve(server)).ret == 0
    assert server.answered == 0


def test_with_no_url_the_embedded_mock_is_judged_like_contracts_run_does(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CONTRACTS_API_KEY", "CONTRACTS_MEMBER_KEY"):
        monkeypatch.delenv(name)
    project.configure("fuzz = 40\n")
    assert project.run().ret == 0
    names = {Outcome.KEPT: "passed", Outcome.LEFT_OUT: "skipped", Outcome.INCONCLUSIVE: "skipped"}
    verdicts = api.run(Config(fuzz=40)).verdicts
    expected = {verdict.relation.id: names[verdict.outcome] for verdict in verdicts}
    assert project.ends == {"test_of_the_project": "passed", **expected}
    assert {"fuzz.operation[getCampaignInfo]", "limits.after[429]", "stateful.sequence"} & expected.keys()
    assert not (project.pytester.path / ".hypothesis").exists()


@pytest.mark.parametrize(
    "name", ["the term is ignored", "no key for the directory", "a wrong type", "refusals cost nothing"]
)
def test_with_a_broken_server_the_right_items_fail_and_the_rest_do_not(project: Project, name: str) -> None:
    done = project.run(url=project.serve(broken(name)))
    failed = project.ended("failed")
    assert [wanted for wanted in BROKEN[name].breaks if not any(one.startswith(wanted) for one in failed)] == []
    assert [one for one in sorted(failed) if not one.startswith(BROKEN[name].breaks)] == []
    assert project.ended("error") == set()
    assert len(project.ended("passed")) > 250
    assert done.ret == 1


def test_a_failure_shows_what_the_report_of_a_run_shows(project: Project) -> None:
    url = project.serve(broken())
    done = project.run(url=url)
    done.stdout.fnmatch_lines(
        [
            f"*target*{url} (a live server)*",
            "relations: 83 requests planned",
            "*___ contract collection.subset?getCampaignInfo:term? ___*",
            "what happened  an item with *came for term*",
            "expected       only items that pass (contains-ignoring-case)",
            "spec           openapi.yaml:*",
            "try            curl *$CONTRACTS_API_KEY*",
            "broken * The server does not keep the contract: *",
            "FAILED contract::collection.subset?getCampaignInfo:term? - *",
        ]
    )
    done.stdout.fnmatch_lines(["contract ....*"])
    done.stdout.no_fnmatch_line("*items.py*in runtest*")


def test_what_is_not_selected_costs_no_request(project: Project) -> None:
    whole, part, none = Right(), broken(), Right()
    project.run(url=project.serve(whole))
    project.run(*SOME, url=project.serve(part))
    assert project.ended("failed") == set(TERM)
    assert project.ended("passed") == {"collection.subset[getCampaignInfo:campaign_status]"}
    assert part.answered < whole.answered / 3
    assert project.run("-m", "not contract", url=project.serve(none)).ret == 0
    assert project.ends == {"test_of_the_project": "passed"}
    assert none.answered == 0


def test_the_marker_selects_the_items(project: Project) -> None:
    done = project.run("-m", "contract", "-q", *SOME, url=project.serve(Right()))
    assert (
        project.ended("passed") == project.ends.keys() == {*TERM, "collection.subset[getCampaignInfo:campaign_status]"}
    )
    done.stdout.no_fnmatch_line("*requests planned*")


def test_node_ids_on_the_command_line_select_items(project: Project) -> None:
    ids = [f"contract::{name}" for name in TERM]
    project.run(*ids, url=project.serve(broken()))
    assert project.ends == dict.fromkeys(TERM, "failed")
    project.run(*ids, "test_own.py", "-n", "2", url=project.serve(broken()))
    assert project.ends == {**dict.fromkeys(TERM, "failed"), "test_of_the_project": "passed"}


def test_a_node_id_that_names_nothing_is_an_error_with_the_nearest(project: Project) -> None:
    done = project.run("contract::collection.subset[getCampaignInfo:terms]", url=project.serve(Right()))
    done.stdout.fnmatch_lines(["not found: *:terms?; did you mean contract::collection.subset?getCampaignInfo:term??"])
    assert done.ret == 2


@pytest.mark.parametrize("workers", ["2", "4"])
def test_workers_share_one_run_and_its_budget(project: Project, workers: str) -> None:
    alone, shared = broken(), broken()
    project.run(url=project.serve(alone))
    ends = project.ends
    done = project.run("-n", workers, "--contracts-budget", "95", url=project.serve(shared), is_alone=True)
    assert project.ended("failed") == {name for name, end in ends.items() if end == "failed"} != set()
    assert project.ends.keys() == ends.keys()
    assert shared.answered <= 95
    done.stderr.fnmatch_lines(["target  *", "relations: *"])
    done.stdout.fnmatch_lines(["requests * of 95 *"])
    assert list((project.pytester.path / "temporary").glob("contracts-*")) == []


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_failed_last_runs_again_until_it_passes(project: Project, workers: str) -> None:
    again = broken()
    project.run("-n", workers, url=project.serve(broken()))
    failed = project.ended("failed")
    project.run("-n", workers, "--lf", url=project.serve(again))
    assert project.ends == dict.fromkeys(failed, "failed")
    assert again.answered < 40
    assert project.run("-n", workers, "--lf", url=project.serve(Right())).ret == 0
    assert project.ends == dict.fromkeys(failed, "passed")


@pytest.mark.parametrize("days, end, args", [(9, "skipped", ()), (9, "failed", ("--runxfail",)), (-1, "failed", ())])
def test_a_known_failure_is_expected_until_its_last_day(
    project: Project, tmp_path: Path, days: int, end: str, args: tuple[str, ...]
) -> None:
    last = date.today() + timedelta(days=days)
    known = update(judged(broken(), tmp_path), (), last - timedelta(days=30))
    (project.pytester.path / "known.yaml").write_text(known)
    project.configure(f'{SETTINGS}baseline = "known.yaml"\n')
    done = project.run("-rxf", *SOME, *args, url=project.serve(broken()))
    assert {name: project.ends[name] for name in TERM} == dict.fromkeys(TERM, end)
    told = {"skipped": "XFAIL contract::*:term? - to be explained, until *", "failed": "FAILED contract::*"}
    done.stdout.fnmatch_lines([told[end]])
    if days < 0:
        done.stdout.fnmatch_lines([f"expired on {last}: collection.subset*"])


def test_what_is_undecided_is_skipped_with_its_reason_and_fails_where_the_whole_run_is(project: Project) -> None:
    done = project.run("-rs", url=project.serve(Right(0, 3, 1)))
    done.stdout.fnmatch_lines(["SKIPPED * inconclusive: no item came for any campaign_status", "=* passed, * skipped*"])
    assert done.ret == 0
    done = project.run("--contracts-budget", "2", url=project.serve(Right()))
    assert project.ended("skipped") == set()
    assert len(project.ended("failed")) > 180
    done.stdout.fnmatch_lines(["left out: the budget had no room*a larger --contracts-budget has", "The whole run is*"])


def test_where_nothing_answers_the_items_are_errors_and_no_failures(project: Project) -> None:
    done = project.run(*SOME, url="http://127.0.0.1:9")
    assert project.ends == dict.fromkeys([*TERM, "collection.subset[getCampaignInfo:campaign_status]"], "error")
    done.stdout.fnmatch_lines(["*ERROR at setup of contract collection.subset*", "*127.0.0.1:9*"])
    done.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(
    "settings, args, told",
    [
        ("", ("--contracts-budget", "0"), "--budget: a budget of at least 1*"),
        ("", ("--contracts-url", "ftp://x"), "BASE_URL: a URL that begins with http*"),
        ('baseline = "none.yaml"', (), "*none.yaml: cannot be read*"),
        ('only = ["colection"]', (), "--only: no relation begins with 'colection'; did you mean collection?"),
        ("budgt = 9", (), "*/tool/contracts/budgt: unknown setting; did you mean budget?"),
    ],
)
def test_a_mistake_in_the_settings_is_one_line(
    project: Project, settings: str, args: tuple[str, ...], told: str
) -> None:
    project.configure(settings)
    done = project.run(*args)
    done.stdout.fnmatch_lines(["*ERROR collecting contract*", told])
    done.stdout.no_fnmatch_line("*Traceback*")
    assert done.ret == 2


@pytest.mark.parametrize("workers", ["0", "2"])
def test_no_output_shows_a_key(project: Project, workers: str) -> None:
    flags = ("-l", "--tb=long", "--full-trace", "-vv", "-rA", "-n", workers)
    for url in (project.serve(broken()), f"http://{MEMBER}:{ADMIN}@127.0.0.1:9"):
        done = project.run(*flags, *SOME, url=url)
        assert project.ended("failed", "error")
        said = done.stdout.str() + done.stderr.str()
        files = [path.read_bytes() for path in project.pytester.path.rglob("*") if path.is_file()]
        assert ADMIN not in said.replace(url, "")
        assert not [one for one in files if ADMIN.encode() in one]


class Stalling(Right):
    """A server that answers nothing after its fifth request until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.free = threading.Event(), threading.Event()

    def respond(self, *request: Any) -> tuple[int, dict[str, str], Any]:
        if self.answered > 5:
            self.reached.set()
            self.free.wait(DEADLINE_S)
        return super().respond(*request)


@contextmanager
def start(*args: str) -> Iterator[subprocess.Popen[str]]:
    """Start pytest in a group of its own, as a terminal does; what a failed test leaves running is ended."""
    spared = [item for name in SPARED for item in ("-p", f"no:{name}")]
    command = [sys.executable, "-m", "pytest", *spared, "--contracts", *args]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=unmeasured(),
        text=True,
        start_new_session=True,
    ) as running:
        try:
            yield running
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGKILL)


def is_alone(group: int) -> bool:
    """Whether no process of a group is left, with a deadline."""
    until = time.monotonic() + DEADLINE_S
    with suppress(ProcessLookupError):
        while time.monotonic() < until:
            os.killpg(group, 0)
            time.sleep(0.02)
        return False
    return True


@pytest.mark.parametrize("workers", ["0", "2"])
def test_ctrl_c_ends_the_run_and_leaves_nothing_behind(project: Project, workers: str) -> None:
    server = Stalling()
    url = project.serve(server)
    project.stack.callback(server.free.set)
    with start("--contracts-url", url, "-n", workers) as running:
        assert server.reached.wait(DEADLINE_S)
        os.killpg(running.pid, signal.SIGINT)
        said, _ = running.communicate(timeout=DEADLINE_S)
    assert running.returncode == 2, said
    assert "KeyboardInterrupt" in said
    assert is_alone(running.pid)
    assert list((project.pytester.path / "temporary").iterdir()) == []


def test_ctrl_c_stops_the_embedded_mock(project: Project) -> None:
    project.configure("fuzz = 600")
    with start() as running:
        assert running.stdout
        line = next(line for line in running.stdout if line.startswith("target"))
        os.killpg(running.pid, signal.SIGINT)
        running.communicate(timeout=DEADLINE_S)
    port = int(line.split(":")[2].partition("/")[0])
    assert running.returncode == 2
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
