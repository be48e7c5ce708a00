"""The fixtures' life: settings in, an API out, and at the end the verdict on the client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from contracts.client import render
from contracts.errors import ConfigInvalid, ToolError
from contracts.plugin.settings import Settings, read_settings

if TYPE_CHECKING:
    from contracts.plugin.api import Api
    from contracts.plugin.live import LiveApi, LiveTarget
    from contracts.plugin.mock import MockApi, MockServer

__all__ = ["live_of", "mock_of", "report", "settings_of", "stop", "target_of"]

MARKER = "mock_api"


def settings_of(node: pytest.Item | None, config: Mapping[str, Any]) -> Settings:
    """Join what `mock_api_config` says with the markers of a test, the closest last.

    Args:
        node: the test; None where a fixture serves many.
        config: of `mock_api_config`.
    """
    marks = list(node.iter_markers(MARKER))[::-1] if node is not None else []
    try:
        for mark in marks:
            if mark.args:
                raise ConfigInvalid("settings have names, such as mock_api(limit_minute=3)", MARKER)
        return read_settings([config, *(mark.kwargs for mark in marks)])
    except ToolError as error:
        stop(error)


def mock_of(server: MockServer, settings: Settings) -> Iterator[MockApi]:
    """Open a mock, yield it, close it, and fail where the client broke the contract."""
    try:
        api, sandbox = server.open(settings)
    except ToolError as error:
        stop(error)
    yield api
    errors = sandbox.close()
    if errors:
        raise errors[0]
    report(api)


def target_of(config: pytest.Config) -> Iterator[LiveTarget | None]:
    """Open the server of `--contracts-url` for a worker, yield it, close it; yield None where no URL was given."""
    url = config.getoption("contracts_url")
    if url is None:
        yield None
        return
    from contracts.config import Config, Environment
    from contracts.plugin.live import LiveTarget, share_of

    known = Environment.read()
    with ExitStack() as stack:
        try:
            whole = Config(
                base_url=url,
                api_key=known.api_key,
                member_key=known.member_key,
                budget=config.getoption("contracts_budget"),
            )
            target = stack.enter_context(LiveTarget(share_of(whole, *_place(config))))
        except ToolError as error:
            stop(error)
        yield target


def live_of(target: LiveTarget, settings: Settings) -> Iterator[LiveApi]:
    """Yield the server for one test; fail where requests were held back, or the client broke the contract."""
    target.take_refusals()
    api = target.api(settings)
    yield api
    for error in target.take_refusals()[:1]:
        stop(error)
    report(api)


def _place(config: pytest.Config) -> tuple[int, int]:
    """Return which worker of how many this process is, from 0."""
    told = getattr(config, "workerinput", None)
    return (int(told["workerid"].removeprefix("gw")), int(told["workercount"])) if told else (0, 1)


def report(api: Api) -> None:
    """Fail where the client broke the contract."""
    verdict = api.verdict()
    if not verdict.is_kept:
        pytest.fail(render(verdict), pytrace=False)


def stop(error: ToolError) -> NoReturn:
    """Fail with a message alone: where in the plugin it happened helps nobody."""
    raise pytest.fail.Exception(str(error), pytrace=False) from None
