"""The runner for Python: what happens around the phases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts import __version__
from contracts.api import run
from contracts.config import Config
from contracts.errors import ConfigInvalid, TargetUnreachable
from contracts.events import Drive, Event, ExchangeFinished, Listener, RelationJudged, RunFinished, RunStarted
from contracts.outcome.baseline import update
from contracts.outcome.conclusion import conclude
from contracts.report import ndjson
from contracts.verdicts import Outcome, Report
from documents import source_of
from fabricated import exchange, kept, report, verdict, violation
from oas.contract import Contract

URL = "http://127.0.0.1:9/base"
TODAY = date(2026, 11, 24)
ID = "auth.guard[getCampaignInfo]"


def returning(made: Report) -> Drive:
    """Make phases that do nothing but end in a report."""

    def drive(config: Config, contract: Contract, listener: Listener) -> Report:
        listener(RunFinished(report=made))
        return made

    return drive


def judged(made: Report, **settings: Any) -> Report:
    """Run phases that end in a report."""
    return run(Config(base_url=URL, **settings), drive=returning(made), today=TODAY)


def broken() -> Report:
    """Make a report with one violation."""
    return kept(verdicts=(verdict(ID, Outcome.BROKEN, violations=(violation(ID),)), verdict("auth.other[a]")))


def test_the_report_of_the_phases_comes_back() -> None:
    assert judged(kept()) == kept()


def test_what_assumptions_are_worth_is_in_the_report() -> None:
    assert judged(kept(), assumptions="warn").assumptions == "warn"


def test_every_report_is_written_and_noted(tmp_path: Path) -> None:
    places = tuple((name, tmp_path / f"report.{name}") for name in ("junit", "html", "sarif", "har", "ndjson"))
    made = judged(report(), reports=places)
    assert all(path.is_file() for _, path in places)
    assert [text for label, text in made.notes if label == "report"] == [f"{name} {path}" for name, path in places]


@pytest.mark.parametrize("name, place", [("pdf", "x"), ("junit", "missing/x")])
def test_a_report_that_cannot_be_written_stops_the_run_before_it_begins(name: str, place: str, tmp_path: Path) -> None:
    def drive(config: Config, contract: Contract, listener: Listener) -> Report:
        raise AssertionError("nothing may be sent")

    with pytest.raises(ConfigInvalid, match="--report"):
        run(Config(base_url=URL, reports=((name, tmp_path / place),)), drive=drive)


def test_a_report_that_fails_in_the_end_does_not_hide_the_run(tmp_path: Path) -> None:
    events: list[Event] = []
    folder = tmp_path / "going"
    folder.mkdir()

    def drive(config: Config, contract: Contract, listener: Listener) -> Report:
        folder.rmdir()
        return kept()

    places = (("junit", folder / "x"), ("har", tmp_path / "y"))
    with pytest.raises(ConfigInvalid, match="cannot be written"):
        run(Config(base_url=URL, reports=places), events.append, drive=drive)
    assert isinstance(events[-1], RunFinished)
    assert (tmp_path / "y").is_file()


def test_the_requests_of_a_run_are_saved_and_noted(tmp_path: Path) -> None:
    place = tmp_path / "corpus.ndjson"
    made = judged(kept(exchanges=(exchange(1), exchange(2))), save_corpus=place)
    assert ("corpus", f"{place}, 2 requests") in made.notes
    assert len(place.read_text("utf-8").splitlines()) == 2


def test_a_place_where_no_corpus_can_be_written_stops_the_run_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="--save-corpus"):
        run(Config(base_url=URL, save_corpus=tmp_path / "none" / "x"), drive=returning(kept()))


def test_the_baseline_accepts_and_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "known.yaml"
    path.write_text(update(broken(), (), TODAY), encoding="utf-8")
    made = judged(broken(), baseline=path)
    assert conclude(made).exit_code == 0
    assert ("baseline", "0 new · 1 known · 0 fixed · 0 expired") in made.notes


def test_an_earlier_run_is_compared_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "before.ndjson"
    path.write_text(ndjson.render(kept(), source_of("paths: {}")), encoding="utf-8")
    assert ("compared", f"1 new: {ID}") in judged(broken(), compare=path).notes


@pytest.mark.parametrize("option", ["baseline", "compare"])
def test_a_missing_file_stops_the_run_before_it_begins(option: str, tmp_path: Path) -> None:
    changes: dict[str, Any] = {option: tmp_path / "none"}
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        run(Config(base_url=URL, **changes), drive=returning(kept()))


def test_the_listener_hears_one_end_with_the_whole_report(tmp_path: Path) -> None:
    events: list[Event] = []
    made = run(
        Config(base_url=URL, reports=(("har", tmp_path / "x"),)), events.append, drive=returning(kept()), today=TODAY
    )
    assert events == [RunFinished(report=made)]


def test_an_interrupted_run_leaves_what_is_known(tmp_path: Path) -> None:
    def drive(config: Config, contract: Contract, listener: Listener) -> Report:
        listener(RunStarted(target=URL, budget=90, planned=80, seed=3, is_mock=False))
        listener(ExchangeFinished(exchange=exchange(1), sent=1))
        listener(RelationJudged(verdict=verdict(ID)))
        raise KeyboardInterrupt

    made = run(Config(base_url=URL, reports=(("ndjson", tmp_path / "x"),)), drive=drive)
    assert conclude(made).exit_code == 130
    assert (made.target, made.budget, made.sent) == (URL, 90, 1)
    assert (made.exchanges, made.verdicts) == ((exchange(1),), (verdict(ID),))
    assert replace(ndjson.read(tmp_path / "x"), notes=made.notes) == made


def test_a_target_that_cannot_be_judged_is_an_exception() -> None:
    def drive(config: Config, contract: Contract, listener: Listener) -> Report:
        raise TargetUnreachable("nobody there")

    with pytest.raises(TargetUnreachable):
        run(Config(base_url=URL), drive=drive)


def test_another_document_needs_a_server_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text("{openapi: 3.1.0, info: {title: t, version: '1'}, paths: {}}", encoding="utf-8")
    with pytest.raises(ConfigInvalid, match="mockserver serve --spec"):
        run(Config(spec=path), drive=returning(kept()))


def test_without_a_url_a_mock_is_started_judged_and_stopped() -> None:
    made = run(Config(only=("auth", "envelope"), phases=("relations",)))
    assert conclude(made).exit_code == 0, made.violations
    assert made.target.startswith("http://127.0.0.1:")
    assert made.versions[0] == ("contracts", __version__)
    with pytest.raises(TargetUnreachable):
        run(Config(base_url=made.target))
