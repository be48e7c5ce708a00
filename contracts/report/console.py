"""The run on a terminal as it happens, and as plain lines where there is none.

Listens to events only. On a terminal the last line lives: phase, requests of
the budget, allowance, countdown; a line per kind stays behind. Elsewhere every
relation gets a line of its own, which `grep` finds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TextIO

from rich.console import Console as Terminal
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from contracts.events import Event, PhaseFinished, PhaseStarted, RelationJudged, RunStarted, Waiting
from contracts.report.findings import standing, visible
from contracts.report.github import annotate, disarm
from contracts.report.progress import Progress
from contracts.report.screen import MARKS, STYLES, kinds, screen, verdict_line
from contracts.report.source import Source
from contracts.verdicts import Report

__all__ = ["Console"]


class Console:
    """Shows a run; a context manager, so that a run that fails leaves the terminal as it was.

    Args:
        stream: where to write.
        is_quiet: write the verdict only.
        is_colourless: no colour, as `NO_COLOR` asks.
        is_github: fold the relations, and annotate the violations.
        clock: seconds, steady.
        terminal: for tests: whether the stream is one; None finds out.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        is_quiet: bool = False,
        is_colourless: bool = False,
        is_github: bool = False,
        clock: Callable[[], float] = time.monotonic,
        terminal: bool | None = None,
    ) -> None:
        self._out = Terminal(file=stream, no_color=is_colourless, highlight=False, force_terminal=terminal)
        self._is_quiet = is_quiet
        self._is_github = is_github
        self._clock = clock
        self._progress = Progress()
        self._judged = 0
        is_alive = self._out.is_terminal and not is_quiet
        self._live = Live(console=self._out, get_renderable=self._bar, transient=True) if is_alive else None

    def __enter__(self) -> Console:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def __call__(self, event: Event) -> None:
        """Show an event."""
        self._progress.take(event, self._clock())
        if self._is_quiet:
            return
        match event:
            case RunStarted():
                self._begin(event)
            case PhaseStarted():
                self._phase(event)
            case Waiting() if event.seconds > 0 and not self._live:
                self._line(f"waiting  {event.seconds:.0f} s: {event.reason}")
            case RelationJudged() if not self._live:
                verdict = event.verdict
                self._line(f"{visible(verdict.relation.id)}  {standing(verdict)}")
            case PhaseFinished():
                self._end_of_phase(event)

    def end(self, report: Report, source: Source, notes: Iterable[tuple[str, str]] = ()) -> None:
        """Show what the run comes to. `notes` are label and text of what else belongs on the last screen."""
        if self._is_quiet:
            return self._out.print(verdict_line(report), soft_wrap=True)
        if self._live:
            self._live.stop()
        self._out.print()
        for line in screen(report, source, notes):
            self._out.print(Text(disarm(line.plain)) if self._is_github else line, soft_wrap=True)
        for text in annotate(report, source) if self._is_github else ():
            self._command(text)

    def _begin(self, event: RunStarted) -> None:
        kind = "a mock" if event.is_mock else "a live server"
        self._line(f"target   {event.target} ({kind})")
        self._line(f"plan     {event.planned:,} requests, at most {event.budget:,}, seed {event.seed}")
        if self._live:
            self._live.start()

    def _phase(self, event: PhaseStarted) -> None:
        self._judged = len(self._progress.verdicts)
        if self._is_github:
            self._command(f"::group::{event.phase}")
        if not self._live:
            self._line(f"phase    {event.phase}: {event.planned:,} requests planned")

    def _end_of_phase(self, event: PhaseFinished) -> None:
        if self._live:
            for line in kinds(self._progress.verdicts[self._judged :]):
                self._out.print(line)
        if self._is_github:
            self._command("::endgroup::")
        if event.reason:
            self._line(f"{event.phase} was cut short: {event.reason}")
        if not self._live:
            self._line(f"done     {event.phase}: {self._progress.status(self._clock())}")

    def _bar(self) -> Table | Text:
        """Draw the line that lives; nothing between the phases."""
        if not self._progress.phase:
            return Text("")
        table = Table.grid(padding=(0, 1))
        now_s, progress = self._clock(), self._progress
        bar = ProgressBar(total=1.0, completed=progress.share, width=24)
        marks = Text()
        for verdict in progress.verdicts[self._judged :][-20:]:
            marks.append(MARKS[verdict.outcome], STYLES[verdict.outcome])
        table.add_row(Text(progress.phase, "bold"), bar, progress.status(now_s), marks)
        return table

    def _line(self, text: str) -> None:
        self._command(disarm(text) if self._is_github else text)

    def _command(self, text: str) -> None:
        self._out.print(Text(visible(text)), soft_wrap=True)
