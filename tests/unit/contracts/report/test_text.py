"""A violation reads the same in every report, and harms nobody who reads it."""

from __future__ import annotations

import pytest

from contracts.report.text import escape_control, fields, lines, message, standing
from contracts.verdicts import Outcome
from documents import source_of
from fabricated import verdict, violation

SOURCE = source_of("paths:\n  /campaign-info:\n    get: {x-collection: {filters: [1, 2]}}\n")


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\x9b31m", "\x00", "\r", "\u202e", "\u2028", "\ud800", "\x7f"])
def test_what_a_terminal_would_obey_is_shown(hostile: str) -> None:
    assert escape_control(f"a{hostile}b").startswith("a\\u")
    assert escape_control(f"a{hostile}b").isascii()


def test_other_text_is_left_alone() -> None:
    assert escape_control("ü → 日本\n\t😀") == "ü → 日本\n\t😀"


def test_the_facts_come_in_the_order_of_reading() -> None:
    labels = [label for label, _ in fields(violation(assumed="Days are UTC days."), SOURCE)]
    assert labels == ["what happened", "expected", "spec", "assumed", "shown by", "exchanges", "try", "fingerprint"]


def test_what_is_empty_is_left_out() -> None:
    bare = violation(excerpt="", curl="", exchanges=())
    assert [label for label, _ in fields(bare, SOURCE)] == ["what happened", "expected", "spec", "fingerprint"]


def test_lines_stand_in_a_column() -> None:
    found = lines(violation(excerpt="one\ntwo"), SOURCE)
    assert "spec           openapi.yaml:3 #/paths/~1campaign-info/get/x-collection/filters/1" in found
    assert found[found.index("shown by       one") + 1] == "               two"


def test_a_message_is_one_line() -> None:
    assert message(violation(title="a\nb", expected="c")) == "a b; expected c"


def test_a_standing_names_outcome_and_reason() -> None:
    assert standing(verdict("a.b[c]", Outcome.INCONCLUSIVE, reason="no\nrows")) == "inconclusive: no rows"
    assert standing(verdict("a.b[c]")) == "kept"
