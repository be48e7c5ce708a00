"""Filters of a collection."""

from __future__ import annotations

from typing import Any

import pytest

from answers import judge, page, routine, seen, titles
from contracts.observations.observations import Observation

GET = "getCampaignInfo"
ROWS = [routine(number, campaign_status="active" if number < 3 else "draft") for number in (4, 3, 2, 1)]


def listed(*rows: dict[str, Any], number: Any = 2, total: Any = None, **asked: Any) -> Observation:
    return seen(GET, page(*rows, total=total), parameters=asked, number=number)


ALL = listed(*ROWS, number=1)


def test_an_item_that_does_not_pass_is_named() -> None:
    assert titles(f"collection.subset[{GET}:campaign_status]", listed(*ROWS[1:3], campaign_status="active")) == [
        "an item with /linkedin_campaign_routine/campaign_status 'draft' came for campaign_status 'active'"
    ]


def test_an_empty_answer_proves_nothing_of_a_filter() -> None:
    assert judge(f"collection.subset[{GET}:campaign_status]", listed(campaign_status="active")).checked == 0


def test_no_item_comes_for_two_values() -> None:
    answers = (listed(ROWS[0], campaign_status="draft"), listed(ROWS[0], campaign_status="active", number=3))
    assert titles(f"collection.disjoint[{GET}:campaign_status]", *answers) == [
        "1 items came for campaign_status 'draft' and 'active'"
    ]


def test_lists_of_values_that_overlap_may_share_items() -> None:
    name = "linkedin_user_information_ids"
    answers = (listed(ROWS[0], **{name: ["u0"]}), listed(ROWS[0], **{name: ["u0", "u1"]}, number=3))
    assert judge(f"collection.disjoint[{GET}:{name}]", *answers).checked == 0


def test_all_values_together_give_everything() -> None:
    part = {"active": 2, "draft": 2, "inactive": 0, "completed": 0}
    whole = listed(total=4, number=1)
    answers = [listed(total=count, campaign_status=value) for value, count in part.items()]
    name = f"collection.complete[{GET}:campaign_status]"
    assert judge(name, whole, *answers).checked == 1
    assert titles(name, listed(total=5, number=1), *answers) == [
        "all values of campaign_status together give 4 items, no campaign_status gives 5"
    ]
    assert judge(name, whole, *answers[:3]).checked == 0


def test_an_answer_is_held_against_all_rows_once_they_are_known() -> None:
    name = f"collection.complete[{GET}:term]"
    assert titles(name, ALL, listed(ROWS[3], term="NAME 1")) == []
    assert titles(name, ALL, listed(term="NAME 1")) == ["term=NAME 1 has a total of 0, yet 1 of all 4 items pass"]


def test_missing_items_are_found_behind_a_right_total() -> None:
    answer = listed(routine(9), term="name 1")
    assert titles(f"collection.complete[{GET}:term]", ALL, answer) == ["term=name 1 misses 1 items that pass"]


@pytest.mark.parametrize("parameter", ["start_date", "end_date"])
def test_the_day_itself_is_included(parameter: str) -> None:
    answer = listed(ROWS[0] if parameter == "start_date" else ROWS[3], **{parameter: "2025-05-02"})
    (violation,) = judge(f"collection.inclusive[{GET}:{parameter}]", ALL, answer).violations
    assert violation.excerpt == "r2"
    assert violation.exchanges == (1, 2)


def test_two_filters_give_no_more_than_one_of_them() -> None:
    one = listed(total=1, campaign_status="active")
    both = listed(total=2, campaign_status="active", term="x", number=3)
    assert titles(f"collection.combined[{GET}]", one, both) == ["2 filters give 2 items, one of them alone 1"]


@pytest.mark.parametrize(
    "asked, told",
    [({"term": "x"}, {}), ({"term": "x"}, {"term": "y"}), ({}, {"sort_by": "created_at"}), ({"sort_order": "asc"}, {})],
)
def test_the_echo_repeats_what_was_asked_and_nothing_else(asked: dict[str, str], told: dict[str, str]) -> None:
    answer = seen(GET, page(filters_applied=told), parameters=asked)
    assert judge(f"collection.echo[{GET}]", answer).violations


def test_limit_offset_and_unknown_members_are_no_matter_of_the_echo() -> None:
    asked = {"limit": 1, "offset": 0, "linkedin_user_information_ids": ["u"]}
    answer = seen(GET, page(filters_applied={"linkedin_user_information_ids": ["u"], "more": 1}), parameters=asked)
    assert titles(f"collection.echo[{GET}]", answer) == []
