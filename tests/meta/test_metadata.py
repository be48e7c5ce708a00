"""What the project declares about itself agrees with what it does."""

from __future__ import annotations

import configparser
import os
import re
import sys
from importlib import import_module, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from meta.sources import PACKAGES, ROOT, imports, modules, pyproject

#: Distribution → the package it installs, where the names differ.
IMPORT_NAMES = {"jsonschema-rs": "jsonschema_rs", "openapi-core": "openapi_core", "pyyaml": "yaml"}
#: What loads a module of ours, and so is there when it is loaded: the plugin's pytest.
HOSTS = {"pytest"}
#: Extras for work on the project; their bounds promise nothing to users.
OWN_EXTRAS = {"dev", "test"}


def declared() -> list[Requirement]:
    """List what users install: the dependencies and those of each extra that is meant for them."""
    project = pyproject()["project"]
    extras = [lines for name, lines in project["optional-dependencies"].items() if name not in OWN_EXTRAS]
    return [Requirement(line) for lines in (project["dependencies"], *extras) for line in lines]


def lower_bound(requirement: Requirement) -> str:
    """Pin a requirement to the lowest release that it allows."""
    (bound,) = (item.version for item in requirement.specifier if item.operator == ">=")
    return f"{canonicalize_name(requirement.name)}=={bound}"


def tox_ini() -> configparser.ConfigParser:
    """Read `tox.ini`."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string((ROOT / "tox.ini").read_text(encoding="utf-8"))
    return parser


def lines(text: str) -> list[str]:
    """List the lines of a text that say something."""
    stripped = [line.strip() for line in text.splitlines()]
    return [line for line in stripped if line and not line.startswith("#")]


def import_name(distribution: str) -> str:
    """Return the name under which a distribution is imported."""
    return IMPORT_NAMES.get(distribution, distribution.replace("-", "_"))


def foreign_imports() -> dict[str, Path]:
    """Map each imported package that is neither ours nor Python's to a file that imports it."""
    found = {item.module.partition(".")[0]: path for path in modules() for item in imports(path)}
    return {name: path for name, path in found.items() if name not in {*PACKAGES, *HOSTS, *sys.stdlib_module_names}}


def test_the_lowest_constraints_are_the_declared_bounds() -> None:
    text = (ROOT / "constraints" / "lowest.txt").read_text(encoding="utf-8")
    assert lines(text) == sorted(lower_bound(requirement) for requirement in declared())


def test_every_imported_package_is_declared() -> None:
    names = {import_name(item.name) for item in declared()}
    assert {name: str(path) for name, path in foreign_imports().items() if name not in names} == {}


def test_every_dependency_is_imported() -> None:
    names, imported = {Requirement(line).name for line in pyproject()["project"]["dependencies"]}, foreign_imports()
    assert {name for name in names if import_name(name) not in imported} == set()


def test_both_packages_have_the_same_version() -> None:
    assert len({import_module(name).__version__ for name in PACKAGES}) == 1


def test_tox_runs_every_declared_python() -> None:
    trove = "Programming Language :: Python :: 3."
    minors = [line.removeprefix(trove) for line in pyproject()["project"]["classifiers"] if line.startswith(trove)]
    assert f"py3{{{','.join(minors)}}}" in tox_ini()["tox"]["labels"]


@pytest.mark.parametrize("tool, environment", [("ruff", "lint"), ("openapi-spec-validator", "spec")])
def test_pre_commit_and_tox_use_the_same_release(tool: str, environment: str) -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    pins = set(re.findall(rf"\b{tool}==[\d.]+", hooks))
    assert pins == {line for line in lines(tox_ini()[f"testenv:{environment}"]["deps"]) if line.startswith(tool)}


@pytest.mark.skipif(not os.environ.get("TOX_ENV_NAME"), reason="only tox promises to test the installed wheel")
@pytest.mark.parametrize("package", PACKAGES)
def test_the_installed_wheel_is_what_is_tested(package: str) -> None:
    installed = Path(str(metadata.distribution("konnector-contracts").locate_file(package))).resolve()
    assert Path(str(import_module(package).__file__)).resolve().parent == installed
    assert not installed.is_relative_to(ROOT) or ".tox" in installed.parts
