"""Settings that make no sense are refused in one line, with the option that says them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.config import MAX_WORKERS, STATE_SCHEMES, Config
from mockserver.errors import ConfigInvalid

FILE = Path("data.yaml")


@pytest.mark.parametrize(
    "settings, line",
    [
        ({"port": -1}, "--port: port -1 does not exist; 0 to 65535 was expected, 0 takes a free one"),
        ({"port": 65536}, "--port: port 65536 does not exist; 0 to 65535 was expected, 0 takes a free one"),
        ({"routines": -1}, "--routines: 0 to 5,000,000 routines can be generated"),
        ({"routines": 5_000_001}, "--routines: 0 to 5,000,000 routines can be generated"),
        (
            {"routines": 1, "dataset": FILE},
            "--dataset: a dataset is either read (--dataset) or generated (--routines), not both",
        ),
        ({"limit_minute": 0}, "--limit-minute: a limit of at least 1 was expected"),
        ({"limit_day": -1}, "--limit-day: a limit of at least 1 was expected"),
        ({"errors": -0.01}, "--errors: a share from 0 to 1 was expected, such as 0.05"),
        ({"errors": 1.01}, "--errors: a share from 0 to 1 was expected, such as 0.05"),
        ({"errors": float("nan")}, "--errors: a share from 0 to 1 was expected, such as 0.05"),
        ({"log": "xml"}, "--log: `text` or `json` was expected"),
        ({"workers": 0}, "--workers: 1 to 64 workers were expected; one for each core is enough"),
        ({"workers": 65}, "--workers: 1 to 64 workers were expected; one for each core is enough"),
        ({"state": "localhost"}, "--state: the URL of a Redis was expected, such as redis://127.0.0.1:6379/0"),
        ({"state": ""}, "--state: the URL of a Redis was expected, such as redis://127.0.0.1:6379/0"),
        ({"state_failure": "wait"}, "--state-failure: `refuse` or `local` was expected"),
        (
            {"watch": True, "workers": 2},
            "--watch: files are watched by one worker alone; leave out --workers and --state",
        ),
        (
            {"watch": True, "state": "redis://x"},
            "--watch: files are watched by one worker alone; leave out --workers and --state",
        ),
    ],
    ids=str,
)
def test_a_setting_that_makes_no_sense_is_one_line(settings: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        Config(**settings)
    assert str(caught.value) == line


@pytest.mark.parametrize(
    "settings",
    [
        {"port": 0},
        {"port": 65535},
        {"routines": 0},
        {"routines": 5_000_000},
        {"dataset": FILE},
        {"limit_minute": 1, "limit_day": 1},
        {"errors": 0.0},
        {"errors": 1.0},
        {"log": "json"},
        {"workers": 1},
        {"workers": MAX_WORKERS},
        {"watch": True},
        {"state_failure": "local"},
        *({"state": f"{scheme}x"} for scheme in STATE_SCHEMES),
    ],
    ids=str,
)
def test_a_setting_at_its_edge_is_taken(settings: dict[str, Any]) -> None:
    made = Config(**settings)
    assert {name: getattr(made, name) for name in settings} == settings


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost",
        "http://localhost:3000",
        "https://app.example",
        "https://app.example:8443",
        "http://127.0.0.1:5173",
        "http://[::1]:3000",
        "http://my_host",
        "chrome-extension://abcdefghijklmnop",
        "capacitor://localhost",
    ],
)
def test_an_origin_as_browsers_send_it_is_allowed(origin: str) -> None:
    assert Config(cors=(origin,)).cors == (origin,)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "*",
        "null",
        "localhost",
        "app.example",
        "https://",
        "://app.example",
        "https://app.example/",
        "https://app.example/path",
        "https://App.example",
        "HTTPS://app.example",
        "https://app.example:",
        "https://app.example:123456",
        "https://app.example:\uff18\uff10",
        "https://user@app.example",
        "https://a b",
        "https://app.example\n",
        "https://*.example",
    ],
)
def test_what_no_browser_sends_is_no_origin(origin: str) -> None:
    with pytest.raises(ConfigInvalid, match="scheme, host and port were expected") as caught:
        Config(cors=("http://localhost", origin))
    assert repr(origin) in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=30))
def test_no_origin_breaks_out_of_its_header(origin: str) -> None:
    try:
        Config(cors=(origin,))
    except ConfigInvalid:
        return
    assert origin.isascii()
    assert not set(origin) & set(" \r\n,\"'")


def test_a_configuration_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Config().port = 1  # type: ignore[misc]


def test_without_settings_a_server_is_safe() -> None:
    made = Config()
    assert (made.host, made.admin_token, made.allow_hosts, made.cors, made.state) == ("127.0.0.1", None, (), (), None)
