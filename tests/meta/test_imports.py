"""Who may import whom."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from meta.sources import PACKAGES, Import, dotted, imports, modules

#: The rooms of each package in layers: a room imports rooms of lower lines only.
LAYERS = {
    "mockserver": (
        "errors timestamps",
        "config dataset",
        "reload scenarios",
        "check state",
        "pipeline",
        "admin campaigns documented http",
        "console",
        "app",
        "factory",
        "live",
        "cli",
    ),
    "contracts": (
        "errors messages",
        "config curl entries request_index verdicts",
        "client events local_mock observations",
        "allowance relations",
        "gate plan",
        "load run",
        "generate",
        "outcome recordings",
        "report",
        "api",
        "mutation",
        "cli",
        "plugin",
        "pytest_plugin",
    ),
}

#: The only ways from one of two packages into the other, each inside a function.
BRIDGES = {"contracts": "mockserver.live", "mockserver": "contracts.client"}

#: Foreign package → the files that may import it.
HOMES = {
    "flask": ("mockserver/app.py", "mockserver/admin/app.py", "mockserver/console/*.py"),
    "openapi_core": ("oas/reference.py",),
    "schemathesis": ("contracts/generate/schemathesis_adapter.py",),
}

_LEVELS = {
    f"{package}.{room}": level
    for package, lines in LAYERS.items()
    for level, line in enumerate(lines)
    for room in line.split()
}


def breaches(path: Path, source: str | None = None) -> list[str]:
    """Describe each import of a file that the design forbids."""
    found = imports(path, source)
    return [
        f"{path}:{item.line}: {reason}" for rule in (crossings, strays, climbs) for item, reason in rule(path, found)
    ]


def crossings(path: Path, found: list[Import]) -> Iterator[tuple[Import, str]]:
    package = path.parts[0]
    for item in found:
        for other in PACKAGES:
            if other in (package, "oas") or not item.is_below(other):
                continue
            bridge = BRIDGES.get(package)
            if bridge is None or not (item.in_function and item.is_below(bridge)):
                yield item, f"{package} may not import {item.module}; the only way is {bridge}, inside a function"


def strays(path: Path, found: list[Import]) -> Iterator[tuple[Import, str]]:
    for item in found:
        for foreign, homes in HOMES.items():
            if item.is_below(foreign) and not any(fnmatch(path.as_posix(), home) for home in homes):
                yield item, f"{foreign} is imported only by {', '.join(homes)}"


def climbs(path: Path, found: list[Import]) -> Iterator[tuple[Import, str]]:
    package, own = path.parts[0], _room(dotted(path))
    if own not in _LEVELS:
        return
    for item in found:
        other = _room(item.module)
        if item.is_below(package) and other != own and _LEVELS.get(other, -1) >= _LEVELS[own]:
            yield item, f"{own} stands below {other}, or beside it, and may not import it"


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def test_modules_import_only_what_the_design_allows() -> None:
    assert [breach for path in modules() for breach in breaches(path)] == []


def test_every_room_has_its_layer() -> None:
    rooms = {_room(dotted(path)) for path in modules("mockserver", "contracts")}
    assert {room for room in rooms if "." in room and not room.endswith("__main__")} == _LEVELS.keys()


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
        ("mockserver/console/page.py", "from ...contracts import client"),
        ("oas/document.py", "def load():\n    from mockserver.live import LiveServer"),
        ("mockserver/pipeline/pipeline.py", "from flask import Flask"),
        ("oas/spec.py", "def judge():\n    import openapi_core.validation"),
        ("contracts/run/engine.py", "import schemathesis"),
        ("mockserver/errors.py", "from mockserver.state.keys import ApiKey"),
        ("mockserver/state/keys.py", "from ..pipeline import stages"),
        ("mockserver/state/keys.py", "def later():\n    from mockserver.pipeline import stages"),
        ("mockserver/campaigns/operations.py", "from mockserver.documented import responder"),
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
        ("contracts/gate/gate.py", "from oas import redaction"),
    ],
)
def test_an_allowed_import_is_left_alone(path: str, source: str) -> None:
    assert breaches(Path(path), source) == []
