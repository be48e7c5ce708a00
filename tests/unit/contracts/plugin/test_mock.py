from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from contracts.errors import ConfigInvalid
from contracts.plugin.mock import MockApi, MockServer
from contracts.plugin.settings import Settings
from mockserver.live.server import ToolError

PATH = "/user-campaign-filters"
START_S = 1746954000.0  # 2025-05-11T09:00:00Z


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def api(server: MockServer) -> Iterator[MockApi]:
    api, sandbox = server.open(Settings(clock=START_S))
    yield api
    assert sandbox.close() == []


def get(api: MockApi, path: str = PATH, **options: Any) -> requests.Response:
    return requests.get(api.base_url + path, timeout=10, **{"headers": api.headers} | options)


def ids(api: MockApi) -> list[str]:
    return [finding.rule.id for finding in api.verdict().findings]


def test_the_headers_carry_the_key(api: MockApi) -> None:
    assert api.headers == {"Authorization": api.api_key}
    assert get(api).status_code == 200


def test_a_key_is_never_shown(api: MockApi) -> None:
    get(api)
    assert api.api_key not in repr(api) + repr(api.requests)


def test_each_test_has_a_key_a_url_and_requests_of_its_own(server: MockServer, api: MockApi) -> None:
    other, sandbox = server.open(Settings())
    get(other)
    assert api.api_key != other.api_key
    assert api.base_url != other.base_url
    assert (len(api.requests), len(other.requests)) == (0, 1)
    sandbox.close()


def test_opening_takes_less_than_5_ms_after_the_first(server: MockServer) -> None:
    times = []
    for _ in range(20):
        started = time.perf_counter()
        server.open(Settings())[1].close()
        times.append(time.perf_counter() - started)
    assert min(times) < 0.005


def test_requests_tell_operation_parameters_and_answer(api: MockApi) -> None:
    get(api, "/campaign-info", params={"campaign_status": "active", "limit": 2})
    (sent,) = api.requests
    assert (sent.operation_id, sent.method, sent.path, sent.status) == ("getCampaignInfo", "GET", "/campaign-info", 200)
    assert sent.parameters == {"campaign_status": "active", "limit": "2"}
    assert len(sent.answer["data"]["campaign_info"]) == 2


def test_parameters_of_a_body_keep_their_types(api: MockApi) -> None:
    requests.post(api.base_url + "/campaign-info", json={"limit": 2}, headers=api.headers, timeout=10)
    assert api.requests[0].parameters == {"limit": 2}


def test_a_limit_is_reached_and_over_after_a_sleep(api: MockApi) -> None:
    api.limit(minute=3)
    statuses = [get(api).status_code for _ in range(4)]
    api.sleep(get_retry_after(api))
    assert [*statuses, get(api).status_code] == [200, 200, 200, 429, 200]
    assert api.verdict().is_kept


def get_retry_after(api: MockApi) -> int:
    wait_s = api.requests[-1].answer["data"]["retry_after"]
    assert isinstance(wait_s, int)
    return wait_s


@pytest.mark.parametrize("limits", [{}, {"minute": 0}, {"day": -1}], ids=["none", "zero", "negative"])
def test_a_limit_below_1_is_refused(api: MockApi, limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"mock_api\.limit\(minute=3\)"):
        api.limit(**limits)


def test_the_clock_stands_until_it_is_advanced(api: MockApi) -> None:
    api.clock.advance(1.5)
    api.sleep(2)
    assert api.clock.now == START_S + 3.5


def test_asleep_moves_the_clock_returns_its_result_and_lets_others_run(api: MockApi) -> None:
    order: list[str] = []

    async def other() -> None:
        order.append("other")

    async def main() -> object:
        task = asyncio.create_task(other())
        result = await api.asleep(60, "awake")
        order.append("main")
        await task
        return result

    assert asyncio.run(main()) == "awake"
    assert order == ["other", "main"]
    assert api.clock.now == START_S + 60


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")], ids=str)
def test_nobody_sleeps_a_negative_time(api: MockApi, seconds: float) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        api.sleep(seconds)


def test_an_operation_fails_as_often_as_it_is_told(api: MockApi) -> None:
    api.fail("getUserCampaignFilters", 500)
    api.fail("getCampaignInfo", 401, times=2)
    assert [get(api).status_code for _ in range(2)] == [500, 200]
    assert [get(api, "/campaign-info").status_code for _ in range(3)] == [401, 401, 200]


