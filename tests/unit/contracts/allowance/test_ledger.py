from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.allowance.ledger import Ledger
from contracts.allowance.server_clock import Moment
from contracts.allowance.storage import FileStorage, MemoryStorage
from oas.vocabulary import RateLimitWindow
from unit.contracts.upstream import NOON

UNKNOWN = 86_400.0


def window(name: str, seconds: int, limit: int) -> RateLimitWindow:
    return RateLimitWindow(
        name=name,
        seconds=seconds,
        limit=limit,
        limit_header="",
        remaining_header="",
        limit_body="",
        remaining_body="",
        pointer="",
    )


WINDOWS = (window("minute", 60, 100), window("day", 86_400, 5000))
MINUTE = NOON - NOON % 60


def ledger(*windows: RateLimitWindow) -> Ledger:
    return Ledger(windows or WINDOWS, MemoryStorage())


def fill(book: Ledger, count: int, now: Moment) -> int:
    tickets = [book.acquire(now).ticket for _ in range(count)]
    assert all(tickets)
    for ticket in tickets:
        book.abandon(ticket, now)
    return tickets[-1]


def test_the_allowance_but_one_is_granted_and_no_more() -> None:
    book = ledger()
    fill(book, 99, Moment(MINUTE + 10))
    wait = book.acquire(Moment(MINUTE + 10))
    assert not wait.is_granted
    assert wait.seconds == pytest.approx(50, abs=0.01)
    assert wait.reason == "the minute's allowance is used up"


def test_a_new_minute_is_a_new_allowance() -> None:
    book = ledger()
    fill(book, 99, Moment(MINUTE + 59))
    fill(book, 99, Moment(MINUTE + 60))


def test_what_may_have_been_counted_in_the_new_minute_is_counted_there() -> None:
    book = ledger()
    fill(book, 99, Moment(MINUTE + 59, 2.0))
    assert book.acquire(Moment(MINUTE + 61, 2.0)).seconds == pytest.approx(58, abs=0.01)


