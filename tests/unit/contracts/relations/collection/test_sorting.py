"""Order of a collection."""

from __future__ import annotations

from typing import Any

from answers import judge, page, routine, seen, titles

LIST = "getCampaignInfo"
RISING, FALLING = f"collection.sorted[{LIST}:member_count.asc]", f"collection.sorted[{LIST}:member_count.desc]"
DEFAULT, EQUIVALENT = f"collection.default-order[{LIST}]", f"collection.equivalent[{LIST}:sort_by]"


def listed(*numbers: int, number: int = 2, total: int | None = None, **asked: Any) -> Any:
    return seen(LIST, page(*(routine(value) for value in numbers), total=total), parameters=asked, number=number)


def test_rows_in_the_order_asked_for_are_kept() -> None:
    assert judge(RISING, listed(1, 2, 3, sort_by="member_count", sort_order="asc")).checked == 1
    assert titles(FALLING, listed(3, 2, 2, sort_by="member_count")) == []


def test_rows_out_of_order_are_named() -> None:
    assert titles(FALLING, listed(1, 2, sort_by="member_count")) == [
        "made up: items are not in the order of member_count, desc"
    ]


def test_equal_keys_prove_nothing() -> None:
    assert judge(FALLING, listed(2, 2, sort_by="member_count")).checked == 0


def test_without_a_sort_the_newest_comes_first() -> None:
    assert titles(DEFAULT, listed(3, 2, 1)) == []
    assert len(titles(DEFAULT, listed(1, 2, 3))) == 1
    assert judge(DEFAULT).reason == "not asked"


def test_a_page_holds_the_rows_that_the_order_puts_there() -> None:
    whole = listed(4, 3, 2, 1, number=1)
    right = listed(3, 2, total=4, sort_by="member_count", limit=2, offset=1)
    wrong = listed(3, 1, total=4, sort_by="member_count", limit=2, offset=1)
    assert titles(FALLING, whole, right) == []
    assert titles(FALLING, whole, wrong) == [
        "made up: the page does not hold the 2 items that member_count, desc puts there"
    ]


def test_a_page_of_equal_keys_can_be_wrong_too() -> None:
    rows = [routine(value, campaign_status="draft" if value < 3 else "active") for value in (4, 3, 2, 1)]
    whole = seen(LIST, page(*rows))
    wrong = seen(LIST, page(*rows[:2], total=4), parameters={"sort_by": "campaign_status", "limit": 2}, number=2)
    assert judge(f"collection.sorted[{LIST}:campaign_status.desc]", whole, wrong).violations


def test_a_page_of_another_size_is_no_matter_of_order() -> None:
    short = listed(4, 3, total=4, sort_by="member_count", offset=3)
    assert titles(FALLING, listed(4, 3, 2, 1, number=1), short) == []


def test_sorting_loses_no_item() -> None:
    plain = listed(3, 2, 1, number=1)
    assert titles(EQUIVALENT, plain, listed(1, 2, 3, sort_order="asc")) == []
    assert titles(EQUIVALENT, plain, listed(1, 2, 4, sort_order="asc")) == [
        "made up: 2 items differ from the unsorted answer"
    ]
    assert titles(EQUIVALENT, plain, listed(1, 2, sort_order="asc")) == ["made up: the total is 2, without sorting 3"]