def test_an_operation_fails_for_some_parameters_alone(api: MockApi) -> None:
    api.fail("getCampaignInfo", 500, times=None, parameters={"campaign_status": "draft"})
    statuses = [get(api, "/campaign-info", params={"campaign_status": one}).status_code for one in ("draft", "active")]
    assert statuses == [500, 200]


def test_a_rule_of_ones_own_gives_a_sequence(api: MockApi) -> None:
    api.answer({"operation": "getUserCampaignFilters", "times": 2, "answers": [{"status": 500}, {"status": 401}]})
    assert [get(api).status_code for _ in range(3)] == [500, 401, 200]


@pytest.mark.parametrize("fault", ["EMPTY_RESPONSE", "CONNECTION_RESET_BY_PEER"])
def test_a_connection_breaks_for_the_client_and_is_no_fault_of_the_mock(api: MockApi, fault: str) -> None:
    api.answer({"operation": "getUserCampaignFilters", "times": 1, "answers": [{"fault": fault}]})
    with pytest.raises(requests.ConnectionError):
        get(api)
    assert get(api).status_code == 200
    assert [sent.fault for sent in api.requests] == [fault, ""]


def test_a_write_that_is_sent_again_after_a_broken_connection_is_held_against_the_client(api: MockApi) -> None:
    api.answer({"operation": "createApiKey", "times": 1, "answers": [{"fault": "EMPTY_RESPONSE"}]})
    url = api.base_url + "/create-api-key"
    with pytest.raises(requests.ConnectionError):
        requests.post(url, json={}, headers=api.headers, timeout=10)
    assert api.verdict().is_kept
    requests.post(url, json={}, headers=api.headers, timeout=10)
    assert ids(api) == ["C302"]


@pytest.mark.parametrize(
    "ask", [lambda api: api.fail("getAll", 500), lambda api: api.redirect("getAll")], ids=["fail", "redirect"]
)
def test_an_unknown_operation_is_told_with_those_that_exist(api: MockApi, ask: Callable[[MockApi], None]) -> None:
    with pytest.raises(ToolError, match=r"getAll.*getCampaignInfo"):
        ask(api)


def test_a_client_that_follows_a_redirect_without_its_key_keeps_the_contract(api: MockApi) -> None:
    api.redirect("getUserCampaignFilters")
    assert [one.status_code for one in get(api).history] == [307]
    assert [bool(sent.origin) for sent in api.requests] == [False, True]
    assert api.verdict().is_kept


def test_a_client_that_takes_its_key_to_another_origin_does_not(api: MockApi) -> None:
    api.redirect("getUserCampaignFilters")
    elsewhere = get(api, allow_redirects=False).headers["Location"]
    requests.get(elsewhere, headers=api.headers, timeout=10)
    assert ids(api) == ["C402"]


def test_a_misspelt_parameter_is_held_against_the_client_unless_expected(api: MockApi) -> None:
    with api.expect_violation("C103"):
        get(api, "/campaign-info", params={"start-date": "2025-01-01"})
    assert api.verdict().is_kept
    get(api, "/campaign-info", params={"end-date": "2025-01-01"})
    assert ids(api) == ["C103"]


def test_requests_with_an_unknown_key_belong_to_the_test_as_well(api: MockApi) -> None:
    get(api, headers={"Authorization": "nobodys"})
    get(api, headers={})
    assert [sent.status for sent in api.requests] == [401, 401]


def test_a_client_in_this_process_needs_no_port(api: MockApi) -> None:
    httpx = pytest.importorskip("httpx")
    transport = httpx.WSGITransport(app=api.wsgi_app)
    with httpx.Client(transport=transport, base_url=api.base_url, headers=api.headers) as client:
        assert client.get(PATH).status_code == 200
    assert len(api.requests) == 1


def test_threads_share_one_mock(api: MockApi) -> None:
    threads = [threading.Thread(target=get, args=(api,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent.order for sent in api.requests) == list(range(1, 9))


@pytest.mark.parametrize(
    "settings, message",
    [
        (Settings(limit_minute=0), "at least 1"),
        (Settings(routines=-1), "routines"),
        (Settings(allow=("C999",)), "a rule on clients"),
    ],
    ids=["limit", "routines", "rule"],
)
def test_a_setting_that_makes_no_sense_is_refused(server: MockServer, settings: Settings, message: str) -> None:
    with pytest.raises(ConfigInvalid, match=message):
        server.open(settings)
