"""The run as it happens, on pytest's own terminal; a worker of xdist has none and tells standard error."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from contracts.events import Event, ExchangeFinished, PhaseFinished, PhaseStarted, RunStarted, Waiting
from contracts.plugin.item_results import ROOT
from contracts.report.progress import Progress

__all__ = ["ProgressReporter", "progress_of"]

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
    """Yield what hears a run while an item waits for it; captured output is let through meanwhile.

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
