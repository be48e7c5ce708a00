"""Reports know the document by name, value and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.report.source import DocumentSource
from documents import source_of
from oas.document import load


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
    assert DocumentSource.of(load(path), folder=tmp_path / folder).name == name
