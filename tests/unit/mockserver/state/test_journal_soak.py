"""The journal under many requests: bounded by entries and by bytes, whatever is read from it meanwhile."""

from __future__ import annotations

import gc
import random
import threading
import tracemalloc
from collections.abc import Iterator

import pytest

from mockserver.admin.journal_format import to_wiremock
from mockserver.state.journal import Journal
from oas.messages import Exchange, Request, Response

MAX_ENTRIES = 200
MAX_BYTES = 1 << 20
#: What Python needs for the records beside what the journal counts.
SLACK = 3.0


def exchanges(count: int, seed: int = 1) -> Iterator[Exchange]:
    """Make exchanges of sizes from nothing to far beyond what the journal keeps of one."""
    chance = random.Random(seed)
    for number in range(count):
        size = int(2 ** chance.uniform(0, 19)) if number % 10 == 0 else 2000
        request = Request("POST", "/things", f"n={number}", {"accept": "*/*", "x-pad": "x" * (number % 50)}, b"{}")
        yield Exchange(str(number), float(number), 0.5, "op", "abc", request, Response(200, (), bytes(size)))


def fill(journal: Journal, count: int, seed: int = 1) -> None:
    for exchange in exchanges(count, seed):
        journal.record(exchange)


def soaked(count: int) -> Journal:
    """Record so many exchanges, and hold both bounds at every step."""
    journal = Journal(MAX_ENTRIES, MAX_BYTES)
    for exchange in exchanges(count):
        journal.record(exchange)
        assert len(journal) <= MAX_ENTRIES
        assert journal.kept_bytes <= MAX_BYTES
    return journal


def growth_of(count: int) -> tuple[int, int]:
    """Return the bytes that Python holds for a full journal, and for the same one after so many more."""
    gc.collect()
    tracemalloc.start()
    try:
        journal = Journal(MAX_ENTRIES, MAX_BYTES)
        fill(journal, 5 * MAX_ENTRIES)
        gc.collect()
        full = tracemalloc.get_traced_memory()[0]
        fill(journal, count, seed=2)
        gc.collect()
        return full, tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_both_bounds_hold_at_every_step_and_the_newest_are_kept() -> None:
    journal = soaked(3000)
    kept = journal.entries()
    assert (journal.total, kept[0].id) == (3000, "2999")
    assert [int(one.id) for one in kept] == list(range(2999, 2999 - len(kept), -1))


def test_memory_does_not_grow_with_the_number_of_requests() -> None:
    full, later = growth_of(1500)
    assert full < SLACK * MAX_BYTES
    assert later < SLACK * MAX_BYTES


def hold_bounds_under_readers(count: int) -> None:
    journal = Journal(MAX_ENTRIES, MAX_BYTES)
    slow = journal.feed.subscribe(length=50)
    done = threading.Event()
    read = 0

    def reading() -> None:
        nonlocal read
        while not done.is_set():
            for exchange in journal.entries(limit=20):
                read += len(to_wiremock(exchange)["id"])
            journal.get("nobody")

    reader = threading.Thread(target=reading)
    writers = [threading.Thread(target=fill, args=(journal, count, seed)) for seed in range(4)]
    reader.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    reader.join()
    batch = slow.take(0)
    assert journal.total == 4 * count
    assert len(journal) <= MAX_ENTRIES
    assert journal.kept_bytes <= MAX_BYTES
    assert (len(batch.news), batch.lost) == (50, 4 * count - 50)
    assert read > 0


def test_bounds_hold_under_writers_readers_and_a_stalled_stream() -> None:
    hold_bounds_under_readers(500)


@pytest.mark.nightly
def test_a_long_soak_leaves_both_bounds_and_the_memory_as_they_were() -> None:
    full, later = growth_of(50_000)
    assert later < SLACK * MAX_BYTES
    assert later < 1.5 * full
    hold_bounds_under_readers(10_000)
