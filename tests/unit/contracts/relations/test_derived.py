"""Figures inside one body."""

from __future__ import annotations

from typing import Any

from answers import document, judge, routine, rules, seen, titles
from answers import page as listed

DASHBOARD = "getDashboardInfo"


def stats(**figures: Any) -> dict[str, Any]:
    return {"data": {"message_stats": {"sent": 3, "replied": 1, "response_rate": 33.3, "daily_stats": [], **figures}}}


def test_there_is_one_relation_for_every_rule_at_every_place() -> None:
    ids = [name for name in rules() if name.startswith("derived.") and "[getDashboardInfo:" in name]
    success = document().by_id[DASHBOARD].success
    assert success is not None
    assert len(ids) == len(success.annotations.invariants)


def test_two_rules_of_one_figure_are_numbered() -> None:
    assert {
        name for name in rules() if name.startswith(f"derived.sum[{DASHBOARD}:/data/campaign_count_info/total")
    } == {
        f"derived.sum[{DASHBOARD}:/data/campaign_count_info/total]",
        f"derived.sum[{DASHBOARD}:/data/campaign_count_info/total#2]",
    }


def test_errors_share_the_relations_of_their_bodies() -> None:
    assert [name for name in rules() if name.startswith("derived") and "rate_limit_info" in name] == [
        "derived.at-most[429:/data/rate_limit_info/remaining_minute]",
        "derived.at-most[429:/data/rate_limit_info/remaining_day]",
    ]


def test_a_figure_that_is_off_is_named() -> None:
    name = f"derived.ratio[{DASHBOARD}:/data/message_stats/response_rate]"
    assert titles(name, seen(DASHBOARD, stats())) == []
    assert titles(name, seen(DASHBOARD, stats(response_rate=34.0))) == [
        "in /data/message_stats: /response_rate is 34.0, /replied of /sent is 1 of 3"
    ]


def test_many_rows_with_the_same_fault_are_one_violation() -> None:
    rows = [routine(number, friend_accept_count=2, friend_request_count=1) for number in range(1, 9)]
    name = "derived.at-most[getCampaignInfo:/data/campaign_info/*/friend_accept_count]"
    assert len(judge(name, seen("getCampaignInfo", listed(*rows))).violations) == 1


def test_the_refusal_of_any_operation_is_judged() -> None:
    info = {"limit_minute": 1, "remaining_minute": 2, "limit_day": 5, "remaining_day": 5}
    answer = seen("postCampaignInfo", {"data": {"rate_limit_info": info}}, status=429)
    assert titles("derived.at-most[429:/data/rate_limit_info/remaining_minute]", answer) == [
        "in /data/rate_limit_info: /remaining_minute is 2, /limit_minute is 1"
    ]


def test_a_series_is_judged_by_the_range_of_its_own_request() -> None:
    body = stats(daily_stats=[{"date": "2025-05-01"}])
    name = f"derived.within[{DASHBOARD}:/data/message_stats/daily_stats]"
    inside = seen(DASHBOARD, body, parameters={"start_date": "2025-05-01"})
    outside = seen(DASHBOARD, body, parameters={"start_date": "2025-05-02"}, number=2)
    assert titles(name, inside) == []
    assert judge(name, inside, outside).violations[0].exchanges == (2,)


def test_figures_that_were_not_seen_are_not_judged() -> None:
    name = f"derived.ratio[{DASHBOARD}:/data/message_stats/response_rate]"
    assert judge(name, seen(DASHBOARD, stats(sent=None))).reason == "no instance with these figures was seen"
