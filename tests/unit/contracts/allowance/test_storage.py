from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from contracts.allowance.storage import AllowanceState, FileStorage, MemoryStorage, ReportedLimit


def test_a_book_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    written = AllowanceState(
        3, [(1, 1.5), (2, 2.0)], {"minute": (7, 2)}, {"day": ReportedLimit(9, 3.5)}, 4.0, (0.5, 1.0)
    )
    with FileStorage(path, "a").open() as book:
        for name, value in written.to_json().items():
            setattr(book, name, value)
    with FileStorage(path, "a").open() as book:
        assert book == written


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 2}', '{"version": 1, "books": {"a": {"entered": "x"}}}', "null", "[" * 5000]
)
def test_a_file_that_is_no_ledger_is_moved_aside_and_begun_anew(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ledger.json"
    path.write_text(text)
    shelf = FileStorage(path, "a")
    with shelf.open() as book:
        book.entered = 5
    with FileStorage(path, "a").open() as book:
        assert book.entered == 5
    assert (tmp_path / "ledger.json.broken").read_text() == text
    assert len(shelf.warnings) == 1


def test_where_no_file_can_be_kept_memory_does(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    shelf = FileStorage(blocked / "ledger.json", "a")
    with shelf.open() as book:
        book.entered += 1
    with shelf.open() as book:
        assert book.entered == 1
    assert "known to this run only" in shelf.warnings[0]


def test_a_folder_in_the_place_of_the_file_is_survived(tmp_path: Path) -> None:
    shelf = FileStorage(tmp_path, "a")
    with shelf.open() as book:
        book.entered += 1
    assert len(shelf.warnings) == 1


def test_nothing_is_written_when_the_block_fails(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    with contextlib.suppress(RuntimeError), FileStorage(path, "a").open() as book:
        book.entered = 9
        raise RuntimeError
    with FileStorage(path, "a").open() as book:
        assert book.entered == 0


def test_no_half_written_file_is_left(tmp_path: Path) -> None:
    with FileStorage(tmp_path / "ledger.json", "a").open():
        pass
    assert {name for name in os.listdir(tmp_path) if not name.endswith(".lock")} == {"ledger.json"}


def test_memory_keeps_one_book() -> None:
    shelf = MemoryStorage()
    with shelf.open() as book:
        book.entered = 2
    with shelf.open() as book:
        assert book.entered == 2
