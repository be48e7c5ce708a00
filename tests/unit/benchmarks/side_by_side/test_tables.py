from __future__ import annotations

from pathlib import Path

import pytest

from side_by_side.outcome import Outcome
from side_by_side.tables import MarkersMissing, front, replaced, whole, write_between
from unit.benchmarks.side_by_side.comparison import outcome


@pytest.fixture
def found() -> Outcome:
    return outcome()


def test_the_front_page_has_a_row_for_each_server(found: Outcome) -> None:
    drawn, _, *rows = front(found).splitlines()
    assert drawn.endswith("(benchmarks/side_by_side.svg)")
    assert rows[2] == "| mockserver 1.0 | answers | 20,000 | 10.0 | 50 | 40 |"
    assert rows[3] == "| nginx 1.0 | answers | 60,000 | 30.0 | 17 | 40 |"
    assert rows[4].endswith("| 2,000 | 1.0 | 500 | 40 |")


def test_all_tables_tell_medians_with_their_spread_and_what_is_missing(found: Outcome) -> None:
    text = whole(found)
    assert "| campaign page | 20,000 (10,000–25,000) | 60,000 (30,000–75,000) | 2,000 (1,000–2,500) |" in text
    assert "| 400 | 20,000 (10,000–25,000) | – | 2,000 (1,000–2,500) |" in text
    assert "| campaign page | 0.33 | 10.0 | 100 | 450 | 4.5 |" in text
    assert text.index("### 32 connections") < text.index("### 1 connection\n")
    assert "Left out: mockoon (node is not on the path)." in text
    assert "median of 3 alternating rounds of 2 s on 2 × test" in text


def test_only_what_stands_between_the_markers_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("before\n<!-- x:begin -->\nold\n<!-- x:end -->\nafter\n")
    write_between(path, "x", "new\n")
    assert path.read_text() == "before\n<!-- x:begin -->\n\nnew\n\n<!-- x:end -->\nafter\n"
    write_between(path, "x", "new\n")
    assert path.read_text().count("new") == 1


@pytest.mark.parametrize(
    "text",
    ["nothing", "<!-- x:begin --> no end", "<!-- x:end --><!-- x:begin -->", "<!-- y:begin --><!-- y:end -->"],
)
def test_a_file_without_both_markers_is_refused(text: str) -> None:
    with pytest.raises(MarkersMissing, match="<!-- x:begin -->"):
        replaced(text, "x", "new")


def test_an_outcome_is_written_and_read_whole(found: Outcome, tmp_path: Path) -> None:
    found.write(tmp_path / "samples.json")
    assert Outcome.read(tmp_path / "samples.json") == found


def test_ratios_are_of_medians_and_none_where_one_is_missing(found: Outcome) -> None:
    assert found.ratio("mockserver", "prism-silent", "campaigns", 32) == 10
    assert found.ratio("mockserver", "nginx", "invalid", 32) is None
