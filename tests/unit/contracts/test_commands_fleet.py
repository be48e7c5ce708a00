from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from contracts import api, commands_fleet
from contracts.cli import Session
from contracts.config import Config, Environment, Shard
from contracts.errors import ConfigInvalid
from contracts.report import ndjson
from contracts.report.source import Source
from contracts.verdicts import Outcome, Report
from fabricated import kept, verdict, violation
from mockserver.config import Config as MockConfig
from mockserver.live import LiveServer


def call(*words: str) -> Result:
    group = click.Group(commands={item.name or "": item for item in commands_fleet.COMMANDS})
    return CliRunner().invoke(group, list(words), obj=Session(Environment()), standalone_mode=False)


def written(path: Path, report: Report) -> str:
    path.write_text(ndjson.render(report, Source.of(None)), encoding="utf-8")
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


def test_the_shards_of_a_run_judge_together_what_one_run_judges(tmp_path: Path) -> None:
    def run(shard: Shard | None, base_url: str) -> Report:
        config = Config(base_url=base_url, phases=("relations", "limits"), shard=shard, ledger=tmp_path / "ledger")
        return api.run(config)

    reports = []
    for shard in (Shard(1, 2), Shard(2, 2), None):
        with LiveServer(MockConfig(), in_process=True) as server:
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
