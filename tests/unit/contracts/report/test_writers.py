"""A report reaches the disk whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from contracts.errors import ConfigInvalid
from contracts.report.writers import WRITERS, check, write_whole
from documents import source_of
from fabricated import report

SOURCE = source_of("paths: {}")


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_writes_a_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "report"
    WRITERS[name](report(), path, SOURCE)
    assert path.stat().st_size > 100
    assert os.listdir(tmp_path) == ["report"]


@pytest.mark.parametrize("name", WRITERS)
def test_no_format_writes_environment_or_command_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTRACTS_API_KEY", "canary-of-the-environment")
    monkeypatch.setattr("sys.argv", ["contracts", "--api-key", "canary-of-the-command-line"])
    WRITERS[name](report(), tmp_path / "report", SOURCE)
    assert "canary" not in (tmp_path / "report").read_text(encoding="utf-8")


def test_an_old_report_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text("old and much longer", encoding="utf-8")
    write_whole(path, "new")
    assert path.read_text(encoding="utf-8") == "new"


def test_a_failed_write_leaves_the_old_report_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "report"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ConfigInvalid, match="No space left"):
        write_whole(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["report"]


def test_a_report_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_whole(tmp_path / "report", "x")
    assert (tmp_path / "report").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(path, "through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert path.is_fifo()


def test_text_that_is_no_unicode_does_not_stop_a_report(tmp_path: Path) -> None:
    write_whole(tmp_path / "report", "a\ud800b")
    assert (tmp_path / "report").read_text(encoding="utf-8") == "a\\ud800b"


@pytest.mark.parametrize(
    "name, path, message",
    [
        ("pdf", "report.pdf", "formats are junit, html, sarif, har, ndjson; got 'pdf'"),
        ("junit", "missing/report.xml", "does not exist; make it first"),
        ("junit", ".", "is a folder; give the path of a file"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_before_the_run(
    name: str, path: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigInvalid, match=message):
        check([("html", tmp_path / "fine.html"), (name, tmp_path / path)])
    assert not os.listdir(tmp_path)


def test_a_folder_that_went_away_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="cannot be written"):
        write_whole(tmp_path / "gone" / "report", "x")
