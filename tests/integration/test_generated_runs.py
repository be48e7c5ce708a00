"""Generated requests from end to end: a run with them, a corpus written, replayed, and held against a second server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts import api
from contracts.cli import commands
from contracts.config import Config
from contracts.events import Event, ExchangeFinished, PhaseStarted
from contracts.recordings import format as corpora
from contracts.recordings.replay import replayed
from contracts.verdicts import Outcome, Report
from mockserver.config import Config as MockConfig
from mockserver.live.server import LiveServer


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with LiveServer(MockConfig(check_answers=True)) as running:
        yield running


def run(server: LiveServer, events: list[Event] | None = None, **options: object) -> Report:
    config = Config(base_url=server.base_url, **options)  # type: ignore[arg-type]  # options of one record
    return api.run(config, None if events is None else events.append)


@pytest.mark.slow
def test_a_right_server_keeps_the_contract_whatever_is_generated(server: LiveServer) -> None:
    events: list[Event] = []
    report = run(server, events, budget=400, fuzz=150, seed=2, phases=("relations", "fuzz"))
    assert report.violations == ()
    kinds = {verdict.relation.kind for verdict in report.verdicts if verdict.outcome is Outcome.KEPT}
    assert {"fuzz", "stateful"} <= kinds
    assert [event.phase for event in events if isinstance(event, PhaseStarted)] == ["relations", "fuzz"]


@pytest.mark.parametrize("budget", [10, *(pytest.param(budget, marks=pytest.mark.slow) for budget in (90, 160))])
def test_the_budget_holds_with_generated_requests(server: LiveServer, budget: int) -> None:
    events: list[Event] = []
    report = run(server, events, budget=budget, fuzz=600, phases=("relations", "fuzz"))
    assert report.sent == len([event for event in events if isinstance(event, ExchangeFinished)]) <= budget


@pytest.mark.slow
def test_no_paced_run_meets_a_429(server: LiveServer) -> None:
    report = run(server, budget=300, fuzz=150, phases=("relations", "fuzz"))
    statuses = [exchange.answer.status for exchange in report.exchanges if exchange.answer]
    assert 429 not in statuses


@pytest.mark.slow
def test_the_same_seed_sends_the_same_requests_in_the_same_order(server: LiveServer) -> None:
    sent = []
    for _ in range(2):
        report = run(server, budget=150, fuzz=50, seed=9, phases=("relations", "fuzz"))
        sent.append([exchange.request for exchange in report.exchanges if exchange.phase == "fuzz"])
    assert sent[0] == sent[1] != []


@pytest.mark.slow
def test_what_a_run_sent_is_saved_and_sends_the_same_again(server: LiveServer, tmp_path: Path) -> None:
    place = tmp_path / "corpus.ndjson"
    first = run(
        server, api_key="your_api_key_here", budget=150, fuzz=40, phases=("relations", "fuzz"), save_corpus=place
    )
    assert ("corpus", f"{place}, {first.sent} requests") in first.notes
    text = place.read_text("utf-8")
    assert not [piece for piece in ("your_api_key_here", "api_key_h", "redacted") if piece in text]
    second = api.run(Config(base_url=server.base_url, api_key="your_api_key_here"), drive=replayed(corpora.load(place)))
    assert [exchange.request for exchange in second.exchanges][1:] == [exchange.request for exchange in first.exchanges]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "corpus.ndjson"
    assert commands.main(["generate", "--out", str(path), "--requests", "60", "--seed", "4"]) == 0
    return path


def test_a_corpus_is_readable_and_names_no_key(corpus: Path) -> None:
    lines = corpus.read_text("utf-8").splitlines()
    assert 0 < len(lines) <= 61
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert "api_key_here" not in corpus.read_text("utf-8")


def test_a_corpus_is_replayed_and_judged(server: LiveServer, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["replay", str(corpus), server.base_url, "--quiet"]) == 0
    assert "kept" in capsys.readouterr().out


@pytest.mark.slow
def test_two_servers_are_compared(server: LiveServer, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with LiveServer(MockConfig(routines=3, seed=1)) as other:
        code = commands.main(["replay", str(corpus), server.base_url, "--against", other.base_url])
        assert "compared" in capsys.readouterr().out
        assert code == 1  # other data, other values
        same = commands.main(["replay", str(corpus), server.base_url, "--against", server.base_url])
    assert same == 0


@pytest.mark.parametrize("text", ["not json\n", '{"operation": 5}\n', ""])
def test_a_bad_corpus_is_refused_with_its_line(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.ndjson"
    path.write_text(text)
    assert commands.main(["replay", str(path), "http://127.0.0.1:9"]) in (2, 3, 4)
    assert str(path) in capsys.readouterr().err or text == ""
