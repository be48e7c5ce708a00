"""The run behind the items: settings, what is judged, and how a run that fails is told."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from apps.right import ADMIN
from contracts import api
from contracts.config import Config, Environment
from contracts.errors import ConfigInvalid, TargetUnreachable
from contracts.events import Event
from contracts.plugin.item_results import ItemOutcome
from contracts.plugin.run import judged, read_config, relations_of
from contracts.verdicts import Report
from fabricated import kept, verdict

KEYS = Environment(api_key=ADMIN)
NOTHING: dict[str, Any] = {"base_url": None, "budget": None}


def read(root: Path, settings: str = "", **options: Any) -> Config:
    (root / "pyproject.toml").write_text(f"[tool.contracts]\n{settings}", encoding="utf-8")
    return read_config(root, {**NOTHING, **options}, KEYS)


def ignore(event: Event) -> None:
    """Hear nothing."""


def test_settings_are_those_of_the_command_and_the_options_win(tmp_path: Path) -> None:
    found = read(tmp_path, 'base-url = "http://a/b"\nbudget = 40\nseed = 7', budget=30)
    assert found == Config(base_url="http://a/b", budget=30, seed=7, api_key=ADMIN)


def test_without_a_file_the_defaults_count(tmp_path: Path) -> None:
    assert read_config(tmp_path, NOTHING, KEYS) == Config(api_key=ADMIN)


def test_what_pytest_has_options_for_is_left_to_it(tmp_path: Path) -> None:
    found = read(tmp_path, 'report = ["junit:x.xml"]\nfail-fast = true\ncompare = "x"\nquiet = true')
    assert found == Config(api_key=ADMIN)


def test_paths_are_those_of_the_projects_folder_from_wherever_pytest_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "known.yaml").touch()
    (tmp_path / "key").write_text("from-a-file")
    monkeypatch.chdir("/")
    found = read(tmp_path, 'baseline = "known.yaml"\nledger = "ledger"\napi-key-file = "key"')
    assert (found.baseline, found.ledger) == (tmp_path / "known.yaml", tmp_path / "ledger")
    assert found.api_key == "from-a-file"


def test_a_baseline_that_makes_no_sense_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "known.yaml").write_text("failures: [1]")
    with pytest.raises(ConfigInvalid, match="an entry with fingerprint"):
        read(tmp_path, 'baseline = "known.yaml"')


@pytest.mark.parametrize(
    "settings, kinds",
    [
        ({"only": ("auth", "fuzz.operation[getC")}, {"auth", "fuzz"}),
        ({"skip": ("stateful",), "only": ("stateful", "fuzz")}, {"fuzz"}),
        ({"phases": ("relations",), "only": ("fuzz", "auth")}, {"auth"}),
    ],
)
def test_settings_choose_what_is_collected(settings: dict[str, Any], kinds: set[str]) -> None:
    assert {item.kind for item in relations_of(Config(**settings))} == kinds


def test_no_id_begins_another_so_that_the_ids_choose_themselves_alone() -> None:
    ids = sorted(item.id for item in relations_of(Config()))
    assert [(one, two) for one, two in pairwise(ids) if two.startswith(one)] == []


def run_instead(monkeypatch: pytest.MonkeyPatch, outcome: Report | BaseException) -> list[Config]:
    """Have a run end so; return the configurations that it gets."""
    got: list[Config] = []

    def run(config: Config, listener: object) -> Report:
        got.append(config)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setattr(api, "run", run)
    return got


def test_the_run_is_told_the_chosen_ids_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    got = run_instead(monkeypatch, kept(verdicts=(verdict("auth.a[b]"),)))
    results = judged(Config(only=("auth",), skip=("auth.c",)), ["auth.a[b]"], ignore)
    assert got == [Config(only=("auth.a[b]",))]
    assert results.items["auth.a[b]"].ending is ItemOutcome.PASSED


@pytest.mark.parametrize(
    "error, told",
    [
        (TargetUnreachable(f"nothing answers {ADMIN}"), "nothing answers [redacted:"),
        (ValueError(ADMIN), "this tool failed, not the server: ValueError at test_run.py:"),
    ],
)
def test_why_nothing_was_judged_is_told_without_a_key(
    monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    run_instead(monkeypatch, error)
    trouble = judged(Config(api_key=ADMIN), ["auth.a[b]"], ignore).trouble
    assert trouble.startswith(told)
    assert ADMIN not in trouble


def test_a_run_that_was_stopped_stops_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    run_instead(monkeypatch, kept(is_interrupted=True))
    with pytest.raises(KeyboardInterrupt):
        judged(Config(), ["auth.a[b]"], ignore)
