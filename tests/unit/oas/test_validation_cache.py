"""A document is judged once: its verdict is kept, and a bad one is never served."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from documents import changed, plain
from mockserver.errors import SpecInvalid
from oas import reference
from oas.validation_cache import cache_folder, ensure_judged


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Count judgements, with a cache folder of the test's own."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    judge, found = reference.document_errors, []

    def counted(document: Any) -> list[SpecInvalid]:
        found.append(document.source)
        return judge(document)

    monkeypatch.setattr(reference, "document_errors", counted)
    return found


def write(folder: Path, tree: dict[str, Any]) -> Path:
    path = folder / "other.json"
    path.write_text(json.dumps(tree))
    return path


def test_a_good_document_is_judged_the_first_time_only(calls: list[str], tmp_path: Path) -> None:
    path = write(tmp_path, plain())
    ensure_judged(path)
    ensure_judged(path)
    assert calls == [str(path)]


def test_a_changed_document_is_judged_again(calls: list[str], tmp_path: Path) -> None:
    ensure_judged(write(tmp_path, plain()))
    ensure_judged(write(tmp_path, plain({"operationId": "a"})))
    assert len(calls) == 2


def test_the_packaged_contract_counts_as_judged(calls: list[str]) -> None:
    ensure_judged(None)
    assert calls == []


def test_a_bad_document_is_refused_every_time(calls: list[str], tmp_path: Path) -> None:
    path = write(tmp_path, changed(plain(), "/info", {}))
    for _ in range(2):
        with pytest.raises(SpecInvalid, match=r"1 more; `mockserver check --spec .*` lists them") as caught:
            ensure_judged(path)
        assert caught.value.pointer == "/info"
    assert len(calls) == 2


def test_a_cache_that_cannot_be_written_costs_a_judgement(
    calls: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    path = write(tmp_path, plain())
    ensure_judged(path)
    ensure_judged(path)
    assert len(calls) == 2


@pytest.mark.parametrize(
    "platform, variables, folder",
    [
        ("linux", {"XDG_CACHE_HOME": "{root}"}, "{root}"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "{home}/.cache"),
        ("linux", {}, "{home}/.cache"),
        ("darwin", {"XDG_CACHE_HOME": "{root}"}, "{home}/Library/Caches"),
        ("win32", {"LOCALAPPDATA": "{root}"}, "{root}"),
        ("win32", {}, "{home}"),
    ],
)
def test_the_cache_is_where_the_platform_has_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, variables: dict[str, str], folder: str
) -> None:
    places = {"root": str(tmp_path), "home": os.path.expanduser("~")}
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(**places))
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == Path(folder.format(**places)) / "konnector-contracts"


def test_a_start_with_the_packaged_contract_imports_no_judge() -> None:
    program = "import sys; from oas import spec, validation_cache; validation_cache.ensure_judged(None); "
    program += "spec.load(); print([name for name in sys.modules if name.startswith('openapi')])"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
