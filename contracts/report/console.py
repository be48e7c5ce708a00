"""The run on a terminal as it happens, and as plain lines where there is none.

Listens to events only. On a terminal the last line lives: phase, requests of
the budget, allowance, countdown. In the end every relation has a mark on the
line of its kind; on GitHub each has a line of its own as well, folded.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TextIO

from rich.console import Console as Terminal
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from contracts.events import DocumentRead, Event, PhaseFinished, PhaseStarted, RunFinished, RunStarted, Waiting
from contracts.report.github import annotate, disarm
from contracts.report.progress import Progress
from contracts.report.source import DocumentSource
from contracts.report.summary import kinds, screen, verdict_line
from contracts.report.text import escape_control, standing
from contracts.verdicts import Report
from oas.findings import summary_lines

__all__ = ["Console", "ConsoleOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleOptions:
    """How a run is shown.

    Attributes:
        is_quiet: the verdict only.
        is_colourless: no colour, as `NO_COLOR` asks.
        is_github: fold the relations, and annotate the violations.
        is_terminal: whether the stream is one; None finds out.
    """

    is_quiet: bool = False
    is_colourless: bool = False
    is_github: bool = False
    is_terminal: bool | None = None


class Console:
    """Shows a run; a context manager, so that a run that fails leaves the terminal as it was.

    Args:
        stream: where to write.
        source: reads the document that violations point into; called at the end.
        looks: how.
        clock: seconds, steady.
    """

    def __init__(
        self,
        stream: TextIO,
        source: Callable[[], DocumentSource],
        looks: ConsoleOptions | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._looks = looks or ConsoleOptions()
        terminal = self._looks.is_terminal
        self._out = Terminal(file=stream, no_color=self._looks.is_colourless, highlight=False, force_terminal=terminal)
        self._source = source
        self._clock = clock
        self._progress = Progress()
        is_alive = self._out.is_terminal and not self._looks.is_quiet
        self._live = Live(console=self._out, get_renderable=self._bar, transient=True) if is_alive else None

    def __enter__(self) -> Console:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def __call__(self, event: Event) -> None:
        """Show an event; the last one with what the run comes to."""
        self._progress.take(event, self._clock())
        if isinstance(event, RunFinished):
            return self._end(event.report, self._source())
        if self._looks.is_quiet:
            return
        match event:
            case DocumentRead():
                for line in summary_lines(event.findings):
                    self._line(f"document {line}")
            case RunStarted():
                self._begin(event)
            case PhaseStarted():
                self._phase(event)
            case Waiting() if event.seconds > 0 and not self._live:
                self._line(f"waiting  {event.seconds:.0f} s: {event.reason}")
            case PhaseFinished():
                self._end_of_phase(event)

    def _end(self, report: Report, source: DocumentSource) -> None:
        if self._looks.is_quiet:
            return self._out.print(verdict_line(report), soft_wrap=True)
        if self._live:
            self._live.stop()
        if self._looks.is_github:
            self._fold(report)
        self._out.print()
        for line in kinds(report.verdicts):
            self._out.print(line, soft_wrap=True)
        self._out.print()
        for line in screen(report, source):
            self._out.print(Text(disarm(line.plain)) if self._looks.is_github else line, soft_wrap=True)
        for text in annotate(report, source) if self._looks.is_github else ():
            self._command(text)

    def _begin(self, event: RunStarted) -> None:
        kind = "a mock" if event.is_mock else "a live server"
        self._line(f"target   {event.target} ({kind})")
        self._line(f"plan     {event.planned:,} requests, at most {event.budget:,}, seed {event.seed}")
        if self._live:
            self._live.start()

    def _phase(self, event: PhaseStarted) -> None:
        if not self._live:
            self._line(f"phase    {event.phase}: {event.planned:,} requests planned")

    def _end_of_phase(self, event: PhaseFinished) -> None:
        if event.reason:
            self._line(f"{event.phase} was cut short: {event.reason}")
        if not self._live:
            self._line(f"done     {event.phase}: {self._progress.status(self._clock())}")

    def _bar(self) -> Table:
        """Draw the line that lives."""
        table = Table.grid(padding=(0, 1))
        for _ in range(3):
            table.add_column(no_wrap=True)
        now_s, progress = self._clock(), self._progress
        bar = ProgressBar(total=1.0, completed=progress.share, width=14)
        phase = progress.phase or ("judging" if progress.verdicts else "starting")
        table.add_row(Text(phase, "bold"), bar, progress.status(now_s))
        return table

    def _fold(self, report: Report) -> None:
        """Name every relation with its verdict, folded until somebody opens it."""
        self._command("::group::Relations")
        for verdict in report.verdicts:
            self._line(f"{verdict.relation.id}  {standing(verdict)}")
        self._command("::endgroup::")

    def _line(self, text: str) -> None:
        self._command(disarm(text) if self._looks.is_github else text)

    def _command(self, text: str) -> None:
        self._out.print(Text(escape_control(text)), soft_wrap=True)
