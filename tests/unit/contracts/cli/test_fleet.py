from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from answers import NOON
from contracts import api
from contracts.cli import fleet
from contracts.cli.commands import Session
from contracts.config import Config, Environment, Shard
from contracts.errors import ConfigInvalid
from contracts.load.running import LoadTest
from contracts.report import ndjson
from contracts.report.source import DocumentSource
from contracts.verdicts import Outcome, Report
from fabricated import kept, verdict, violation
from mockserver.config import Config as MockConfig
from mockserver.live.server import LiveServer
from oas.contract import load


def call(*words: str) -> Result:
    group = click.Group(commands={item.name or "": item for item in fleet.COMMANDS})
    return CliRunner().invoke(group, list(words), obj=Session(Environment()), standalone_mode=False)


def written(path: Path, report: Report) -> str:
    path.write_text(ndjson.render(report, DocumentSource.of(load().document)), encoding="utf-8")
    return str(path)


def test_reports_become_one_verdict_and_one_report(tmp_path: Path) -> None:
    broken = verdict(
        "auth.guard[getCampaignInfo]", Outcome.BROKEN, violations=(violation("auth.guard[getCampaignInfo]"),)
    )
    first = written(tmp_path / "1.ndjson", kept(verdicts=(verdict("same_as.equal[postCampaignInfo]"),)))
    second = written(tmp_path / "2.ndjson", kept(verdicts=(broken,)))
    assert call("merge", first, "--quiet").return_value == 0
    result = call("merge", first, second, "--report", f"ndjson:{tmp_path / 'all.ndjson'}")
    assert result.return_value == 1
    assert "1 violation of 1 relation" in result.output
    assert len(ndjson.read(tmp_path / "all.ndjson").verdicts) == 2


@pytest.mark.parametrize(
    "words, said",
    [
        (["merge", "nowhere.ndjson"], "cannot be read"),
        (["merge", "nowhere.ndjson", "--report", "pdf:x"], "formats are"),
    ],
)
def test_what_cannot_be_merged_is_refused_in_one_line(words: list[str], said: str) -> None:
    error = call(*words).exception
    assert isinstance(error, ConfigInvalid)
    assert said in str(error)


@pytest.mark.slow
def test_the_shards_of_a_run_judge_together_what_one_run_judges(tmp_path: Path) -> None:
    def run(shard: Shard | None, base_url: str) -> Report:
        config = Config(base_url=base_url, phases=("relations", "limits"), shard=shard, ledger=tmp_path / "ledger")
        return api.run(config)

    reports = []
    for shard in (Shard(1, 2), Shard(2, 2), None):
        # Frozen, so that no minute begins within a burst, which would have to be longer for it.
        with LiveServer(MockConfig(clock=NOON), in_process=True) as server:
            reports.append(run(shard, server.base_url))
    *shards, whole = reports
    paths = [written(tmp_path / f"{number}.ndjson", report) for number, report in enumerate(shards)]
    assert all(report.sent < whole.sent for report in shards[:1])
    result = call("merge", *paths, "--report", f"ndjson:{tmp_path / 'all.ndjson'}")
    assert result.return_value == 0
    merged = ndjson.read(tmp_path / "all.ndjson")
    assert _judged(merged) >= _judged(whole) != set()


def _judged(report: Report) -> set[str]:
    return {item.relation.id for item in report.verdicts if item.outcome is Outcome.KEPT}


@pytest.mark.parametrize(
    "words, said",
    [
        (["--master", "--worker"], "master or worker, not both"),
        (["--worker"], "a worker needs the URL"),
        (["--keys-file", "nowhere"], "nowhere cannot be read"),
    ],
)
def test_a_load_test_that_makes_no_sense_is_refused(words: list[str], said: str) -> None:
    error = call("load", *words).exception
    assert isinstance(error, ConfigInvalid)
    assert said in str(error)


@pytest.mark.parametrize("text", ["", "\n\n", "two words\n", "kéy\n"])
def test_a_file_of_keys_holds_one_a_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigInvalid, match="something else than one key a line"):
        fleet.read_keys(path)
    path.write_text(" a \n\nb\n")
    assert fleet.read_keys(path) == ("a", "b")


def test_a_master_listens_on_loopback_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[LoadTest] = []
    monkeypatch.setattr("contracts.load.running.run", asked.append)
    path = tmp_path / "keys"
    path.write_text("a\nb\n")
    words = ["--master", "--expect-workers", "3", "--keys-file", str(path), "--users", "40", "--time", "7"]
    assert call("load", "http://127.0.0.1:1", *words).return_value == 0
    assert call("load", "http://127.0.0.1:1", *words, "--master-bind-host", "0.0.0.0").return_value == 0
    assert call("load", "http://127.0.0.1:1", "--worker", "--master-host", "lead").return_value == 0
    roles = [test.role for test in asked]
    assert roles[0] == ("--master", "--expect-workers", "3", "--master-bind-host", "127.0.0.1")
    assert roles[1][-1] == "0.0.0.0"
    assert roles[2] == ("--worker", "--master-host", "lead")
    assert (asked[0].users, asked[0].rate, asked[0].duration_s, asked[0].keys) == (40, 40.0, 7, ("a", "b"))
    assert [test.is_worker for test in asked] == [False, False, True]
