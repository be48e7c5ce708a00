"""The run on a terminal as it happens, and as plain lines where there is none.

Listens to events only. On a terminal the last line lives: phase, requests of
the budget, allowance, countdown. In the end every relation has a mark on the
line of its kind; on GitHub each has a line of its own as well, folded.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import ceil
from types import TracebackType
from typing import TextIO

from rich.console import Console as Terminal
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from contracts.events import (
    DocumentRead,
    Event,
    ExchangeFinished,
    PhaseFinished,
    PhaseStarted,
    RelationJudged,
    RunFinished,
    RunStarted,
    Waiting,
)
from contracts.outcome.conclusion import conclude
from contracts.report.source import DocumentSource
from contracts.report.summary import kinds, screen, verdict_line
from contracts.report.text import escape_control, message, standing
from contracts.verdicts import Report, Verdict, Violation
from oas.findings import summary_lines

__all__ = ["MAX_SHOWN", "Console", "ConsoleOptions", "Progress", "annotate", "disarm"]


@dataclass(slots=True)
class Progress:
    """What is known so far.

    Attributes:
        phase: that runs now, empty between phases.
        planned: requests of the phase.
        sent_before: requests that had left when the phase began.
        sent: requests that have left.
        budget: most requests that will leave.
        remaining_minute: allowance by the latest answer that had it; None where unknown.
        remaining_day: likewise.
        wait_until: moment by the clock of `status` at which waiting ends; None while nothing waits.
        wait_reason: why.
        verdicts: in the order of judgement.
    """

    phase: str = ""
    planned: int = 0
    sent_before: int = 0
    sent: int = 0
    budget: int = 0
    remaining_minute: int | None = None
    remaining_day: int | None = None
    wait_until: float | None = None
    wait_reason: str = ""
    verdicts: list[Verdict] = field(default_factory=list)

    def take(self, event: Event, now_s: float) -> None:
        """Learn from an event that came at `now_s`, seconds of any steady clock."""
        match event:
            case RunStarted():
                self.budget = event.budget
            case PhaseStarted():
                self.phase, self.planned, self.sent_before = event.phase, event.planned, self.sent
            case ExchangeFinished():
                self._exchange(event)
            case Waiting():
                self.wait_until = now_s + event.seconds if event.seconds > 0 else None
                self.wait_reason = event.reason
            case RelationJudged():
                self.verdicts.append(event.verdict)
            case PhaseFinished():
                self.phase, self.wait_until = "", None

    def _exchange(self, event: ExchangeFinished) -> None:
        self.sent, self.wait_until = event.sent, None
        self.remaining_minute = self.remaining_minute if event.remaining_minute is None else event.remaining_minute
        self.remaining_day = self.remaining_day if event.remaining_day is None else event.remaining_day

    @property
    def share(self) -> float:
        """How much of the phase is done, 0 to 1."""
        return min(1.0, (self.sent - self.sent_before) / self.planned) if self.planned else 0.0

    def status(self, now_s: float) -> str:
        """Write one line: requests of the budget, allowance, and the seconds still to wait."""
        parts = [f"{self.sent:,} of {self.budget:,} requests"]
        if self.remaining_minute is not None:
            parts.append(f"{self.remaining_minute:,} left this minute")
        if self.remaining_day is not None:
            parts.append(f"{self.remaining_day:,} left today")
        if self.wait_until is not None:
            parts.append(f"waiting {max(0, ceil(self.wait_until - now_s))} s: {self.wait_reason}")
        return " · ".join(parts)


#: As many of each level as GitHub shows of one step.
MAX_SHOWN = 10

_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)


def annotate(report: Report, source: DocumentSource) -> Iterator[str]:
    """Write the lines that make annotations, without line ends.

    What the baseline accepts gets none. A run that is neither kept nor broken gets one.
    """
    accepted = dict(report.accepted)
    found = [item for item in (*report.violations, *report.warnings) if item.fingerprint not in accepted]
    yield from _level("error", [item for item in found if report.counts(item)], source)
    yield from _level("warning", [item for item in found if not report.counts(item)], source)
    conclusion = conclude(report)
    if conclusion.word in ("inconclusive", "interrupted"):
        yield f"::warning title=contracts: {conclusion.word}::{_data(conclusion.sentence)}"


def disarm(text: str) -> str:
    """Take from text that a server chose what the runner would obey, at the start of a line or anywhere in it."""
    return _COMMAND.sub(lambda found: found[1] + ": :", text).replace("##[", "# #[")


def _level(level: str, found: list[Violation], source: DocumentSource) -> Iterator[str]:
    shown = found if len(found) <= MAX_SHOWN else found[: MAX_SHOWN - 1]
    for item in shown:
        place = f"file={_property(source.name)},line={source.line(item.pointer)},title={_property(item.relation_id)}"
        yield f"::{level} {place}::{_data(message(item))}"
    if rest := len(found) - len(shown):
        yield f"::{level} title=contracts::{rest} more; the other reports have them all"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


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
