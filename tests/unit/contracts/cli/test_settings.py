"""`[tool.contracts]` of pyproject.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.cli.settings import read_settings
from contracts.errors import ConfigInvalid


def settings(text: str, folder: Path) -> dict[str, Any]:
    """Read the settings of a pyproject.toml with this text."""
    path = folder / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


@pytest.mark.parametrize(
    "line, expected",
    [
        ('base-url = "http://x"', {"base_url": "http://x"}),
        ("budget = 90", {"budget": 90}),
        ("max-wait = 1.5", {"max_wait_s": 1.5}),
        ("max_wait = 2", {"max_wait_s": 2}),
        ("fail-fast = true", {"is_fail_fast": True}),
        ('skip = ["fuzz", "limits"]', {"skip": ["fuzz", "limits"]}),
        ('report = "junit:out.xml"', {"reports": ["junit:out.xml"]}),
    ],
)
def test_a_setting_is_an_option_without_its_dashes(line: str, expected: dict[str, Any], tmp_path: Path) -> None:
    assert settings(f"[tool.contracts]\n{line}\n", tmp_path) == expected


@pytest.mark.parametrize("text", ["", "[tool.other]\nbudget = 1\n", "[project]\nname = 'x'\n"])
def test_a_file_without_the_table_sets_nothing(text: str, tmp_path: Path) -> None:
    assert settings(text, tmp_path) == {}


def test_no_file_sets_nothing(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "pyproject.toml") == {}


@pytest.mark.parametrize(
    "line, message",
    [
        ("bugdet = 90", "#/tool/contracts/bugdet: unknown setting; did you mean budget?"),
        ("xyxyxy = 1", "#/tool/contracts/xyxyxy: unknown setting; known are base-url, "),
        ('budget = "90"', "#/tool/contracts/budget: a whole number was expected"),
        ("budget = true", "#/tool/contracts/budget: a whole number was expected"),
        ("fail-fast = 1", "#/tool/contracts/fail-fast: true or false was expected"),
        ("spec = 1", "#/tool/contracts/spec: a text was expected"),
        ("only = [1]", "#/tool/contracts/only: a list of texts was expected"),
        ('max-wait = "1"', "#/tool/contracts/max-wait: a number was expected"),
        ('api-key = "secret"', "#/tool/contracts/api-key: a key does not belong under version control"),
        ('member_key = "secret"', "#/tool/contracts/member_key: a key does not belong under version control"),
    ],
)
def test_what_makes_no_sense_is_named_with_its_place(line: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        settings(f"[tool.contracts]\n{line}\n", tmp_path)
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["[tool", "[tool]\ncontracts = 1\n"])
def test_a_file_that_cannot_be_read_is_named(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        settings(text, tmp_path)
    assert caught.value.source.endswith("pyproject.toml")
