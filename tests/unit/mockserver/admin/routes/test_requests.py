"""The journal over the control API: found, counted, exported, explained."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from judged import JudgedClient

MakeClient = Callable[..., JudgedClient]


@pytest.fixture
def own(make_client: MakeClient) -> JudgedClient:
    """A client whose journal holds four requests."""
    client = make_client()
    client.get("/user-campaign-filters")
    client.get("/campaign-info", {"limit": 2, "term": "a&b"})
    client.post("/campaign-info", {"limit": 2}, headers={"X-Trace": "7"})
    client.get("/nowhere")
    return client


@pytest.mark.parametrize(
    "pattern, count",
    [
        ({}, 4),
        ({"method": "POST"}, 1),
        ({"urlPathPattern": ".*/campaign-info"}, 2),
        ({"queryParameters": {"term": {"equalTo": "a&b"}}}, 1),
        ({"headers": {"X-Trace": {"matches": "[0-9]"}}}, 1),
        ({"headers": {"Authorization": {"contains": "your_api_key_here"}}}, 0),
        ({"method": "GET", "queryParameters": {"limit": {"absent": True}}}, 2),
    ],
    ids=str,
)
def test_requests_are_found_and_counted_alike(own: JudgedClient, pattern: dict[str, Any], count: int) -> None:
    assert own.admin("POST", "/requests/count", pattern).get_json()["count"] == count
    found = own.admin("POST", "/requests/find", pattern).get_json()["requests"]
    assert len(found) == count
    for request in found:
        assert own.admin("GET", f"/requests/{request['id']}").get_json()["request"]["url"] == request["url"]


def test_the_newest_is_found_first(own: JudgedClient) -> None:
    found = own.admin("POST", "/requests/find").get_json()["requests"]
    assert [request["url"].rpartition("/")[2].partition("?")[0] for request in found] == [
        "nowhere",
        "campaign-info",
        "campaign-info",
        "user-campaign-filters",
    ]


@pytest.mark.parametrize(
    "pattern, status",
    [({"bodyPatterns": []}, 400), ({"url": 1}, 400), ({"url": "/", "urlPath": "/"}, 400), ({"urlPattern": "("}, 422)],
    ids=str,
)
def test_a_wrong_pattern_is_a_problem(own: JudgedClient, pattern: dict[str, Any], status: int) -> None:
    assert own.admin("POST", "/requests/find", pattern).status_code == status


def test_the_export_holds_every_exchange_the_oldest_first(own: JudgedClient) -> None:
    answer = own.admin("GET", "/requests/har")
    entries = answer.get_json()["log"]["entries"]
    assert [entry["response"]["status"] for entry in entries] == [200, 200, 200, 404]
    assert json.loads(entries[2]["request"]["postData"]["text"]) == {"limit": 2}
    assert "your_api_key_here" not in answer.text


def test_each_session_has_a_journal_of_its_own(own: JudgedClient) -> None:
    name = own.admin("POST", "/sessions", {}).get_json()["name"]
    for method, path in (("POST", "/requests/count"), ("GET", "/requests/har"), ("GET", "/requests")):
        shown = own.admin(method, f"{path}?session={name}").text
        assert "campaign-info" not in shown
    identity = own.admin("GET", "/requests?limit=1").get_json()["requests"][0]["id"]
    assert own.admin("GET", f"/requests/{identity}/explain?session={name}").status_code == 404
