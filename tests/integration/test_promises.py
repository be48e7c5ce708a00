"""What the runner promises, counted and searched for on the server's side and in every file that it writes."""

from __future__ import annotations

import base64
import json
import secrets
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from contracts import api
from contracts.cli import commands
from contracts.config import Config
from contracts.events import Waiting
from contracts.verdicts import Outcome
from mockserver.config import Config as MockConfig
from mockserver.live.server import LiveServer

FORMATS = ("junit", "html", "sarif", "har", "ndjson")
RUN = 8


def admin(server: LiveServer, path: str, body: Any = None) -> Any:
    """Call the control API of a server."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.admin_url + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def received(server: LiveServer) -> list[dict[str, Any]]:
    """Return what the server's own journal holds."""
    found: list[dict[str, Any]] = admin(server, "/requests?limit=1000")["requests"]
    return found


@pytest.fixture
def server() -> Iterator[LiveServer]:
    with LiveServer(MockConfig(check_answers=True)) as running:
        yield running


@pytest.mark.parametrize("budget", [1, 10, *(pytest.param(budget, marks=pytest.mark.slow) for budget in (50, 90, 600))])
def test_the_server_never_sees_more_than_the_budget(server: LiveServer, budget: int) -> None:
    key = admin(server, "/keys", {"role": "admin"})["key"]
    config = Config(base_url=server.base_url, api_key=key, budget=budget, fuzz=600, phases=("relations", "fuzz"))
    report = api.run(config)
    requests = received(server)
    assert report.sent == len(requests) <= budget
    assert [one for one in requests if one["response"]["status"] == 429] == []


@pytest.mark.slow
def test_a_live_run_never_meets_a_429_and_writes_nothing(server: LiveServer, tmp_path: Path) -> None:
    key = admin(server, "/keys", {"role": "admin"})["key"]
    config = Config(base_url=server.base_url, api_key=key, is_live=True, ledger=tmp_path / "ledger.json", max_wait_s=0)
    report = api.run(config)
    requests = received(server)
    assert 50 < report.sent == len(requests) <= 90
    assert {one["response"]["status"] for one in requests}.isdisjoint({429})
    created = [
        one for one in requests if "create-api-key" in one["request"]["url"] and one["response"]["status"] == 200
    ]
    assert created == []


def runs_of(secret: str) -> set[str]:
    """Return every run of 8 characters of a secret, plain, in base64 and percent-encoded, in lower case."""
    plain = {secret[start : start + RUN] for start in range(len(secret) - RUN + 1)}
    coded = {base64.b64encode(secret.encode()).decode().rstrip("=")[:-2], quote(secret, safe="")}
    return {run.lower() for run in plain} | {text[start : start + 12].lower() for text in coded for start in (0, 4)}


@pytest.mark.slow
def test_no_run_of_a_key_is_in_any_file_or_stream(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    minted: list[str] = []
    make = secrets.token_hex

    def recorded(size: int = 16) -> str:
        minted.append(make(size))
        return minted[-1]

    monkeypatch.setattr("mockserver.state.keys.secrets.token_hex", recorded)
    with LiveServer(MockConfig(), in_process=True) as server:
        key = admin(server, "/keys", {"role": "admin"})["key"]
        key_file = tmp_path / "key"
        key_file.write_text(key)
        places = {name: tmp_path / f"report.{name}" for name in FORMATS}
        reports = [part for name, path in places.items() for part in ("--report", f"{name}:{path}")]
        code = commands.main(["run", server.base_url, "--api-key-file", str(key_file), "--fuzz", "60", *reports])
    output = capsys.readouterr()
    assert code == 0
    assert key in minted
    assert len(minted) >= 2, "the run created no key"
    texts = {"stdout": output.out, "stderr": output.err}
    texts |= {name: path.read_text("utf-8") for name, path in places.items()}
    for name, text in texts.items():
        hits = [run for secret in minted for run in runs_of(secret) if run in text.lower()]
        assert hits == [], f"{name} holds pieces of a key"


@pytest.mark.slow
def test_a_second_run_waits_for_nothing_and_the_users_own_world_stays_as_it_is(server: LiveServer) -> None:
    admin(server, "/clock", {"freeze": True})
    before = admin(server, "/keys"), admin(server, "/clock")
    waits: list[Waiting] = []
    for _ in range(3):
        report = api.run(
            Config(base_url=server.base_url, phases=("relations", "limits"), max_wait_s=0),
            lambda event: waits.append(event) if isinstance(event, Waiting) and event.seconds else None,
        )
        assert report.sent > 100
        assert report.violations == ()
    assert waits == []
    assert (admin(server, "/keys"), admin(server, "/clock")) == before
    # Of each run the first request alone, which found out that this is a mock.
    assert [one["keyHash"] for one in received(server)] == ["", "", ""]


#: Sizes × seeds, the clocks in turn: now, a day of May, the day that only leap years have.
DATASETS = [(size, seed) for size in (0, 1, 3, 40, 2000) for seed in range(10)]
CLOCKS = (None, 1746954000.0, 1709208000.0)
SAMPLE = {(0, 0), (1, 1), (3, 2)}
#: Seeds of which each clock has one; further ones are for the night.
SEEDS = len(CLOCKS)


def marks_of(size: int, seed: int) -> tuple[pytest.MarkDecorator, ...]:
    if (size, seed) in SAMPLE:
        return ()
    return (pytest.mark.slow if seed < SEEDS else pytest.mark.nightly,)


@pytest.mark.parametrize(
    "size, seed",
    [pytest.param(*dataset, marks=marks_of(*dataset), id=f"{dataset[0]}-{dataset[1]}") for dataset in DATASETS],
)
def test_a_right_server_is_never_blamed_whatever_its_data(size: int, seed: int) -> None:
    config = MockConfig(routines=size, seed=seed, clock=CLOCKS[seed % len(CLOCKS)])
    with LiveServer(config, in_process=True) as server:
        report = api.run(Config(base_url=server.base_url, seed=seed, phases=("relations", "limits")))
    assert report.violations == ()
    assert sum(verdict.outcome is Outcome.KEPT for verdict in report.verdicts) > (100 if size else 50)
