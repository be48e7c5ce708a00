from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from contracts.config import Config
from contracts.errors import BudgetExhausted, ConfigInvalid, RequestRefused, TargetUnreachable
from contracts.plugin.live import LiveApi, LiveTarget, share_of
from contracts.plugin.settings import Settings
from mockserver.live.server import LiveServer

PATH = "/user-campaign-filters"
KEY = "your_api_key_here"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with LiveServer(in_process=True) as server:
        yield server.base_url


@pytest.fixture
def target(url: str) -> Iterator[LiveTarget]:
    with LiveTarget(Config(base_url=url, api_key=KEY)) as target:
        yield target


@pytest.fixture
def api(target: LiveTarget) -> LiveApi:
    return target.api(Settings())


def get(api: LiveApi, path: str = PATH, **params: str) -> int:
    return requests.get(api.base_url + path, headers=api.headers, params=params, timeout=10).status_code


def test_the_key_that_a_client_carries_is_not_the_real_one(api: LiveApi) -> None:
    assert api.headers == {"Authorization": "$CONTRACTS_API_KEY"}
    assert get(api) == 200
    assert KEY not in repr(api.requests)


def test_each_test_sees_its_own_requests(target: LiveTarget) -> None:
    first = target.api(Settings())
    get(first)
    second = target.api(Settings())
    get(second, "/campaign-info")
    assert [sent.path for sent in second.requests] == ["/campaign-info"]


def test_the_client_is_judged(api: LiveApi) -> None:
    assert get(api) == 200
    assert api.verdict().is_kept
    get(api, "/campaign-info", **{"start-date": "2025-01-01"})
    assert [finding.rule.id for finding in api.verdict().findings] == ["C103"]


def test_beyond_its_budget_nothing_is_sent(url: str) -> None:
    with LiveTarget(Config(base_url=url, api_key=KEY, budget=2)) as target:
        api = target.api(Settings())
        assert [get(api) for _ in range(2)] == [200, 429]
        (error,) = target.take_refusals()
        assert isinstance(error, BudgetExhausted)
        assert target.take_refusals() == ()


def test_a_live_server_is_not_written_to(url: str, tmp_path: Any) -> None:
    config = Config(base_url=url, api_key=KEY, is_live=True, ledger=tmp_path / "ledger.json")
    with LiveTarget(config) as target:
        api = target.api(Settings())
        answer = requests.post(api.base_url + "/create-api-key", json={}, headers=api.headers, timeout=10)
        (error,) = target.take_refusals()
    assert answer.status_code == 403
    assert isinstance(error, RequestRefused)


@pytest.mark.parametrize(
    "ask",
    [
        lambda api: api.clock.advance(1),
        lambda api: api.wsgi_app,
        lambda api: api.limit(minute=3),
        lambda api: api.fail("getCampaignInfo", 500),
        lambda api: api.answer({}),
        lambda api: api.redirect("getCampaignInfo"),
    ],
    ids=["clock", "wsgi_app", "limit", "fail", "answer", "redirect"],
)
def test_what_needs_the_mock_skips_the_test(api: LiveApi, ask: Callable[[LiveApi], object]) -> None:
    with pytest.raises(pytest.skip.Exception, match="needs the mock; this run asks the server of --contracts-url"):
        ask(api)


def test_sleeping_takes_real_time(api: LiveApi) -> None:
    api.sleep(0)
    assert asyncio.run(api.asleep(0, "awake")) == "awake"


def test_nothing_at_the_url_is_told() -> None:
    with pytest.raises(TargetUnreachable, match="nothing listens there"):
        LiveTarget(Config(base_url="http://127.0.0.1:1/api")).__enter__()


@pytest.mark.parametrize("budget, workers, shares", [(10, 1, [10]), (10, 4, [3, 3, 2, 2]), (4, 4, [1, 1, 1, 1])])
def test_workers_share_one_budget(budget: int, workers: int, shares: list[int]) -> None:
    config = Config(base_url="http://127.0.0.1:1/api", budget=budget)
    assert [share_of(config, worker, workers).budget for worker in range(workers)] == shares


def test_the_default_budget_is_shared_as_well() -> None:
    config = Config(base_url="https://api.example.com/v1")
    assert sum(share_of(config, worker, 4).budget or 0 for worker in range(4)) == 90


def test_a_budget_with_nothing_for_a_worker_is_refused() -> None:
    with pytest.raises(ConfigInvalid, match="3 requests are too few for 4 workers"):
        share_of(Config(base_url="http://127.0.0.1:1/api", budget=3), 3, 4)
