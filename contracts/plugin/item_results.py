"""The result of each item at the end of the run, in plain text, so that worker processes can share it."""

from __future__ import annotations

import contextlib
import enum
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import pytest

from contracts.events import Event, ExchangeFinished, PhaseFinished, PhaseStarted, RunStarted, Waiting
from contracts.report.console import Progress
from contracts.verdicts import Outcome, Report, Verdict

if TYPE_CHECKING:
    from contracts.outcome.conclusion import Conclusion
    from contracts.report.source import DocumentSource

__all__ = ["ROOT", "ItemOutcome", "ProgressReporter", "Result", "Results", "progress_of", "results_of"]

#: Between two states of the line that lives.
_STEP_S = 0.1


class ProgressReporter:
    """Tells a run in lines.

    Args:
        write: shows a line.
        rewrite: shows a line in place of the last; None where no line can live.
        clock: seconds, steady.
    """

    def __init__(
        self,
        write: Callable[[str], None],
        rewrite: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write = write
        self._rewrite = rewrite
        self._clock = clock
        self._progress = Progress()
        self._shown_at = 0.0

    def __call__(self, event: Event) -> None:
        """Show an event."""
        now_s = self._clock()
        self._progress.take(event, now_s)
        phase, status = self._progress.phase, self._progress.status(now_s)
        match event:
            case RunStarted():
                self._write(f"target  {event.target} ({'a mock' if event.is_mock else 'a live server'})")
            case PhaseStarted():
                self._write(f"{event.phase}: {event.planned:,} requests planned")
            case ExchangeFinished() if self._rewrite and phase and now_s >= self._shown_at + _STEP_S:
                self._shown_at = now_s
                self._rewrite(f"{phase}: {status}")
            case Waiting() if event.seconds > 0:
                (self._rewrite or self._write)(f"waiting {event.seconds:.0f} s: {event.reason}")
            case PhaseFinished():
                cut = f"; cut short: {event.reason}" if event.reason else ""
                self._end(f"{event.phase}: {status}{cut}")

    def _end(self, line: str) -> None:
        if self._rewrite is None:
            return self._write(line)
        self._rewrite(line)
        self._write("")  # so that it stays


@contextlib.contextmanager
def progress_of(config: pytest.Config) -> Iterator[Callable[[Event], None]]:
    """Yield a listener for a run while an item waits for it; captured output is let through meanwhile.

    Args:
        config: of pytest; `-q` shows nothing.
    """
    manager = config.pluginmanager.getplugin("capturemanager")
    with manager.global_and_fixture_disabled() if manager else contextlib.nullcontext():
        if config.get_verbosity() < 0:
            yield lambda event: None
        elif hasattr(config, "workerinput"):
            yield ProgressReporter(lambda line: print(f"\n{line}", end="", file=sys.stderr, flush=True))  # noqa: T201
        else:
            yield from _on_terminal(config.pluginmanager.getplugin("terminalreporter"))


def _on_terminal(reporter: pytest.TerminalReporter | None) -> Iterator[Callable[[Event], None]]:
    if reporter is None:
        yield lambda event: None
        return

    def write(line: str) -> None:
        reporter.write_line(line)
        reporter.flush()

    def rewrite(line: str) -> None:
        reporter.rewrite(line, erase=True)
        reporter.flush()

    yield ProgressReporter(write, rewrite if reporter.isatty else None)
    if reporter.verbosity == 0:
        reporter.write_fspath_result(ROOT, "")  # what follows are the letters of the items
        reporter.flush()


#: Name of the collector, with which every node id begins.
ROOT = "contract"
#: Violations of one relation that an item shows whole.
MAX_SHOWN = 8
_INCONCLUSIVE = 4


class ItemOutcome(enum.StrEnum):
    """How an item ends."""

    PASSED = "passed"
    FAILED = "failed"
    KNOWN = "known"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The end of one item.

    Attributes:
        ending: how it ends.
        text: the findings, or why nothing was found; empty where it passed.
        reason: why a known failure is accepted; empty otherwise.
    """

    ending: ItemOutcome
    text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The end of a run.

    Attributes:
        items: id of a relation → how its item ends.
        summary: lines about the whole run, the verdict last.
        trouble: why nothing could be judged at all; empty otherwise.
    """

    items: Mapping[str, Result] = field(default_factory=dict)
    summary: tuple[str, ...] = ()
    trouble: str = ""

    def to_json(self) -> str:
        """Write it as one JSON object."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Results:
        """Read what `to_json` wrote."""
        said = json.loads(text)
        items = {
            name: Result(ending=ItemOutcome(item["ending"]), text=item["text"], reason=item["reason"])
            for name, item in said["items"].items()
        }
        return cls(items=items, summary=tuple(said["summary"]), trouble=said["trouble"])


def results_of(report: Report, source: DocumentSource) -> Results:
    """Say how each item ends.

    A relation that the data of the server could not decide, or that the budget left out, is skipped with its reason,
    as `contracts run` lists it and ends with 0. Where the run as a whole is inconclusive, and `contracts run` ends
    with 4, nothing that is undecided may look harmless: it fails, and where nothing is undecided, everything does.

    Args:
        report: of the run, the baseline applied.
        source: the document that the violations point into.
    """
    from contracts.outcome.conclusion import conclude

    conclusion = conclude(report)
    is_decided = all(verdict.outcome in (Outcome.KEPT, Outcome.BROKEN) for verdict in report.verdicts)
    items = {
        verdict.relation.id: _broken(verdict, report, source)
        if verdict.violations
        else _unbroken(verdict, conclusion, is_decided)
        for verdict in report.verdicts
    }
    return Results(items=items, summary=_summary(report, conclusion))


def _broken(verdict: Verdict, report: Report, source: DocumentSource) -> Result:
    from contracts.report.text import escape_control, lines

    counting = [item for item in verdict.violations if report.counts(item)]
    shown = counting or list(verdict.violations)
    texts = ["\n".join(lines(item, source)) for item in shown[:MAX_SHOWN]]
    if (more := len(shown) - MAX_SHOWN) > 0:
        texts.append(f"and {more} more")
    notes = [
        escape_control(text) for label, text in report.notes if label == "baseline" and verdict.relation.id in text
    ]
    text = "\n\n".join((*texts, *notes))
    if counting:
        return Result(ending=ItemOutcome.FAILED, text=text)
    accepted = dict(report.accepted)
    reasons = [accepted[item.fingerprint] for item in shown if item.fingerprint in accepted]
    return Result(ending=ItemOutcome.KNOWN, text=text, reason="; ".join(reasons) or "broken, and only a warning")


def _unbroken(verdict: Verdict, conclusion: Conclusion, is_decided: bool) -> Result:
    from contracts.report.text import standing

    is_kept = verdict.outcome is Outcome.KEPT
    # The option has another name here.
    text = standing(verdict).replace("--budget", "--contracts-budget")
    if conclusion.exit_code == _INCONCLUSIVE and (is_decided or not is_kept):
        sentence = conclusion.sentence.replace("--budget", "--contracts-budget")
        return Result(ending=ItemOutcome.FAILED, text=f"{text}\nThe whole run is inconclusive. {sentence}")
    return Result(ending=ItemOutcome.PASSED) if is_kept else Result(ending=ItemOutcome.SKIPPED, text=text)


def _summary(report: Report, conclusion: Conclusion) -> tuple[str, ...]:
    from contracts.report.text import escape_control

    rows = (
        ("target", report.target),
        ("requests", f"{report.sent:,} of {report.budget:,} · {report.duration_s:,.1f} s · seed {report.seed}"),
        *report.notes,
        (conclusion.word, conclusion.sentence.replace("--budget", "--contracts-budget")),
    )
    return tuple(escape_control(f"{label:<14}{text}") for label, text in rows)
