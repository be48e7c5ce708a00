"""What planners draw values from."""

from __future__ import annotations

from datetime import date

from answers import document, observed, page, routine, seen
from contracts.observations.known_values import KnownValues, known_of, typical_values, values_at, windows_of

LIST = "getCampaignInfo"


def test_what_was_seen_is_known() -> None:
    known = known_of(observed(seen(LIST, page(routine(1), routine(2)))))
    assert known.entities["routine"] == ("r1", "r2")
    assert known.totals[LIST] == 2
    assert known.has_whole(LIST)
    assert known.attributes["routine", "r1"]["campaign_status"] == "active"


def test_the_telling_entity_has_the_largest_figures() -> None:
    known = known_of(observed(seen(LIST, page(routine(1), routine(5), routine(2)))))
    assert known.most_active("routine") == "r5"
    assert known.most_active("organisation") is None


def test_days_are_those_of_the_series_that_parameters_cut() -> None:
    data = {"campaign_member_info": {"data": [{"date": "2025-05-02"}, {"date": "2025-05-01"}, {"date": "no day"}]}}
    known = known_of(observed(seen("getDashboardInfo", {"data": data})))
    assert known.days["getDashboardInfo"] == (date(2025, 5, 1), date(2025, 5, 2))


def test_windows_name_items_key_and_parameters() -> None:
    windows = windows_of(document().by_id["getDashboardInfo"])
    assert ("/data/message_stats/daily_stats", "/date", "start_date", "end_date") in windows
    assert windows_of(document().by_id["createApiKey"]) == ()


def test_nothing_is_known_at_first() -> None:
    known = KnownValues.nothing(document(), seed=4)
    assert (known.entities, known.rows, known.seed) == ({}, {}, 4)


def test_average_data_has_every_value_that_the_document_lists() -> None:
    rows = typical_values(document()).rows[LIST]
    statuses = values_at(rows, "/linkedin_campaign_routine/campaign_status")
    assert set(statuses) == {"active", "inactive", "completed", "draft"}


def test_choices_depend_on_seed_and_purpose_only() -> None:
    known = typical_values(document(), seed=1)
    assert known.random("a").random() == known.random("a").random()
    assert known.random("a").random() != known.random("b").random()


def test_values_that_are_missing_or_null_are_left_out() -> None:
    assert values_at(({"a": 1}, {}, {"a": None}), "/a") == [1]


def test_of_large_items_fewer_fit_into_an_answer() -> None:
    small, large = page(routine(1)), page(routine(1) | {"text": "x" * 100_000})
    assert known_of(observed(seen(LIST, small))).fits[LIST] > 1000
    assert known_of(observed(seen(LIST, small), seen(LIST, large))).fits[LIST] in range(38, 43)
    assert known_of(observed()).fits[LIST] == known_of(observed(seen(LIST, page()))).fits[LIST] == 2500
