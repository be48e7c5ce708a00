"""Comparing bodies."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.observations.comparison import agree, day_of, differences, excerpt, moment_of


@pytest.mark.parametrize(
    "left, right",
    [
        (1, 1.0),
        ("2025-05-01T10:00:00Z", "2025-05-01T10:00:00.250Z"),
        ("2025-05-01T10:00:00Z", "2025-05-01T15:30:00+05:30"),
        ({"a": [1, 2]}, {"a": [1.0, 2]}),
        (None, None),
    ],
)
def test_values_agree_by_what_they_say(left: Any, right: Any) -> None:
    assert agree(left, right)


@pytest.mark.parametrize(
    "left, right",
    [
        (1, True),
        (0, False),
        (1, "1"),
        (None, 0),
        ("2025-05-01T10:00:00Z", "2025-05-01T10:00:01Z"),
        ([1, 2], [2, 1]),
        ("10:00", "10:01"),
    ],
)
def test_values_of_other_meaning_or_type_do_not_agree(left: Any, right: Any) -> None:
    assert not agree(left, right)


def test_a_moment_needs_a_zone() -> None:
    assert moment_of("2025-05-01T10:00:00") is None
    assert moment_of("2025-05-01T15:30:00+05:30") == datetime(2025, 5, 1, 10, tzinfo=UTC)
    assert moment_of("2025-99-01T15:30:00Z") is None


def test_the_day_of_a_stamp_is_that_of_utc() -> None:
    assert day_of("2025-05-02T04:00:00+05:30") == date(2025, 5, 1)
    assert day_of("2025-05-02") == date(2025, 5, 2)
    assert day_of("2025-02-30") is None
    assert day_of(5) is None


def test_differences_are_named_by_pointer() -> None:
    left = {"rows": [{"id": 1, "x": 2}], "gone": 1}
    right = {"rows": [{"id": 1, "x": 3}], "new": 2}
    assert list(differences(left, right)) == [("/rows/0/x", 2, 3), ("/gone", 1, None), ("/new", None, 2)]


def test_lists_of_other_length_are_one_difference() -> None:
    assert list(differences({"rows": [1]}, {"rows": [1, 2]})) == [("/rows", "1 items", "2 items")]


def test_what_may_differ_is_passed_over_by_its_pattern() -> None:
    left, right = {"rows": [{"id": 1}, {"id": 2}], "x": 1}, {"rows": [{"id": 3}, {"id": 4}], "y": 1}
    assert list(differences(left, right, {"/rows/*/id", "/x", "/y"}.__contains__)) == []


def test_an_excerpt_is_short() -> None:
    assert excerpt("plain") == "plain"
    assert excerpt({"a": 1}) == "{'a': 1}"
    assert len(excerpt("x" * 1000)) == 160
