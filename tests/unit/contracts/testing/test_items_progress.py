"""The lines of a run as it happens."""

from __future__ import annotations

from itertools import count

import pytest

from contracts.running.events import Event, ExchangeFinished, PhaseFinished, PhaseStarted, RunStarted, Waiting
from contracts.testing.items_progress import Bulletin
from fabricated import exchange

STARTED = RunStarted(target="http://a/b", budget=90, planned=83, seed=0, is_mock=True)
SENT = ExchangeFinished(exchange=exchange(1), sent=1, remaining_minute=99)


def told(*events: Event, step_s: float = 1.0, lives: bool = False) -> tuple[list[str], list[str]]:
    """Return the lines that stay, and those that live."""
    stay: list[str] = []
    live: list[str] = []
    ticks = count(1)
    listener = Bulletin(stay.append, live.append if lives else None, lambda: next(ticks) * step_s)
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
