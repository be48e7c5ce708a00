"""Who may import whom."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from meta.sources import PACKAGES, Import, dotted, imports, modules

#: The only ways from one package into the other, each inside a function.
BRIDGES = {"contracts": "mockserver.live", "mockserver": "contracts.consumer"}

#: Foreign package → the files that may import it.
HOMES = {
    "flask": ("mockserver/app.py", "mockserver/control/admin.py", "mockserver/console/*.py"),
    "openapi_core": ("mockserver/contract/validation.py",),
    "schemathesis": ("contracts/generation/fuzzing.py",),
}

#: Module → what it may import of its own package.
LOW_MODULES = {
    "mockserver.errors": (),
    "mockserver.messages": ("mockserver.errors", "mockserver.record"),
    "mockserver.record": (),
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
        ("contracts/wire/gate.py", "import mockserver"),
        ("contracts/wire/gate.py", "from mockserver import live"),
        ("contracts/wire/gate.py", "def start():\n    from mockserver.app import create_app"),
        ("mockserver/cli.py", "from contracts.consumer import judge"),
        ("mockserver/cli.py", "def serve():\n    import contracts.wire.gate"),
        ("mockserver/console/page.py", "from ...contracts import consumer"),
        ("mockserver/pipeline/order.py", "from flask import Flask"),
        ("mockserver/contract/spec.py", "def judge():\n    import openapi_core.validation"),
        ("contracts/running/engine.py", "import schemathesis"),
        ("mockserver/errors.py", "from mockserver.messages import Request"),
        ("mockserver/messages.py", "from . import clock"),
        ("mockserver/app.py", "from mockserver.cli import main"),
    ],
)
def test_a_forbidden_import_is_found(path: str, source: str) -> None:
    assert len(breaches(Path(path), source)) == 1


@pytest.mark.parametrize(
    "path, source",
    [
        ("contracts/pytest_plugin.py", "def server():\n    from mockserver.live import LiveServer"),
        ("mockserver/cli.py", "def serve():\n    from contracts import consumer"),
        ("mockserver/app.py", "import flask"),
        ("mockserver/console/__init__.py", "from flask import Blueprint"),
        ("mockserver/__main__.py", "from mockserver.cli import main"),
        ("mockserver/config.py", "from .errors import ConfigInvalid"),
    ],
)
def test_an_allowed_import_is_left_alone(path: str, source: str) -> None:
    assert breaches(Path(path), source) == []
