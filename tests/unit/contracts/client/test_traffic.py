"""What rules judge a client by: its own requests, by key, with what they asked for."""

from __future__ import annotations

from typing import Any

import pytest

from answers import document
from contracts.client.models import ClientRequest
from contracts.client.traffic import Traffic


def sent(order: int = 1, **changes: Any) -> ClientRequest:
    return ClientRequest(order=order, at=float(order), **{"method": "GET", "path": "/campaign-info", **changes})


def trial(*requests: ClientRequest) -> Traffic:
    return Traffic(requests, document())


def test_requests_that_went_elsewhere_are_not_its_own() -> None:
    requests = (sent(1), sent(2, origin="https://x.example"), sent(3))
    made = trial(*requests)
    assert made.sent == requests
    assert [one.order for one in made.own] == [1, 3]


def test_requests_are_grouped_by_key_in_the_order_of_arrival() -> None:
    made = trial(sent(1, key_hash="b"), sent(2), sent(3, key_hash="a"), sent(4, key_hash="b"), sent(5, origin="x"))
    assert {key: [one.order for one in found] for key, found in made.by_key.items()} == {
        "b": [1, 4],
        "": [2],
        "a": [3],
    }
    assert list(made.by_key) == ["b", "", "a"]


@pytest.mark.parametrize(
    "operation_id, is_known", [("getCampaignInfo", True), ("postCampaignInfo", True), ("", False), ("other", False)]
)
def test_the_operation_of_a_request_is_that_of_the_contract(operation_id: str, is_known: bool) -> None:
    found = trial().operation(sent(operation_id=operation_id))
    assert (found.id if found else "") == (operation_id if is_known else "")


@pytest.mark.parametrize(
    "operation_id, query, body, parameters",
    [
        ("getCampaignInfo", "limit=5&term=&term=b", "", {"limit": ["5"], "term": ["", "b"]}),
        ("getCampaignInfo", "limit=5", '{"limit": 6}', {"limit": ["5"]}),
        ("", "limit=5", '{"limit": 6}', {"limit": ["5"]}),
        ("postCampaignInfo", "limit=5", '{"limit": 6, "ids": ["a", 1]}', {"limit": ["6"], "ids": ["a", "1"]}),
        ("postCampaignInfo", "limit=5", '{"a": null, "b": true, "c": []}', {"a": ["None"], "b": ["True"], "c": []}),
        ("postCampaignInfo", "limit=5", "[1]", {}),
        ("postCampaignInfo", "limit=5", "{broken", {}),
        ("postCampaignInfo", "limit=5", "", {}),
    ],
    ids=range(8),
)
def test_what_was_asked_for_is_read_where_the_operation_reads_it(
    operation_id: str, query: str, body: str, parameters: dict[str, Any]
) -> None:
    assert trial().parameters(sent(operation_id=operation_id, query=query, body=body)) == parameters
