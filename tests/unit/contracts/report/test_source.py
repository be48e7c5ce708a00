"""Reports know the document by name, value and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.errors import SpecInvalid
from contracts.report.source import DocumentSource
from documents import source_of


def test_a_place_is_file_line_and_pointer() -> None:
    source = source_of("openapi: 3.1.0\npaths:\n  /a: {}\n", "api/openapi.yaml")
    assert source.place("/paths/~1a") == "api/openapi.yaml:3 #/paths/~1a"


@pytest.mark.parametrize("folder, name", [("", "specs/mine.yaml"), ("elsewhere", "mine.yaml")])
def test_a_document_is_named_from_the_working_folder_or_by_its_last_part(
    folder: str, name: str, tmp_path: Path
) -> None:
    path = tmp_path / "specs" / "mine.yaml"
    path.parent.mkdir()
    path.write_text("{openapi: 3.1.0, paths: {}}", encoding="utf-8")
    assert DocumentSource.read(path, folder=tmp_path / folder).name == name


@pytest.mark.parametrize("content, message", [(b"\xff", "UTF-8"), (b"- a", "OpenAPI 3"), (b"a: [", "not YAML")])
def test_a_file_that_is_no_document_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(SpecInvalid, match=message):
        DocumentSource.read(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecInvalid, match=r"none\.yaml"):
        DocumentSource.read(tmp_path / "none.yaml")
