"""What the archives hold. No network: they are built by the backend that is installed."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from meta.sources import PACKAGES, ROOT, modules

pytestmark = pytest.mark.slow

DATA = "konnector_contracts"


def build(source: Path, kind: str, target: Path) -> Path:
    """Build one archive of a source tree; its path."""
    command = [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (archive,) = target.iterdir()
    return archive


@pytest.fixture(scope="module")
def sdist_names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    with tarfile.open(build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))) as archive:
        return [name.partition("/")[2] for name in archive.getnames()]


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """List the files of the wheel that the source archive builds, as an installer from the index would."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))) as archive:
        archive.extractall(folder, filter="data")
    (source,) = folder.iterdir()
    with zipfile.ZipFile(build(source, "wheel", tmp_path_factory.mktemp("wheel"))) as wheel:
        return wheel.namelist()


def test_the_wheel_holds_both_packages_and_their_type_markers(wheel_names: list[str]) -> None:
    wanted = {path.as_posix() for path in modules()} | {f"{package}/py.typed" for package in PACKAGES}
    assert wanted - set(wheel_names) == set()


def test_the_wheel_holds_the_document_its_vocabulary_and_every_fixture(wheel_names: list[str]) -> None:
    fixtures = {path.relative_to(ROOT).as_posix() for path in (ROOT / "fixtures").rglob("*") if path.is_file()}
    wanted = {"openapi.yaml", "openapi-vocabulary.schema.json"} | fixtures
    assert {name.removeprefix(f"{DATA}/") for name in wheel_names if name.startswith(f"{DATA}/")} == wanted


def test_the_wheel_holds_nothing_else(wheel_names: list[str]) -> None:
    tops = {name.partition("/")[0] for name in wheel_names}
    assert {name for name in tops if not name.endswith(".dist-info")} == {*PACKAGES, DATA}
    assert [name for name in wheel_names if name.endswith((".pyc", "~"))] == []


def test_the_source_archive_holds_what_its_tests_need(sdist_names: list[str]) -> None:
    wanted = {"constraints/lowest.txt", "openapi.yaml", "pyproject.toml", "tests/meta/test_distribution.py", "tox.ini"}
    assert wanted - set(sdist_names) == set()
