"""x-collection as a record."""

from __future__ import annotations

from answers import document
from oas.vocabulary import Collection


def collection() -> Collection:
    found = document().by_id["getCampaignInfo"].collection
    assert found is not None
    return found


def test_filters_point_into_the_document() -> None:
    rule = collection().filter_of("campaign_status")
    assert rule is not None
    assert rule.pointer == "/paths/~1campaign-info/get/x-collection/filters/1"
    assert (rule.item, rule.match) == ("/linkedin_campaign_routine/campaign_status", "equal")


def test_only_filters_whose_edges_nobody_tells_rest_on_the_assumption_of_the_collection() -> None:
    assumed = {rule.parameter: rule.assumed for rule in collection().filters}
    assert assumed["campaign_status"] == ""
    assert assumed["term"] == assumed["start_date"] == collection().assumed
    assert assumed["campaign_type"].startswith('The vendor names two and "etc."')


def test_sort_page_and_counts_are_read() -> None:
    made = collection()
    assert (made.sort.by, made.sort.default_order, len(made.sort.fields)) == ("sort_by", "desc", 7)
    assert (made.page.next, made.page.limit_echo) == ("/data/pagination/next_page_url", "/data/pagination/limit")
    assert made.counts[1].where == {"campaign_status": "active"}


def test_an_operation_without_one_has_none() -> None:
    assert document().by_id["getDashboardInfo"].collection is None