@given(st.lists(st.floats(0, 3), max_size=400), st.floats(-60, 60))
def test_without_any_clock_no_sixty_seconds_see_more_than_the_limit(gaps: list[float], phase: float) -> None:
    book = ledger(window("minute", 60, 10))
    now, sent = NOON, []
    for gap in gaps:
        now += gap
        if book.acquire(Moment(now, UNKNOWN)).is_granted:
            sent.append(now)
    per_minute = Counter(int((at + phase) // 60) for at in sent)
    assert max(per_minute.values(), default=0) <= 10


@given(st.lists(st.floats(0, 20), max_size=60), st.floats(0, 3))
def test_a_wait_that_was_waited_for_is_enough(gaps: list[float], doubt_s: float) -> None:
    book = ledger(window("minute", 60, 4))
    now = NOON
    for gap in gaps:
        now += gap
        wait = book.acquire(Moment(now, doubt_s))
        if not wait.is_granted:
            now += wait.seconds
            wait = book.acquire(Moment(now, doubt_s))
        assert wait.is_granted
        book.abandon(wait.ticket, Moment(now, doubt_s))


def test_a_server_that_says_that_less_is_left_is_believed() -> None:
    book = ledger()
    ticket = fill(book, 1, Moment(MINUTE))
    book.observe(ticket, Moment(MINUTE), {"minute": 3})
    fill(book, 2, Moment(MINUTE + 1))
    assert book.acquire(Moment(MINUTE + 1)).seconds == pytest.approx(59)


def test_a_server_that_says_that_more_is_left_is_not_believed() -> None:
    book = ledger()
    ticket = fill(book, 98, Moment(MINUTE))
    book.observe(ticket, Moment(MINUTE), {"minute": 99})
    fill(book, 1, Moment(MINUTE))
    assert not book.acquire(Moment(MINUTE)).is_granted


def test_an_answer_that_comes_late_takes_nothing_back() -> None:
    book = ledger()
    first = fill(book, 1, Moment(MINUTE))
    last = fill(book, 1, Moment(MINUTE))
    book.observe(last, Moment(MINUTE), {"minute": 1})
    book.observe(first, Moment(MINUTE), {"minute": 50})
    assert not book.acquire(Moment(MINUTE)).is_granted


def test_a_day_is_counted_and_a_new_day_is_a_new_allowance() -> None:
    book = ledger(window("day", 86_400, 5))
    midnight = MINUTE - MINUTE % 86_400 + 86_400
    fill(book, 4, Moment(midnight - 9))
    wait = book.acquire(Moment(midnight - 5))
    assert (wait.is_granted, wait.seconds) == (False, 5)
    fill(book, 4, Moment(midnight))
    assert not book.acquire(Moment(midnight + 50_000)).is_granted


def test_requests_under_way_count_against_what_an_older_answer_left() -> None:
    book = ledger()
    ticket = fill(book, 1, Moment(MINUTE))
    fill(book, 5, Moment(MINUTE))
    book.observe(ticket, Moment(MINUTE), {"minute": 6})
    assert not book.acquire(Moment(MINUTE)).is_granted


@pytest.mark.parametrize("remaining", [{"minute": -1}, {"hour": 0}, {"minute": 10**12, "day": 10**12}])
def test_what_makes_no_sense_changes_nothing(remaining: dict[str, int]) -> None:
    book = ledger()
    ticket = fill(book, 1, Moment(MINUTE))
    book.observe(ticket, Moment(MINUTE), remaining)
    fill(book, 98, Moment(MINUTE))


def test_an_exhausted_day_lasts_until_the_day_ends() -> None:
    book = ledger()
    ticket = fill(book, 1, Moment(MINUTE))
    book.observe(ticket, Moment(MINUTE), {"day": 0})
    wait = book.acquire(Moment(MINUTE + 60))
    assert wait.seconds == pytest.approx(86_400 - (MINUTE + 60) % 86_400)
    assert "day" in wait.reason


@pytest.mark.parametrize("asked, believed", [(45, 45), (10**9, 86_400)])
def test_the_server_is_obeyed_for_a_day_at_most(asked: float, believed: float) -> None:
    book = ledger()
    ticket = fill(book, 1, Moment(MINUTE))
    book.observe(ticket, Moment(MINUTE), {}, asked)
    assert book.acquire(Moment(MINUTE)).seconds == believed
    assert book.acquire(Moment(MINUTE + believed)).is_granted


def test_a_request_under_way_counts_in_whatever_minute_it_may_arrive() -> None:
    book = ledger()
    tickets = [book.acquire(Moment(MINUTE)).ticket for _ in range(60)]
    fill(book, 39, Moment(MINUTE + 90))
    assert not book.acquire(Moment(MINUTE + 90)).is_granted
    for ticket in tickets[:30]:
        book.abandon(ticket, Moment(MINUTE + 91))
    assert not book.acquire(Moment(MINUTE + 92)).is_granted
    assert book.acquire(Moment(MINUTE + 151)).is_granted


@pytest.mark.parametrize("ahead_s", [-5000.0, 45.0, 90_000.0])
def test_what_was_entered_before_the_servers_clock_was_known_still_counts(ahead_s: float) -> None:
    book = ledger()
    ticket = fill(book, 60, Moment(MINUTE + 10, UNKNOWN))
    known = Moment(MINUTE + 10 + ahead_s, 2.0)
    book.observe(ticket, known, {}, offset=(ahead_s, 2.0))
    fill(book, 39, known)
    assert not book.acquire(known).is_granted


def test_a_forced_request_is_entered_whatever_is_left() -> None:
    book = ledger()
    fill(book, 99, Moment(MINUTE))
    assert book.acquire(Moment(MINUTE), is_forced=True).is_granted


def test_a_clock_set_back_grants_nothing_twice_and_blocks_for_a_window_at_most() -> None:
    book = ledger()
    ticket = fill(book, 99, Moment(MINUTE + 3600))
    book.observe(ticket, Moment(MINUTE + 3600), {"minute": 0}, 86_400)
    wait = book.acquire(Moment(MINUTE))
    assert 0 < wait.seconds <= 86_400
    assert book.acquire(Moment(MINUTE + 86_400)).is_granted


def test_without_documented_windows_only_the_server_limits() -> None:
    book = Ledger((), MemoryStorage())
    fill(book, 300, Moment(NOON))
    assert book.seconds_to_reset("", Moment(NOON)) == 60


@pytest.mark.parametrize("name, doubt_s, seconds", [("minute", 0, 40), ("", 0, 40), ("minute", UNKNOWN, 60)])
def test_the_end_of_a_window_is_known_if_the_clock_is(name: str, doubt_s: float, seconds: float) -> None:
    assert ledger().seconds_to_reset(name, Moment(MINUTE + 20, doubt_s)) == seconds


def test_an_allowance_survives_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "state" / "ledger.json"
    first = Ledger(WINDOWS, FileStorage(path, "a"))
    first.observe(fill(first, 99, Moment(MINUTE)), Moment(MINUTE), {"day": 7}, offset=(1.5, 2.0))
    second = Ledger(WINDOWS, FileStorage(path, "a"))
    assert second.offset == (1.5, 2.0)
    assert not second.acquire(Moment(MINUTE + 1)).is_granted
    assert Ledger(WINDOWS, FileStorage(path, "b")).acquire(Moment(MINUTE + 1)).is_granted


PROGRAM = """
import sys
from pathlib import Path
from contracts.allowance.ledger import Ledger
from contracts.allowance.server_clock import Moment
from contracts.allowance.storage import FileStorage
from oas.vocabulary import RateLimitWindow

texts = dict.fromkeys(("limit_header", "remaining_header", "limit_body", "remaining_body", "pointer"), "")
limits = (("minute", 60, 100), ("day", 86400, 5000))
windows = [RateLimitWindow(name=name, seconds=seconds, limit=limit, **texts) for name, seconds, limit in limits]
ledger, now, granted = Ledger(windows, FileStorage(Path(sys.argv[1]), "a")), Moment(float(sys.argv[2])), 0
print("ready", flush=True)
sys.stdin.readline()
while (wait := ledger.acquire(now)).is_granted:
    ledger.observe(wait.ticket, now, {"minute": 100})
    granted += 1
print(granted, *ledger.warnings)
"""


def test_eight_processes_share_one_allowance(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "ledger.json"), str(MINUTE + 1)]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(8)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60)[0].split() for process in processes]
    assert sum(int(granted) for granted, *_ in outputs) == 99
    assert [warnings for _, *warnings in outputs if warnings] == []
