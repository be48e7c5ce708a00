from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from mockserver.http.signals import ShutdownSignal

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="signals of POSIX")


@pytest.fixture
def stop() -> Iterator[ShutdownSignal]:
    with closing(ShutdownSignal()) as stop:
        yield stop


@pytest.fixture
def noted() -> Iterator[list[int]]:
    """Handlers of the test's own, and what they got."""
    got: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    saved = {number: signal.signal(number, lambda number, _: got.append(number)) for number in numbers}
    yield got
    for number, handler in saved.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_asks_to_stop_and_later_ones_are_ignored(
    stop: ShutdownSignal, noted: list[int], number: signal.Signals
) -> None:
    with stop.on_signals():
        signal.raise_signal(number)
    signal.raise_signal(number)
    assert stop.is_asked
    assert noted == []


def test_without_a_signal_the_handlers_return(stop: ShutdownSignal, noted: list[int]) -> None:
    with stop.on_signals():
        stop()
    signal.raise_signal(signal.SIGTERM)
    assert noted == [signal.SIGTERM]
    assert signal.set_wakeup_fd(-1) == -1


@pytest.mark.usefixtures("noted")
def test_signals_that_somebody_took_can_be_taken_again(stop: ShutdownSignal) -> None:
    with stop.on_signals() as take:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        take()
        signal.raise_signal(signal.SIGTERM)
    assert stop.is_asked


@pytest.mark.usefixtures("noted")
def test_an_ignored_hangup_stays_ignored(stop: ShutdownSignal) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with stop.on_signals():
        signal.raise_signal(signal.SIGHUP)
    assert not stop.is_asked


@pytest.mark.usefixtures("noted")
def test_a_signal_is_carried_on_while_the_main_thread_runs_no_python(stop: ShutdownSignal) -> None:
    ended = threading.Lock()
    ended.acquire()
    with stop.on_signals():
        stop.forward(ended.release)
        signal.raise_signal(signal.SIGTERM)
        assert ended.acquire(timeout=5)


@pytest.mark.usefixtures("noted")
def test_signals_of_others_ask_for_nothing(stop: ShutdownSignal) -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    ended = threading.Event()
    with stop.on_signals():
        stop.forward(ended.set)
        signal.raise_signal(signal.SIGUSR1)
        assert not ended.wait(0.05)
        assert not stop.is_asked
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize("asks_first", [True, False])
def test_a_call_is_carried_on_once_whenever_it_was_made(stop: ShutdownSignal, asks_first: bool) -> None:
    ends = threading.Semaphore(0)
    if asks_first:
        stop()
    stop.forward(ends.release)
    if not asks_first:
        assert not ends.acquire(timeout=0.05)
    stop()
    stop()
    assert ends.acquire(timeout=5)
    assert not ends.acquire(timeout=0.05)


def test_asking_too_often_or_too_late_is_no_error() -> None:
    stop = ShutdownSignal()
    for _ in range(10_000):
        stop()
    stop.close()
    stop()
    assert stop.is_asked


def test_a_thread_that_nobody_asked_ends_with_it() -> None:
    ends: list[int] = []
    stop = ShutdownSignal()
    stop.forward(lambda: ends.append(1))
    stop.close()
    assert ends == []
