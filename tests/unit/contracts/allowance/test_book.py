from __future__ import annotations

from pathlib import Path

import pytest

from contracts.allowance.ledger import open_ledger
from contracts.allowance.server_clock import Moment
from contracts.config import Config
from contracts.gate.target import Target
from unit.contracts.upstream import KEY, NOON, surface


def files_after_one_request(folder: Path, config: Config) -> list[Path]:
    target = Target.of(config)
    open_ledger(config, target.origin, surface(), is_live=target.is_live).acquire(Moment(NOON))
    return sorted(path.relative_to(folder) for path in folder.rglob("*.json"))


@pytest.fixture(autouse=True)
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("platformdirs.user_state_path", lambda name, appauthor: tmp_path / name)
    return tmp_path


def test_a_live_target_has_a_file_per_key_that_does_not_name_it(state_folder: Path) -> None:
    files_after_one_request(state_folder, Config(base_url="https://example.com", api_key=KEY))
    found = files_after_one_request(state_folder, Config(base_url="https://example.com", api_key="another-key"))
    assert [path.parent for path in found] == [Path("konnector-contracts/ledger")] * 2
    assert KEY not in (state_folder / found[0]).read_text() + str(found)


def test_a_target_on_loopback_leaves_nothing_behind(state_folder: Path) -> None:
    assert files_after_one_request(state_folder, Config(base_url="http://localhost:1", api_key=KEY)) == []


def test_a_named_file_is_used_on_loopback_too(state_folder: Path) -> None:
    config = Config(base_url="http://localhost:1", ledger=state_folder / "mine.json")
    assert files_after_one_request(state_folder, config) == [Path("mine.json")]
