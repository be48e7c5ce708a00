"""How the mock of a test differs from the default: what `mock_api_config` and the marker say, joined and judged."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, fields
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from contracts.client import render
from contracts.errors import ConfigInvalid, ToolError

if TYPE_CHECKING:
    from contracts.plugin.api import Api
    from contracts.plugin.live import LiveApi, LiveTarget
    from contracts.plugin.mock import MockApi, MockServer

__all__ = [
    "Settings",
    "live_of",
    "mock_of",
    "read_settings",
    "report",
    "settings_of",
    "stop",
    "target_of",
]

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
    reported = getattr(config, "workerinput", None)
    return (int(reported["workerid"].removeprefix("gw")), int(reported["workercount"])) if reported else (0, 1)


def report(api: Api) -> None:
    """Fail where the client broke the contract."""
    verdict = api.verdict()
    if not verdict.is_kept:
        pytest.fail(render(verdict), pytrace=False)


def stop(error: ToolError) -> NoReturn:
    """Fail with a message alone: where in the plugin it happened helps nobody."""
    raise pytest.fail.Exception(str(error), pytrace=False) from None


#: What both the fixture and the marker may be called by in messages.
_SOURCE = "mock_api"
#: The clock stands at the beginning of a minute, so that a wait for the next one is the same in every run.
_STEP_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one test; None takes what the mock has.

    Attributes:
        limit_minute: requests a minute, ≥ 1.
        limit_day: requests a day, ≥ 1.
        routines: size of a generated organisation, ≥ 0.
        seed: of the generator.
        clock: moment at which the mock's clock stands: an RFC 3339 date-time with an offset, a `datetime` with a time
            zone, or seconds since the epoch. None is the beginning of the present minute.
        allow: ids of client rules that may be broken.
        also: ids of client rules that are judged on demand only.
    """

    limit_minute: int | None = None
    limit_day: int | None = None
    routines: int | None = None
    seed: int | None = None
    clock: str | datetime | float | None = None
    allow: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def of_mock(self, now: float) -> dict[str, int | float]:
        """Return the settings of the mock.

        Args:
            now: the present, seconds since the epoch.

        Raises:
            ConfigInvalid: `clock` is not a moment.
        """
        numbers = {name: getattr(self, name) for name in ("limit_minute", "limit_day", "routines", "seed")}
        clock = now // _STEP_S * _STEP_S if self.clock is None else _moment(self.clock)
        return {name: value for name, value in numbers.items() if value is not None} | {"clock": clock}


NAMES = tuple(field.name for field in fields(Settings))


def read_settings(layers: Iterable[Mapping[str, Any]]) -> Settings:
    """Join settings; later layers win, ids of rules add up.

    Raises:
        ConfigInvalid: a name is unknown, or a value of a wrong type.
    """
    joined: dict[str, Any] = {}
    for layer in layers:
        if not isinstance(layer, Mapping):
            raise ConfigInvalid(f"a dict of settings was expected, got {type(layer).__name__}", f"{_SOURCE}_config")
        for name, value in layer.items():
            joined[name] = _judged(name, value, joined.get(name, ()))
    return Settings(**joined)


def _judged(name: str, value: Any, before: tuple[str, ...]) -> Any:
    if name not in NAMES:
        near = get_close_matches(str(name), NAMES, n=1)
        hint = f"did you mean `{near[0]}`? " if near else ""
        raise ConfigInvalid(f"`{name}` is not a setting; {hint}There are {', '.join(NAMES)}", _SOURCE)
    if name in ("allow", "also"):
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise ConfigInvalid(f'`{name}` takes a list of ids, such as {name}=["C104"]', _SOURCE)
        return tuple(dict.fromkeys((*before, *value)))
    if name != "clock" and value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise ConfigInvalid(f"`{name}` takes a whole number, got {value!r}", _SOURCE)
    return value


def _moment(value: str | datetime | float) -> float:
    try:
        if isinstance(value, bool):
            raise TypeError
        if isinstance(value, int | float) and math.isfinite(value):
            return float(value)
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(moment, datetime) and moment.tzinfo is not None:
            return moment.timestamp()
    except (TypeError, ValueError):
        pass
    expected = "2025-05-11T09:00:00Z, a datetime with a time zone, or seconds since the epoch"
    raise ConfigInvalid(f"`clock` takes a moment such as {expected}; got {value!r}", _SOURCE)
