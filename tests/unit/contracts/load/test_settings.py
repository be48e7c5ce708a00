from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from contracts.load.running import Settings

SETTINGS = Settings(
    base_url="http://127.0.0.1:1/x",
    keys=("first", "second"),
    header_name="Authorization",
    spec=None,
    duration_s=5,
    seed=1,
    timeout_s=30.0,
    summary="summary.json",
)


def test_settings_come_back_as_they_were(tmp_path: Path) -> None:
    SETTINGS.write(tmp_path / "settings.json")
    assert Settings.read(tmp_path / "settings.json") == SETTINGS


@pytest.mark.skipif(sys.platform == "win32", reason="files have no mode there")
def test_only_the_owner_reads_the_keys(tmp_path: Path) -> None:
    SETTINGS.write(tmp_path / "settings.json")
    assert stat.S_IMODE((tmp_path / "settings.json").stat().st_mode) == 0o600


def test_keys_are_not_shown() -> None:
    assert "first" not in repr(SETTINGS)
