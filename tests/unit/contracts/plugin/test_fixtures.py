from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests

from contracts.plugin.live import LiveTarget
from contracts.plugin.mock import MockServer
from contracts.plugin.settings import Settings, live_of, mock_of, settings_of, target_of
from mockserver.live.server import LiveServer

PATH = "/user-campaign-filters"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


def node(*marks: pytest.Mark) -> pytest.Item:
    """Stand for a test with markers, the closest first."""
    return cast(pytest.Item, SimpleNamespace(iter_markers=lambda name: iter(marks)))


def options(url: str | None, budget: int | None = None, **worker: Any) -> pytest.Config:
    """Stand for pytest's configuration; `worker` is what xdist tells a worker."""
    given = {"contracts_url": url, "contracts_budget": budget}
    told = {"workerinput": worker} if worker else {}
    return cast(pytest.Config, SimpleNamespace(getoption=given.__getitem__, **told))


def end(fixture: Iterator[Any]) -> None:
    """Run a fixture's teardown."""
    assert next(fixture, None) is None


def test_the_closest_marker_counts_before_the_configuration() -> None:
    near = pytest.mark.mock_api(limit_minute=4, allow=["C104"]).mark
    far = pytest.mark.mock_api(limit_minute=3, seed=1).mark
    found = settings_of(node(near, far), {"seed": 9, "routines": 5, "allow": ["C101"]})
    assert found == Settings(limit_minute=4, seed=1, routines=5, allow=("C101", "C104"))


def test_a_fixture_for_many_tests_has_no_marker() -> None:
    assert settings_of(None, {"seed": 9}) == Settings(seed=9)


@pytest.mark.parametrize(
    "mark, message",
    [
        (pytest.mark.mock_api(3), r"settings have names, such as mock_api\(limit_minute=3\)"),
        (pytest.mark.mock_api(limits=3), "`limits` is not a setting"),
    ],
    ids=["positional", "unknown"],
)
def test_a_wrong_marker_fails_without_a_trace_of_the_plugin(mark: pytest.MarkDecorator, message: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=message) as caught:
        settings_of(node(mark.mark), {})
    assert not caught.value.pytrace
    assert caught.value.__suppress_context__


def test_a_client_that_keeps_the_contract_ends_in_peace(server: MockServer) -> None:
    fixture = mock_of(server, Settings())
    api = next(fixture)
    assert requests.get(api.base_url + PATH, headers=api.headers, timeout=10).ok
    end(fixture)
    with pytest.raises(requests.ConnectionError):
        requests.get(api.base_url + PATH, timeout=10)


def test_a_client_that_breaks_it_fails_at_the_end(server: MockServer) -> None:
    fixture = mock_of(server, Settings())
    api = next(fixture)
    requests.get(api.base_url + "/nowhere", headers=api.headers, timeout=10)
    with pytest.raises(pytest.fail.Exception, match="C101 The client asked for an unknown path") as caught:
        next(fixture)
    assert not caught.value.pytrace


def test_a_mock_that_cannot_be_made_is_told(server: MockServer) -> None:
    with pytest.raises(pytest.fail.Exception, match="at least 1"):
        next(mock_of(server, Settings(limit_minute=0)))


def test_without_a_url_there_is_no_target() -> None:
    fixture = target_of(options(None))
    assert next(fixture) is None
    end(fixture)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with LiveServer(in_process=True) as server:
        yield server.base_url


@pytest.fixture
def target(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveTarget]:
    """The second of two workers, which may send one request of three beside its first."""
    monkeypatch.setenv("CONTRACTS_API_KEY", "your_api_key_here")
    fixture = target_of(options(url, 4, workerid="gw1", workercount=2))
    target = next(fixture)
    assert target is not None
    yield target
    end(fixture)


def test_a_worker_keeps_to_its_share(target: LiveTarget) -> None:
    fixture = live_of(target, Settings())
    api = next(fixture)
    statuses = [requests.get(api.base_url + PATH, headers=api.headers, timeout=10).status_code for _ in range(2)]
    assert statuses == [200, 429]
    with pytest.raises(pytest.fail.Exception, match="the budget of 2 requests is spent"):
        next(fixture)


def test_what_an_earlier_test_was_refused_is_not_held_against_the_next(target: LiveTarget) -> None:
    api = next(live_of(target, Settings()))
    for _ in range(2):
        requests.get(api.base_url + PATH, headers=api.headers, timeout=10)
    fixture = live_of(target, Settings())
    next(fixture)
    end(fixture)


def test_a_target_that_is_not_there_is_told_in_one_line() -> None:
    with pytest.raises(pytest.fail.Exception, match="nothing listens there"):
        next(target_of(options("http://127.0.0.1:1/api")))
