"""How far a run is, told from its events alone."""

from __future__ import annotations

import pytest

from contracts.events import Event, ExchangeFinished, PhaseFinished, PhaseStarted, RelationJudged, RunStarted, Waiting
from contracts.report.console import Progress
from fabricated import exchange, verdict

STARTED = RunStarted(target="http://x", budget=1000, planned=87, seed=0, is_mock=True)


def after(*events: Event, now_s: float = 100.0) -> Progress:
    """Take events, all at one moment."""
    progress = Progress()
    for event in (STARTED, *events):
        progress.take(event, now_s)
    return progress


def finished(sent: int, minute: int | None = None, day: int | None = None) -> ExchangeFinished:
    """Make the event of a finished exchange."""
    return ExchangeFinished(exchange=exchange(sent), sent=sent, remaining_minute=minute, remaining_day=day)


def test_the_status_counts_requests_of_the_budget() -> None:
    assert after(finished(62)).status(100.0) == "62 of 1,000 requests"


def test_the_status_tells_the_allowance_of_the_last_answer_that_told() -> None:
    progress = after(finished(1, 99, 4999), finished(2))
    assert progress.status(100.0) == "2 of 1,000 requests · 99 left this minute · 4,999 left today"


@pytest.mark.parametrize("later_s, left", [(0.0, 30), (12.5, 18), (99.0, 0)])
def test_the_status_counts_down_while_waiting(later_s: float, left: int) -> None:
    progress = after(Waiting(seconds=30, reason="the minute is used up"))
    assert progress.status(100.0 + later_s).endswith(f"waiting {left} s: the minute is used up")


@pytest.mark.parametrize("event", [Waiting(seconds=0, reason=""), finished(3), PhaseFinished(phase="relations")])
def test_waiting_ends(event: Event) -> None:
    assert "waiting" not in after(Waiting(seconds=30, reason="x"), event).status(100.0)


def test_the_share_is_that_of_the_phase() -> None:
    progress = after(finished(10), PhaseStarted(phase="fuzz", planned=40), finished(20))
    assert progress.share == 0.25


@pytest.mark.parametrize("planned, share", [(0, 0.0), (5, 1.0)])
def test_the_share_stays_between_nothing_and_all(planned: int, share: float) -> None:
    assert after(PhaseStarted(phase="fuzz", planned=planned), finished(20)).share == share


def test_verdicts_are_kept_in_order() -> None:
    judged = [verdict(f"a.b{number}[c]") for number in range(3)]
    assert after(*(RelationJudged(verdict=item) for item in judged)).verdicts == judged
