"""The lines of a run as it happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, ClassVar, cast

import pytest

from contracts.events import Event, ExchangeFinished, PhaseFinished, PhaseStarted, RunStarted, Waiting
from contracts.plugin.item_results import ProgressReporter, progress_of
from fabricated import exchange

STARTED = RunStarted(target="http://a/b", budget=90, planned=83, seed=0, is_mock=True)
SENT = ExchangeFinished(exchange=exchange(1), sent=1, remaining_minute=99)


def told(*events: Event, step_s: float = 1.0, lives: bool = False) -> tuple[list[str], list[str]]:
    """Return the lines that stay, and those that live."""
    stay: list[str] = []
    live: list[str] = []
    ticks = count(1)
    listener = ProgressReporter(stay.append, live.append if lives else None, lambda: next(ticks) * step_s)
    for event in events:
        listener(event)
    return stay, live


@pytest.mark.parametrize(
    "event, lines",
    [
        (STARTED, ["target  http://a/b (a mock)"]),
        (PhaseStarted(phase="fuzz", planned=1600), ["fuzz: 1,600 requests planned"]),
        (SENT, []),
        (Waiting(seconds=41.6, reason="the minute is used up"), ["waiting 42 s: the minute is used up"]),
        (Waiting(seconds=0, reason="it goes on"), []),
        (PhaseFinished(phase="fuzz"), ["fuzz: 0 of 0 requests"]),
        (PhaseFinished(phase="fuzz", reason="no answer"), ["fuzz: 0 of 0 requests; cut short: no answer"]),
    ],
)
def test_without_a_terminal_what_matters_is_a_line(event: Event, lines: list[str]) -> None:
    assert told(event) == (lines, [])


def test_on_a_terminal_the_last_line_lives_and_stays_when_the_phase_ends() -> None:
    phase = PhaseStarted(phase="relations", planned=83)
    wait = Waiting(seconds=3, reason="the minute is used up")
    stay, live = told(STARTED, phase, SENT, wait, PhaseFinished(phase="relations"), lives=True)
    status = "relations: 1 of 90 requests · 99 left this minute"
    assert stay == ["target  http://a/b (a mock)", "relations: 83 requests planned", ""]
    assert live == [status, "waiting 3 s: the minute is used up", status]


def test_it_lives_ten_times_a_second_at_most() -> None:
    _, live = told(PhaseStarted(phase="fuzz", planned=100), *[SENT] * 100, step_s=0.01, lives=True)
    assert 8 <= len(live) <= 10


def test_nothing_lives_between_phases() -> None:
    assert told(SENT, lives=True) == ([], [])


class Terminal:
    """A reporter of pytest, and what it was told."""

    def __init__(self, verbosity: int = 0, isatty: bool = False) -> None:
        self.verbosity, self.isatty = verbosity, isatty
        self.told: list[tuple[str, str]] = []

    def write_line(self, line: str) -> None:
        self.told.append(("line", line))

    def rewrite(self, line: str, *, erase: bool) -> None:
        self.told.append(("rewrite", line))

    def write_fspath_result(self, nodeid: str, result: str) -> None:
        self.told.append(("items", nodeid))

    def flush(self) -> None:
        """Nothing is kept back."""


class Pytest:
    """What is asked of pytest's configuration, and whether output is captured."""

    def __init__(self, terminal: Terminal | None, verbosity: int = 0, *, captures: bool = True) -> None:
        self.plugins: dict[str, Any] = {"terminalreporter": terminal, "capturemanager": self if captures else None}
        self.pluginmanager = self
        self.verbosity = verbosity
        self.is_captured = True

    def getplugin(self, name: str) -> Any:
        return self.plugins[name]

    def get_verbosity(self) -> int:
        return self.verbosity

    @contextmanager
    def global_and_fixture_disabled(self) -> Iterator[None]:
        self.is_captured = False
        yield
        self.is_captured = True


class Worker(Pytest):
    """The same in a process of xdist."""

    workerinput: ClassVar[dict[str, str]] = {}


RUN = (STARTED, PhaseStarted(phase="relations", planned=83), PhaseFinished(phase="relations"))


def played(config: Pytest) -> None:
    """Play a run to what pytest shows."""
    with progress_of(cast(pytest.Config, config)) as listener:
        assert config.is_captured is (config.plugins["capturemanager"] is None)
        for event in RUN:
            listener(event)
    assert config.is_captured


@pytest.mark.parametrize("captures", [True, False])
def test_lines_are_let_through_the_capture_while_a_run_goes_on(captures: bool) -> None:
    terminal = Terminal(verbosity=1)
    played(Pytest(terminal, captures=captures))
    assert terminal.told == [
        ("line", "target  http://a/b (a mock)"),
        ("line", "relations: 83 requests planned"),
        ("line", "relations: 0 of 90 requests"),
    ]


def test_on_a_terminal_the_last_line_is_written_over() -> None:
    terminal = Terminal(verbosity=1, isatty=True)
    played(Pytest(terminal))
    assert terminal.told[-2:] == [("rewrite", "relations: 0 of 90 requests"), ("line", "")]


def test_the_letters_of_the_items_begin_on_a_line_of_their_own() -> None:
    terminal = Terminal()
    played(Pytest(terminal))
    assert terminal.told[-1] == ("items", "contract")


def test_quiet_shows_nothing() -> None:
    terminal = Terminal()
    played(Pytest(terminal, -1))
    assert terminal.told == []


def test_without_a_terminal_reporter_nothing_is_shown() -> None:
    played(Pytest(None))


def test_a_worker_of_xdist_tells_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    played(Worker(terminal))
    assert terminal.told == []
    assert "\nrelations: 83 requests planned" in capsys.readouterr().err
