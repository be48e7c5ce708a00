"""What a misspelt name was meant to be."""

from __future__ import annotations

import pytest

from contracts.client.requests import meant

KNOWN = ("start_date", "end_date", "limit", "offset", "sort_by", "sort_order", "campaign_status", "campaign_type")


@pytest.mark.parametrize(
    "name, expected",
    [
        ("start-date", "start_date"),
        ("startDate", "start_date"),
        ("Start Date", "start_date"),
        ("start_date[]", "start_date"),
        ("startdate", "start_date"),
        ("sortOrder", "sort_order"),
        ("campaign-status", "campaign_status"),
        ("campaigntype", "campaign_type"),
        ("limits", "limit"),
        ("page", ""),
        ("status", ""),
        ("", ""),
        ("x" * 10**6, ""),
    ],
    ids=lambda value: value[:20] or "none",
)
def test_the_nearest_name_is_meant_or_none(name: str, expected: str) -> None:
    assert meant(name, KNOWN) == expected


def test_of_no_names_none_is_meant() -> None:
    assert meant("start_date", ()) == ""
