"""The contract is found in a checkout and in an installed wheel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from oas import package_data


@pytest.mark.parametrize("place", [package_data.openapi, package_data.vocabulary_schema, package_data.default_dataset])
def test_what_the_package_carries_is_there(place: Callable[[], Path]) -> None:
    assert place().is_file()
    assert package_data.root() in place().parents


@pytest.mark.parametrize("is_installed", [False, True])
def test_an_installed_package_has_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_installed: bool
) -> None:
    monkeypatch.setattr(package_data, "__file__", str(tmp_path / "mockserver" / "packaged.py"))
    data = tmp_path / "konnector_contracts"
    if is_installed:
        data.mkdir()
    assert package_data.root() == (data if is_installed else tmp_path)
