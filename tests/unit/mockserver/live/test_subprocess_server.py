from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from apps.wsgi_samples import Echo, echo, leaving, sick, vanishing
from mockserver.config import Config
from mockserver.errors import ConfigInvalid, PortInUse, SpecInvalid, StartFailed, ToolError
from mockserver.live.subprocess_server import (
    SubprocessServer,
    address_from,
    config_from,
    error_event,
    error_from,
    name_of,
    settings_of,
)

FULL = Config(
    host="::1",
    port=1,
    spec=Path("a.yaml"),
    dataset=Path("b.yaml"),
    seed=3,
    limit_minute=4,
    limit_day=5,
    clock=6.5,
    cors=("http://one.example", "http://two.example"),
    log="json",
    admin_token="token",
    allow_hosts=("name",),
    check_answers=True,
)
ORDER: dict[str, Any] = {"config": settings_of(Config(port=0)), "factory": None}


@pytest.mark.parametrize("config", [Config(), FULL])
def test_settings_travel_as_json(config: Config) -> None:
    assert config_from(json.loads(json.dumps(settings_of(config)))) == config


def test_every_setting_travels_in_its_own_type() -> None:
    assert set(settings_of(Config())) == {field.name for field in fields(Config)}
    paths = [field.name for field in fields(Config) if str(field.type).startswith("Path")]
    assert paths == ["spec", "dataset", "scenarios"]
    sent = {**settings_of(Config()), **dict.fromkeys(paths, "some/where")}
    made = config_from(json.loads(json.dumps(sent)))
    assert [getattr(made, name) for name in paths] == [Path("some/where")] * 3


@pytest.mark.parametrize(
    "error",
    [
        SpecInvalid("bad", "openapi.yaml", "/paths"),
        ConfigInvalid("bad", "--port"),
        PortInUse("taken"),
        StartFailed("x"),
    ],
)
def test_an_error_travels_as_json(error: ToolError) -> None:
    error.add_note("a traceback")
    made = error_from(json.loads(json.dumps(error_event(error))))
    assert (type(made), str(made), made.__notes__) == (type(error), str(error), ["a traceback"])
    assert error_event(made) == error_event(error)


def test_an_unknown_class_of_error_is_a_failed_start() -> None:
    class Special(ToolError):
        pass

    assert type(error_from(error_event(Special("x")))) is StartFailed


def test_a_factory_travels_by_its_name() -> None:
    assert (name_of(echo), name_of(None)) == ("apps.wsgi_samples:echo", None)


def test_a_factory_without_a_name_is_refused() -> None:
    def local(config: Config) -> Echo:
        return Echo()

    for factory in (local, lambda config: Echo(), Echo().__call__):
        with pytest.raises(ConfigInvalid, match="in_process=True"):
            name_of(factory)  # type: ignore[arg-type]


def test_a_factory_of_the_main_program_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(echo, "__module__", "__main__")
    with pytest.raises(ConfigInvalid, match="top of a module"):
        name_of(echo)


@pytest.mark.parametrize("name", ["no.such.module:app", "apps.wsgi_samples:nothing"])
def test_a_factory_that_cannot_be_found_is_an_error_of_the_child(name: str) -> None:
    program = (
        "import json, sys; from mockserver.live.subprocess_server import run; sys.exit(run(json.loads(sys.argv[1])))"
    )
    order = json.dumps({**ORDER, "factory": name})
    ended = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {program}", order],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert json.loads(ended.stdout)["type"] == "ConfigInvalid"


@pytest.mark.parametrize("factory", [vanishing, leaving])
def test_a_worker_that_ends_is_a_failed_start(factory: Any) -> None:
    with pytest.raises(StartFailed, match="ended before it answered"):
        SubprocessServer(Config(port=0), factory, 30.0).start()


def test_a_silent_child_is_a_failed_start() -> None:
    with pytest.raises(StartFailed, match=r"within 0\.3 s"):
        SubprocessServer(Config(port=0), sick, 0.3).start()


def test_a_child_without_a_word_is_a_failed_start() -> None:
    with (
        subprocess.Popen([sys.executable, "-c", "raise SystemExit(9)"]) as process,
        pytest.raises(StartFailed, match="exit code 9"),
    ):
        address_from(b"", process)


def test_a_child_stops_though_a_copy_of_this_process_keeps_its_input_open() -> None:
    server = SubprocessServer(Config(port=0), echo, 30.0)
    server.start()
    assert server._process.stdin is not None
    copy = os.dup(server._process.stdin.fileno())
    server.stop()
    os.close(copy)
    assert server._process.returncode == 0


def test_a_child_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.live.subprocess_server.STOP_TIMEOUT_S", 0.05)
    monkeypatch.setattr(
        "mockserver.live.subprocess_server._PROGRAM",
        "import signal\n"
        """print('{"event": "ready", "host": "127.0.0.1", "port": 1, "base_path": ""}', flush=True)\n"""
        "signal.pause()",
    )
    server = SubprocessServer(Config(port=0), None, 30.0)
    assert server.start().port == 1
    assert server.stop() is None
