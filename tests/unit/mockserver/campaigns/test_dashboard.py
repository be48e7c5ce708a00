"""The dashboard and the page of a routine: what they show of which days."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.campaigns.dashboard import dashboard, routine_page
from mockserver.dataset.dataset import Dataset
from mockserver.dataset.figures import ALWAYS, Figures, Span, Timeline, pack_days, span_of
from property.world import default_dataset
from unit.mockserver.dataset.test_dataset import dataset
from unit.mockserver.dataset.test_routines import routine


@pytest.fixture
def small() -> Dataset:
    """Two users with figures on three days of January 1970, one without routines."""
    return dataset(
        routine("a", 3, user=0, first_day=1, figures=pack_days([(4, 3, 2, 1, 0), (1, 1, 1, 1, 1)])),
        routine("b", 2, user=2, first_day=2, figures=pack_days([(1, 0, 0, 2, 1)]), status="completed"),
        routine("d", 1, user=2, status="draft", type="friend_campaign", last_activate_time=None, figures=b""),
    )


def test_every_series_has_the_days_with_any_figure(small: Dataset) -> None:
    board = dashboard(small, ["u2"], ALWAYS)
    assert board["campaign_member_info"] == {"data": [{"date": "1970-01-03", "count_data": 1}], "total_member_count": 1}
    assert board["connection_graph"]["request"] == [{"date": "1970-01-03", "count_data": 0}]
    assert board["connection_graph"]["accept"] == [{"date": "1970-01-03", "count_data": 0}]
    assert board["message_stats"]["daily_stats"] == [{"date": "1970-01-03", "sent": 2, "replied": 1}]


def test_totals_and_rates_follow_from_the_days(small: Dataset) -> None:
    board = dashboard(small, None, ALWAYS)
    graph, messages = board["connection_graph"], board["message_stats"]
    assert (graph["total_friend_request_count"], graph["total_friend_accept_count"]) == (4, 3)
    assert (graph["pending_reject_count"], graph["connection_percentage"]) == (1, 75.0)
    assert (messages["sent"], messages["replied"], messages["response_rate"]) == (4, 2, 50.0)


def test_the_days_cut_figures_and_not_counts(small: Dataset) -> None:
    board = dashboard(small, None, Span(1, 1))
    assert board["campaign_member_info"]["total_member_count"] == 4
    assert board["campaign_count_info"] == {"completed": 1, "active": 1, "inactive": 0, "draft": 1, "total": 3}
    assert board["campaign_types"]["smart_campaign"] == 2
    assert board["campaign_types"]["friend_campaign"] == 1


@pytest.mark.parametrize(
    "ids, shown", [(None, ["u0", "u1", "u2"]), (["u2", "u0", "u0"], ["u0", "u2"]), (["u1"], ["u1"])]
)
def test_every_selected_user_performs_once_in_the_order_of_the_list(small: Dataset, ids: Any, shown: list[str]) -> None:
    performance = dashboard(small, ids, ALWAYS)["user_performance"]
    assert [user["linkedin_user_information_id"] for user in performance] == shown


def test_a_user_performs_in_the_days_and_has_all_active_routines(small: Dataset) -> None:
    assert dashboard(small, ["u0"], Span(2, 2))["user_performance"] == [
        {
            "linkedin_user_information_id": "u0",
            "name": "User 0",
            "email": "u0@example.com",
            "connection_rate": 100.0,
            "response_rate": 100.0,
            "active_campaigns": 1,
        }
    ]


def test_a_user_without_routines_has_an_empty_dashboard(small: Dataset) -> None:
    board = dashboard(small, ["u1"], ALWAYS)
    assert board["campaign_member_info"] == {"data": [], "total_member_count": 0}
    assert board["connection_graph"]["connection_percentage"] == board["message_stats"]["response_rate"] == 0.0
    assert board["campaign_count_info"]["total"] == 0


@pytest.mark.parametrize("span", [Span(900, 999), Span(-5, -1), span_of("0001-01-01", "0001-01-02"), Span(2, 1)])
def test_days_without_figures_show_none(small: Dataset, span: Span) -> None:
    board = dashboard(small, None, span)
    assert board["campaign_member_info"] == {"data": [], "total_member_count": 0}


def test_ten_thousand_years_cost_no_more_than_the_data(small: Dataset) -> None:
    assert dashboard(small, None, span_of("0001-01-01", "9999-12-31")) == dashboard(small, None, ALWAYS)


def test_a_dashboard_opens_no_routine(small: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Dataset, row: int) -> None:
        raise AssertionError("the dashboard reads sums, not routines")

    monkeypatch.setattr(Dataset, "routine", refuse)
    assert dashboard(small, ["u0", "u2"], ALWAYS)["campaign_count_info"]["total"] == 3


def test_one_user_and_all_users_need_no_merging(small: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Timeline, "merged", None)
    for ids in (None, ["u0"], ["u0", "u1", "u2"]):
        dashboard(small, ids, ALWAYS)


def test_a_routine_counts_the_days_in_range(small: Dataset) -> None:
    metrics = routine_page(small, "a", Span(2, 9))["performance_metrics"]
    assert metrics["member_count"] == 1
    assert metrics["connection_metrics"] == {
        "friend_request_count": 1,
        "friend_accept_count": 1,
        "connection_percentage": 100.0,
        "pending_count": 0,
        "daily_metrics": [{"date": "1970-01-03", "friend_request_count": 1, "friend_accept_count": 1}],
    }
    assert metrics["message_metrics"]["daily_metrics"] == [
        {"date": "1970-01-03", "message_sent_count": 1, "message_replied_count": 1}
    ]


def test_the_steps_of_a_routine_count_the_days_in_range(small: Dataset) -> None:
    steps = [step["processed_count"] for step in routine_page(small, "a", Span(2, 2))["campaign_steps"]]
    assert steps == [1, 1, 0, 0]


def test_the_duration_is_that_of_the_whole_life(small: Dataset) -> None:
    assert routine_page(small, "a", Span(2, 2))["campaign_details"]["campaign_duration_days"] == 2
    assert routine_page(small, "a", Span(50, 60))["campaign_details"]["campaign_duration_days"] == 2


def test_a_routine_never_activated_has_no_moment_and_no_figures(small: Dataset) -> None:
    page = routine_page(small, "d", ALWAYS)
    assert page["campaign_details"]["last_activate_time"] is None
    assert page["performance_metrics"]["member_count"] == Figures().members


def test_a_routine_names_its_user_without_the_status(small: Dataset) -> None:
    shown = {"name": "User 2", "linkedin_user_information_id": "u2", "email": "u2@example.com"}
    assert routine_page(small, "b", ALWAYS)["linkedin_user"] == shown


def test_an_unknown_routine_is_a_key_error(small: Dataset) -> None:
    with pytest.raises(KeyError):
        routine_page(small, "nobody", ALWAYS)


def test_the_sample_of_the_dashboard_has_figures() -> None:
    ids = ["encrypted_id_string_1", "encrypted_id_string_2"]
    board = dashboard(default_dataset(), ids, span_of("2025-05-01", "2025-05-10"))
    assert len(board["campaign_member_info"]["data"]) > 5
    assert [user["name"] for user in board["user_performance"]] == ["John Doe", "Jane Smith"]
