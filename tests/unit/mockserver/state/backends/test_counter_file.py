"""Counters in shared memory: found by every process, bounded, the newest kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.state.backends.shared_counters import RESERVE, CounterFile, map_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cells"


def count(cells: CounterFile, name: str, tag: int = 0) -> int:
    offset = cells.find(name, tag)
    assert offset is not None
    cells.words[offset] += 1
    return cells.words[offset]


def test_two_processes_count_in_the_same_cells(path: Path) -> None:
    one, other = CounterFile(path), CounterFile(path)
    assert [count(one, "a"), count(other, "a"), count(other, "b"), count(one, "b"), count(one, "a")] == [1, 2, 1, 2, 3]


def test_a_process_that_comes_late_finds_what_was_counted(path: Path) -> None:
    for name in "abc":
        count(CounterFile(path), name)
    assert [count(CounterFile(path), name) for name in "cab"] == [2, 2, 2]


def test_names_that_json_cannot_hold_are_names(path: Path) -> None:
    assert [count(CounterFile(path), name) for name in ("\ud800", "\udfff", "\ud800")] == [1, 1, 2]


def test_a_full_file_has_no_cell_but_those_of_the_reserve(path: Path) -> None:
    cells = CounterFile(path, RESERVE + 2)
    assert [cells.find(name) is None for name in "abc"] == [False, False, True]
    assert cells.find("a") is not None
    assert [cells.find(f"r{number}", reserved=True) is None for number in range(RESERVE + 1)] == [False] * RESERVE + [
        True
    ]


def test_compacting_keeps_the_tags_asked_for_and_the_newest_others(path: Path) -> None:
    one, other = (CounterFile(path, RESERVE + 80) for _ in range(2))
    for number in range(80):
        count(one, str(number), number % 4)
    generation = one.generation
    other.compact({1})
    assert one.generation != generation
    kept = [number for number in range(80) if count(one, str(number), 9) == 2]
    assert kept == [number for number in range(80) if number % 4 == 1 or number > 52]


def test_cleared_counters_begin_anew_in_every_process(path: Path) -> None:
    one, other = CounterFile(path), CounterFile(path)
    count(one, "a")
    count(other, "a")
    other.clear()
    assert [count(one, "a"), count(other, "a")] == [1, 2]


def test_memory_is_shared_by_file_and_begins_with_zeros(path: Path) -> None:
    one, other = map_file(path, 16), map_file(path, 16)
    assert bytes(one) == bytes(16)
    one[3] = 7
    assert other[3] == 7
    assert path.stat().st_mode & 0o077 == 0
