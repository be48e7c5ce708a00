from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from contracts.cli import recordings
from contracts.cli.commands import Session
from contracts.config import Environment
from contracts.errors import ConfigInvalid
from mockserver.config import Config
from mockserver.live.server import LiveServer


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with LiveServer(Config(), in_process=True) as running:
        yield running


def call(*words: str, command: click.Command | None = None) -> Result:
    group = click.Group(commands={item.name or "": item for item in recordings.COMMANDS})
    return CliRunner().invoke(group, list(words), obj=Session(Environment()), standalone_mode=False)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.ndjson"
    assert call("generate", "--out", str(path), "--requests", "25", "--seed", "3").return_value == 0
    return path


def test_a_corpus_is_written_without_sending(corpus: Path) -> None:
    assert len(corpus.read_text("utf-8").splitlines()) == 25


def test_the_number_of_requests_and_the_seed_are_told(tmp_path: Path) -> None:
    result = call("generate", "--out", str(tmp_path / "c"), "--requests", "7", "--seed", "5")
    assert result.output == f"{tmp_path / 'c'}: 7 requests, seed 5\n"


def test_a_corpus_is_sent_to_a_server_and_judged(corpus: Path, server: LiveServer) -> None:
    result = call("replay", str(corpus), server.base_url, "--only", "replay")
    assert result.return_value == 0
    assert "✓ kept  The server keeps the contract: 7 relations judged" in result.output


def test_two_servers_are_compared(corpus: Path, server: LiveServer) -> None:
    result = call("replay", str(corpus), server.base_url, "--against", server.base_url)
    assert result.return_value == 0
    assert result.output.splitlines()[-1] == "compared    25 requests"


@pytest.mark.slow
def test_differences_are_told_counted_and_can_be_ignored(corpus: Path, server: LiveServer) -> None:
    with LiveServer(Config(routines=30), in_process=True) as other:
        result = call("replay", str(corpus), server.base_url, "--against", other.base_url)
        assert result.return_value == 1
        assert "getUserCampaignFilters /data/linkedin_users/*/name" in result.output
        ignored = call("replay", str(corpus), server.base_url, "--against", other.base_url, "--ignore", "values")
        assert ignored.return_value == 0
        assert "(ignored)" in ignored.output
        lines = call("replay", str(corpus), server.base_url, "--against", other.base_url, "--json").output
        assert {json.loads(line)["kind"] for line in lines.splitlines()} == {"values"}


def test_a_key_is_never_sent_to_the_other_server(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def compared(first: Any, second: Any, entries: Any) -> Any:
        seen.extend((first, second))
        raise ConfigInvalid("enough")

    monkeypatch.setattr(recordings, "_compared", compared)
    call("replay", str(corpus), "https://one.example", "--api-key", "of-the-first", "--against", "https://two.example")
    assert [config.api_key for config in seen] == ["of-the-first", None]
    assert seen[1].base_url == "https://two.example"


def test_options_that_say_nothing_to_a_corpus_are_not_taken() -> None:
    names = {parameter.name for parameter in recordings.replay.params}
    assert not names & {"phases", "fuzz", "exhaust", "example_database", "seed"}
    assert {"corpus", "base_url", "reports", "baseline", "budget"} <= names


def test_a_corpus_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    result = call("replay", str(tmp_path / "nowhere"))
    assert isinstance(result.exception, ConfigInvalid)
