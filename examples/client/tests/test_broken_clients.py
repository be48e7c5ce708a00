"""Clients that break one rule each, on purpose: what the verdict would say is expected where it happens.

Take an `expect_violation` away to see the message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from contracts.plugin import MockApi


class CarelessClient:
    """Sends what it is told, at once, and follows wherever it is led."""

    def __init__(self, api: MockApi) -> None:
        self._api = api

    def ask(self, path: str, method: str = "GET", **options: Any) -> requests.Response:
        headers = {**self._api.headers, **options.pop("headers", {})}
        return requests.request(method, self._api.base_url + path, headers=headers, timeout=10, **options)


@pytest.fixture
def careless(mock_api: MockApi) -> CarelessClient:
    """A client without manners."""
    return CarelessClient(mock_api)


def test_an_unknown_path(mock_api: MockApi, careless: CarelessClient) -> None:
    with mock_api.expect_violation("C101"):
        careless.ask("/campaigns-info")


def test_an_unknown_method(mock_api: MockApi, careless: CarelessClient) -> None:
    with mock_api.expect_violation("C102"):
        careless.ask("/campaign-info", "DELETE")


def test_a_misspelt_parameter(mock_api: MockApi, careless: CarelessClient) -> None:
    with mock_api.expect_violation("C103"):
        assert careless.ask("/campaign-info", params={"start-date": "2025-01-01"}).ok


def test_a_value_of_a_wrong_type(mock_api: MockApi, careless: CarelessClient) -> None:
    with mock_api.expect_violation("C104"):
        careless.ask("/campaign-info", params={"limit": "all"})


def test_a_body_where_none_is_taken(mock_api: MockApi, careless: CarelessClient) -> None:
    with mock_api.expect_violation("C106"):
        careless.ask("/dashboard-info", json={"start_date": "2025-01-01"})


def test_a_body_that_is_no_json(mock_api: MockApi, careless: CarelessClient) -> None:
    with mock_api.expect_violation("C107"):
        careless.ask("/campaign-info", "POST", data={"limit": 1})


def test_days_in_reverse(mock_api: MockApi, careless: CarelessClient) -> None:
    with mock_api.expect_violation("C108"):
        careless.ask("/campaign-info", params={"start_date": "2025-02-01", "end_date": "2025-01-01"})


def test_an_invented_id(mock_api: MockApi, careless: CarelessClient) -> None:
    with mock_api.expect_violation("C109"):
        careless.ask("/campaign-info", params={"linkedin_user_information_ids": "user 1"})


def test_the_same_request_again_before_its_wait_is_over(mock_api: MockApi, careless: CarelessClient) -> None:
    mock_api.limit(minute=1)
    careless.ask("/dashboard-info")
    with mock_api.expect_violation("C201"):
        assert careless.ask("/dashboard-info").status_code == 429
        careless.ask("/dashboard-info")


def test_other_requests_during_a_wait(mock_api: MockApi, careless: CarelessClient) -> None:
    mock_api.limit(minute=1)
    careless.ask("/dashboard-info")
    with mock_api.expect_violation("C202"):
        assert careless.ask("/dashboard-info").status_code == 429
        careless.ask("/campaign-info")


def test_more_than_the_contract_allows(mock_api: MockApi, careless: CarelessClient) -> None:
    mock_api.limit(minute=1000)
    with mock_api.expect_violation("C203"):
        for _ in range(101):
            careless.ask("/dashboard-info")


def test_a_refused_key_again_and_again(mock_api: MockApi, careless: CarelessClient) -> None:
    with mock_api.expect_violation("C204"):
        for _ in range(4):
            careless.ask("/dashboard-info", headers={"Authorization": "nobodys"})


@pytest.mark.mock_api(also=["C301"])
def test_pages_that_are_left_unread(mock_api: MockApi, careless: CarelessClient) -> None:
    with mock_api.expect_violation("C301"):
        careless.ask("/campaign-info", params={"limit": 5})


def test_a_write_that_is_sent_twice(mock_api: MockApi, careless: CarelessClient) -> None:
    mock_api.fail("createApiKey", 500)
    with mock_api.expect_violation("C302"):
        for _ in range(2):
            careless.ask("/create-api-key", "POST", json={"description": "once"})


def test_a_key_in_a_url(mock_api: MockApi, careless: CarelessClient) -> None:
    with mock_api.expect_violation("C401"), mock_api.expect_violation("C103"):
        careless.ask("/dashboard-info", params={"api_key": mock_api.api_key})


def test_a_key_that_follows_a_redirect(mock_api: MockApi, careless: CarelessClient) -> None:
    mock_api.redirect("getDashboardInfo")
    with mock_api.expect_violation("C402"):
        elsewhere = careless.ask("/dashboard-info", allow_redirects=False).headers["Location"]
        requests.get(elsewhere, headers=mock_api.headers, timeout=10)


@pytest.mark.mock_api(allow=["C104"])
def test_a_rule_that_is_allowed_for_a_whole_test(careless: CarelessClient) -> None:
    assert careless.ask("/campaign-info", params={"limit": 0}).status_code == 400
