"""What a collection must answer, worked out from its rows."""

from __future__ import annotations

from typing import Any

import pytest

from answers import document, routine
from contracts.observations.expected_rows import chosen, is_ordered, key_orders, matches, order_of, page_of
from oas.vocabulary import Collection


def collection() -> Collection:
    found = document().by_id["getCampaignInfo"].collection
    assert found is not None
    return found


@pytest.mark.parametrize(
    "parameter, wanted, passes",
    [
        ("campaign_status", "active", True),
        ("campaign_status", "draft", False),
        ("linkedin_user_information_ids", ["u0", "u1"], True),
        ("linkedin_user_information_ids", ["u0"], False),
        ("term", "NAME", True),
        ("term", "nameless", False),
        ("start_date", "2025-05-03", True),
        ("start_date", "2025-05-04", False),
        ("end_date", "2025-05-03", True),
        ("end_date", "2025-05-02", False),
        ("end_date", "no day", False),
    ],
)
def test_an_item_passes_a_filter_or_not(parameter: str, wanted: Any, passes: bool) -> None:
    rule = collection().filter_of(parameter)
    assert rule is not None
    assert matches(rule, routine(3), wanted) is passes


def test_items_pass_every_filter_at_once() -> None:
    rows = [routine(number) for number in range(1, 7)]
    filters = {"start_date": "2025-05-02", "end_date": "2025-05-05", "linkedin_user_information_ids": ["u0"]}
    assert [row["member_count"] for row in chosen(collection(), rows, filters)] == [2, 4]


def test_a_parameter_that_is_no_filter_selects_nothing() -> None:
    assert collection().filter_of("limit") is None
    assert len(chosen(collection(), [routine(1)], {"limit": 0})) == 1


@pytest.mark.parametrize(
    "keys, direction",
    [
        (["B", "a", "c"], "asc"),
        (["a", "B", "c"], "asc"),
        (["c", "a", "B"], "desc"),
        ([3, 2.5, 2.5, None, 1], "desc"),
        (["2025-05-01T23:00:00Z", "2025-05-02T04:31:00+05:30"], "asc"),
        ([], "asc"),
    ],
)
def test_keys_may_be_in_any_order_that_a_right_server_uses(keys: list[Any], direction: str) -> None:
    assert is_ordered(keys, direction)


@pytest.mark.parametrize("keys, direction", [(["b", "a"], "asc"), ([1, 2], "desc"), (["B", "c", "a"], "asc")])
def test_keys_against_the_direction_are_found(keys: list[Any], direction: str) -> None:
    assert not is_ordered(keys, direction)


def test_mixed_keys_are_ordered_by_number() -> None:
    assert len(key_orders(["a", 1])) == 1
    assert is_ordered([1, "a"], "asc")


def test_defaults_are_filled_in() -> None:
    assert order_of(collection().sort, {}) == ("created_at", "desc")
    assert order_of(collection().sort, {"sort_by": "member_count", "sort_order": "asc"}) == ("member_count", "asc")
    assert page_of({}, collection(), 50) == (50, 0)
    assert page_of({"limit": 2, "offset": 4}, collection(), 50) == (2, 4)
