"""The pytest plugin: the fixtures `mock_api` and `contract_api`, and `pytest --contracts`.

Every project that has the package installed loads this module, so it imports
the standard library and pytest only; all else is imported when a test asks for
it. Nothing is patched, no fixture uses itself, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from contracts.plugin.live import LiveApi, LiveTarget
    from contracts.plugin.mock import MockApi, MockServer

_MARKERS = (
    "mock_api(limit_minute, limit_day, routines, seed, clock, allow, also): how the mock of this test differs, and "
    "which rules its client may break or is judged by as well",
    "contract: an item that `--contracts` collects",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("contracts", "API contract (konnector-contracts)")
    group.addoption(
        "--contracts", action="store_true", help="collect one item for each relation of the contract and each operation"
    )
    group.addoption(
        "--contracts-url",
        metavar="URL",
        help="server that `--contracts` and `contract_api` ask; else the embedded mock",
    )
    group.addoption(
        "--contracts-budget",
        metavar="N",
        type=int,
        help="most requests that all workers together may send to it: `--contracts`, and once more `contract_api`",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers; `--contracts` switches on what collects the items."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    if config.getoption("contracts"):
        from contracts.plugin.items import ContractItems

        config.pluginmanager.register(ContractItems(config), "contracts-items")


@pytest.fixture(scope="session")
def mock_api_config() -> Mapping[str, Any]:
    """Settings of every mock, by the names of the marker: override it in a conftest.py."""
    return {}


@pytest.fixture(scope="session")
def mock_api_server() -> Iterator[MockServer]:
    """The server of this worker process; it starts when the first test asks for a mock."""
    from contracts.plugin.mock import MockServer

    with MockServer() as server:
        yield server


@pytest.fixture
def mock_api(
    request: pytest.FixtureRequest, mock_api_server: MockServer, mock_api_config: Mapping[str, Any]
) -> Iterator[MockApi]:
    """A mock of the API for this test alone; its teardown fails where the client broke the contract."""
    from contracts.plugin.settings import mock_of, settings_of

    yield from mock_of(mock_api_server, settings_of(request.node, mock_api_config))


@pytest.fixture(scope="session")
def mock_api_session(mock_api_server: MockServer, mock_api_config: Mapping[str, Any]) -> Iterator[MockApi]:
    """A mock of the API for all tests of this worker process; the verdict comes at the end."""
    from contracts.plugin.settings import mock_of, settings_of

    yield from mock_of(mock_api_server, settings_of(None, mock_api_config))


@pytest.fixture(scope="session")
def contract_api_target(pytestconfig: pytest.Config) -> Iterator[LiveTarget | None]:
    """The server of `--contracts-url` behind the gate, None without that option."""
    from contracts.plugin.settings import target_of

    yield from target_of(pytestconfig)


@pytest.fixture
def contract_api(
    request: pytest.FixtureRequest, contract_api_target: LiveTarget | None, mock_api_config: Mapping[str, Any]
) -> Iterator[MockApi | LiveApi]:
    """The API at `--contracts-url`, live or mock, where that was given; else what `mock_api` is."""
    if contract_api_target is None:
        yield request.getfixturevalue("mock_api")
        return
    from contracts.plugin.settings import live_of, settings_of

    yield from live_of(contract_api_target, settings_of(request.node, mock_api_config))
