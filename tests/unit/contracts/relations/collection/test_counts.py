"""Figures that count a collection."""

from __future__ import annotations

from typing import Any

import pytest

from answers import judge, page, routine, seen, titles

LIST, BOARD = "getCampaignInfo", "getDashboardInfo"
TOTAL = f"collection.counted[{BOARD}:/data/campaign_count_info/total]"
DRAFTS = f"collection.counted[{BOARD}:/data/campaign_count_info/draft]"


def board(number: int = 9, asked: dict[str, Any] | None = None, **counts: int) -> Any:
    return seen(BOARD, {"data": {"campaign_count_info": counts}}, parameters=asked or {}, number=number)


def test_a_figure_is_the_total_of_the_list() -> None:
    assert titles(TOTAL, seen(LIST, page(total=5)), board(total=5)) == []
    assert titles(TOTAL, seen(LIST, page(total=5)), board(total=6)) == ["/data/campaign_count_info/total is 6"]


def test_a_figure_of_a_value_is_the_total_under_that_filter() -> None:
    drafts = seen(LIST, page(total=2), parameters={"campaign_status": "draft"})
    assert titles(DRAFTS, drafts, board(draft=3)) == ["/data/campaign_count_info/draft is 3"]


def test_all_rows_are_counted_where_the_total_was_not_asked_for() -> None:
    rows = seen(LIST, page(routine(1, campaign_status="draft"), routine(2)))
    assert titles(DRAFTS, rows, board(draft=1)) == []
    assert len(titles(DRAFTS, rows, board(draft=2))) == 1


def test_figures_are_those_of_the_same_users() -> None:
    users = {"linkedin_user_information_ids": ["u1"]}
    rows = seen(LIST, page(routine(1), routine(2), routine(3)))
    assert titles(TOTAL, rows, board(asked=users, total=2)) == []


def test_days_do_not_change_what_is_counted() -> None:
    assert judge(TOTAL, seen(LIST, page(total=5)), board(asked={"start_date": "2025-05-01"}, total=5)).checked == 1


def test_without_a_total_nothing_is_judged() -> None:
    assert judge(TOTAL, board(total=5)).checked == 0


USERS = {"linkedin_user_information_ids": ["u1"]}


@pytest.mark.parametrize(
    "listed, figure, title",
    [
        (None, 5, ""),
        ({"total": 5}, True, "/data/campaign_count_info/total is True"),
        ({"total": 1}, True, "/data/campaign_count_info/total is True"),
        ({"total": 5}, "5", "/data/campaign_count_info/total is '5'"),
        ({"total": 5}, None, "/data/campaign_count_info/total is None"),
        ({"total": 5}, 5.0, ""),
    ],
    ids=range(6),
)
def test_a_figure_is_a_number_equal_to_the_total(listed: dict[str, int] | None, figure: Any, title: str) -> None:
    answers = [] if listed is None else [seen(LIST, page(**listed))]
    assert titles(TOTAL, *answers, board(total=figure)) == ([title] if title else [])


def test_a_total_of_other_users_proves_nothing() -> None:
    others = seen(LIST, page(total=5), parameters={"linkedin_user_information_ids": ["u2"]})
    assert judge(TOTAL, others, board(asked=USERS, total=7)).checked == 0


def test_a_list_of_which_not_every_row_was_seen_proves_nothing() -> None:
    part = seen(LIST, page(routine(1), routine(2), total=9))
    assert judge(DRAFTS, part, board(draft=7)).checked == 0


def test_users_that_filter_nothing_are_all_users() -> None:
    body = {"data": {"campaign_count_info": {"total": 5}}}
    figure = seen("postDashboardInfo", body, parameters={"linkedin_user_information_ids": []}, number=9)
    assert judge(TOTAL, seen(LIST, page(total=5)), figure).checked == 1


def test_every_figure_that_was_seen_is_compared() -> None:
    figures = [board(number=number, total=5) for number in (7, 8, 9)]
    assert judge(TOTAL, seen(LIST, page(total=5)), *figures).checked == 3
