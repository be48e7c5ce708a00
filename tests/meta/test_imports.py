"""Who may import whom."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from meta.sources import PACKAGES, Import, dotted, imports, modules

#: The only ways from one package into the other, each inside a function.
BRIDGES = {"contracts": "mockserver.live", "mockserver": "contracts.client"}

#: Foreign package → the files that may import it.
HOMES = {
    "flask": ("mockserver/app.py", "mockserver/admin/app.py", "mockserver/console/*.py"),
    "openapi_core": ("oas/reference.py",),
    "schemathesis": ("contracts/generate/schemathesis_adapter.py",),
}

#: Module → what it may import of its own package.
LOW_MODULES = {
    "mockserver.errors": (),
    "oas.messages": ("mockserver.errors", "oas.fast_dataclass"),
    "oas.fast_dataclass": (),
    "mockserver.config": ("mockserver.errors",),
    "contracts.errors": (),
    "contracts.messages": ("contracts.errors",),
}


def breaches(path: Path, source: str | None = None) -> list[str]:
    """Describe each import of a file that the design forbids."""
    rules = (crossings, strays, climbs)
    return [f"{path}:{found.line}: {reason}" for rule in rules for found, reason in rule(path, imports(path, source))]


def crossings(path: Path, found: list[Import]) -> Iterator[tuple[Import, str]]:
    package = path.parts[0]
    other, bridge = next(name for name in PACKAGES if name != package), BRIDGES[package]
    for item in found:
        if item.is_below(other) and not (item.in_function and item.is_below(bridge)):
            yield item, f"{package} may import of {other} only {bridge}, and only inside a function, not {item.module}"


def strays(path: Path, found: list[Import]) -> Iterator[tuple[Import, str]]:
    for item in found:
        for foreign, homes in HOMES.items():
            if item.is_below(foreign) and not any(fnmatch(path.as_posix(), home) for home in homes):
                yield item, f"{foreign} is imported only by {', '.join(homes)}"


def climbs(path: Path, found: list[Import]) -> Iterator[tuple[Import, str]]:
    package, module = path.parts[0], dotted(path)
    for item in found:
        if item.is_below(f"{package}.cli") and path.name != "__main__.py":
            yield item, "the command line is imported by nothing"
        allowed = LOW_MODULES.get(module)
        if allowed is not None and item.is_below(package) and not any(item.is_below(name) for name in allowed):
            yield item, f"{module} may import of its package only {', '.join(allowed) or 'nothing'}"


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_imports_only_what_the_design_allows(path: Path) -> None:
    assert breaches(path) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_two_modules_need_each_other_to_load(package: str) -> None:
    names = {dotted(path): path for path in modules(package)}
    graph = {
        name: {
            other
            for item in imports(path)
            for other in (item.module, item.module.rpartition(".")[0])
            if other in names and other not in (name, package) and not item.in_function and not item.for_types
        }
        for name, path in names.items()
    }
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize(
    "path, source",
    [
        ("contracts/gate/gate.py", "import mockserver"),
        ("contracts/gate/gate.py", "from mockserver import live"),
        ("contracts/gate/gate.py", "def start():\n    from mockserver.app import create_app"),
        ("mockserver/cli/commands.py", "from contracts.client import judge"),
        ("mockserver/cli/commands.py", "def serve():\n    import contracts.gate.gate"),
        ("mockserver/console/page.py", "from ...contracts import consumer"),
        ("mockserver/pipeline/pipeline.py", "from flask import Flask"),
        ("oas/spec.py", "def judge():\n    import openapi_core.validation"),
        ("contracts/run/engine.py", "import schemathesis"),
        ("mockserver/errors.py", "from oas.messages import Request"),
        ("oas/messages.py", "from . import clock"),
        ("mockserver/app.py", "from mockserver.cli.commands import main"),
    ],
)
def test_a_forbidden_import_is_found(path: str, source: str) -> None:
    assert len(breaches(Path(path), source)) == 1


@pytest.mark.parametrize(
    "path, source",
    [
        ("contracts/pytest_plugin.py", "def server():\n    from mockserver.live import LiveServer"),
        ("mockserver/cli/commands.py", "def serve():\n    from contracts import client"),
        ("mockserver/app.py", "import flask"),
        ("mockserver/console/__init__.py", "from flask import Blueprint"),
        ("mockserver/__main__.py", "from mockserver.cli.commands import main"),
        ("mockserver/config.py", "from .errors import ConfigInvalid"),
    ],
)
def test_an_allowed_import_is_left_alone(path: str, source: str) -> None:
    assert breaches(Path(path), source) == []
