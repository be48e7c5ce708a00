"""A client that keeps the contract: each test passes, and so does the verdict at its end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from campaign_client import ApiError, CampaignClient, GaveUp, Redirected, Unauthorized

if TYPE_CHECKING:
    from contracts.plugin import MockApi


def test_users_are_typed(client: CampaignClient) -> None:
    users = client.users()
    assert {user.is_active for user in users} == {True, False}
    assert all(user.id and "@" in user.email for user in users)


@pytest.mark.mock_api(routines=120, also=["C301"])
def test_campaigns_come_from_all_pages(client: CampaignClient, mock_api: MockApi) -> None:
    campaigns = list(client.campaigns())
    assert len({campaign.id for campaign in campaigns}) == 120
    assert [sent.parameters["offset"] for sent in mock_api.requests] == ["0", "50", "100"]
    assert campaigns == sorted(campaigns, key=lambda campaign: campaign.created_at, reverse=True)


def test_campaigns_are_filtered_by_the_api(client: CampaignClient, mock_api: MockApi) -> None:
    found = list(client.campaigns(status="active", start=date(2025, 1, 1), end=date(2030, 1, 1)))
    assert found
    assert {campaign.status for campaign in found} == {"active"}
    assert mock_api.requests[0].parameters["start_date"] == "2025-01-01"


def test_totals_agree_with_the_campaigns(client: CampaignClient) -> None:
    totals = client.totals()
    assert totals.campaigns == len(list(client.campaigns()))


@pytest.mark.mock_api(routines=120, limit_minute=2)
def test_it_waits_when_the_limit_is_reached(client: CampaignClient, mock_api: MockApi) -> None:
    started = mock_api.clock.now
    assert len(list(client.campaigns())) == 120
    assert mock_api.clock.now == started + 60
    assert [sent.status for sent in mock_api.requests] == [200, 200, 429, 200]


def test_it_does_not_wait_for_the_next_day(client: CampaignClient, mock_api: MockApi) -> None:
    mock_api.limit(day=1)
    client.users()
    with pytest.raises(GaveUp, match="429"):
        client.users()


def test_it_gives_up_after_some_tries(client: CampaignClient, mock_api: MockApi) -> None:
    mock_api.fail("getDashboardInfo", 429, times=None)
    with pytest.raises(GaveUp):
        client.totals()
    assert len(mock_api.requests) == 4


def test_an_invalid_key_is_told_at_once(mock_api: MockApi) -> None:
    client = CampaignClient(mock_api.base_url, "nobodys", sleep=mock_api.sleep)
    with client, pytest.raises(Unauthorized, match="INVALID_API_KEY"):
        client.users()
    assert len(mock_api.requests) == 1


def test_a_failure_of_the_server_is_told(client: CampaignClient, mock_api: MockApi) -> None:
    mock_api.fail("getDashboardInfo", 500)
    with pytest.raises(ApiError, match="500"):
        client.totals()


def test_the_key_does_not_follow_a_redirect(client: CampaignClient, mock_api: MockApi) -> None:
    mock_api.redirect("getUserCampaignFilters")
    with pytest.raises(Redirected):
        client.users()
    assert len(mock_api.requests) == 1


def test_a_range_that_ends_before_it_starts_is_not_even_sent(client: CampaignClient, mock_api: MockApi) -> None:
    with pytest.raises(ValueError, match="before it starts"):
        list(client.campaigns(start=date(2025, 2, 1), end=date(2025, 1, 1)))
    assert mock_api.requests == ()


def test_a_created_key_works(client: CampaignClient, mock_api: MockApi) -> None:
    with CampaignClient(mock_api.base_url, client.create_key("for a test")) as other:
        assert other.users() == client.users()
