"""Which scenarios a server knows, and when a bad one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.errors import ScenarioInvalid
from mockserver.scenarios.registry import SCENARIOS, ScenarioRegistry
from mockserver.state.session_factory import MAGIC_ASSIGNMENTS, MAGIC_KEYS
from oas.api_keys import hash_of
from oas.contract import load

OPERATIONS = load().by_id


def test_the_packaged_scenarios_are_known_the_default_first() -> None:
    names = ScenarioRegistry(OPERATIONS).names
    assert names[0] == "default"
    assert set(names) >= {
        "empty", "one_row", "one_of_each", "huge", "unicode", "stale", "rate_limited", "exhausted",
        "expired_key", "slow_network", "flaky", "outage", "disconnected",
    }  # fmt: skip


def test_a_scenario_of_the_users_stands_before_a_packaged_one(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("description: Mine.\n")
    (tmp_path / "notes.txt").write_text("no scenario")
    library = ScenarioRegistry(OPERATIONS, tmp_path)
    assert library.get("empty").description == "Mine."
    assert [scenario.name for scenario in library.own] == ["empty"]
    assert "notes" not in library.names


def test_a_bad_file_of_the_users_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("description: d\nrules: {}\n")
    with pytest.raises(ScenarioInvalid, match=r"bad\.yaml:2"):
        ScenarioRegistry(OPERATIONS, tmp_path)


def test_an_unknown_name_is_told_with_those_that_exist() -> None:
    library = ScenarioRegistry(OPERATIONS)
    assert library.find("nothing") is None
    with pytest.raises(ScenarioInvalid, match="one_of_each"):
        library.get("nothing")


def test_a_scenario_of_other_operations_is_not_played_and_whoever_asks_is_told() -> None:
    library = ScenarioRegistry({})
    assert library.playable("flaky") is None
    with pytest.raises(ScenarioInvalid, match="getCampaignInfo"):
        library.get("flaky")


def test_the_default_comes_first_whatever_others_are_called(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("description: Mine.\n")
    assert ScenarioRegistry(OPERATIONS, tmp_path).names[:2] == ("default", "a")


def test_a_long_name_is_told_in_part_and_in_ascii() -> None:
    with pytest.raises(ScenarioInvalid) as found:
        ScenarioRegistry(OPERATIONS).get("\u00fc" + "x" * 99)
    assert "'\\xfc" + "x" * 59 + "'" in str(found.value)


def test_every_magic_key_may_ask_everything() -> None:
    assert {(key.role, key.is_active) for key in MAGIC_KEYS} == {("admin", True)}


def test_a_scenario_is_read_once() -> None:
    library = ScenarioRegistry(OPERATIONS)
    assert library.find("flaky") is library.find("flaky")


def test_every_magic_key_plays_a_scenario_that_exists() -> None:
    library = ScenarioRegistry(OPERATIONS)
    assert {hash_of(key.plain) for key in MAGIC_KEYS} == set(MAGIC_ASSIGNMENTS)
    for plain, name in SCENARIOS.items():
        assert library.get(name).name == MAGIC_ASSIGNMENTS[hash_of(plain)]
