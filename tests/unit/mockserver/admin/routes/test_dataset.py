"""What a session shows of its organisation, without a trace in its counters and journal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from judged import JudgedClient

MakeClient = Callable[..., JudgedClient]
PETS = Path(__file__).parents[4] / "specs" / "pets" / "openapi.yaml"


def test_users_campaigns_and_days_are_those_of_the_api(make_client: MakeClient) -> None:
    client = make_client()
    users = client.admin("GET", "/data").json["users"]
    assert users == client.get("/user-campaign-filters").data["linkedin_users"]
    page = client.admin("GET", "/data/routines?offset=2&limit=3").json
    data = client.get("/campaign-info", "offset=2&limit=3").data
    assert (page["routines"], page["total"]) == (data["campaign_info"], data["total_campaign_routines_count"])
    days = client.admin("GET", "/data/days").json
    dashboard = client.get("/dashboard-info").data
    assert days == {"days": dashboard["campaign_member_info"]["data"], "figures": dashboard["campaign_count_info"]}


def test_one_user_can_be_shown(make_client: MakeClient) -> None:
    client = make_client()
    page = client.admin("GET", "/data/routines?user=encrypted_user_id").json
    owners = {row["linkedin_user"]["linkedin_user_information_id"] for row in page["routines"]}
    assert owners == {"encrypted_user_id"}
    every, one = (
        client.admin("GET", f"/data/days{query}").json["figures"] for query in ("", "?user=encrypted_user_id")
    )
    assert 0 < one["total"] < every["total"]


def test_a_session_shows_the_scenario_that_it_plays(make_client: MakeClient) -> None:
    client = make_client()
    assert client.admin("POST", "/scenarios/one_row", {}).status_code == 200
    assert client.admin("GET", "/data/routines").json["total"] == 1


def test_looking_leaves_no_trace(make_client: MakeClient) -> None:
    client = make_client()
    for path in ("/data", "/data/routines", "/data/days"):
        assert client.admin("GET", path).status_code == 200
    assert client.admin("GET", "/requests").json["meta"]["total"] == 0
    assert client.get("/user-campaign-filters").remaining == (99, 4999)


@pytest.mark.parametrize("path", ["/data/days?user=nobody", "/data/routines?user=nobody"])
def test_what_cannot_be_shown_is_told(make_client: MakeClient, path: str) -> None:
    answer = make_client().admin("GET", path)
    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    assert "nothing to show" in answer.json["detail"]


def test_another_document_has_no_organisation(make_client: MakeClient) -> None:
    answer = make_client(spec=PETS).admin("GET", "/data")
    assert answer.status_code == 409
    assert "no organisation" in answer.json["detail"]
