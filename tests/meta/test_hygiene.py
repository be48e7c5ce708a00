"""What tracked files never say, and how modules are never called."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from meta.sources import ROOT, modules, tracked_files

#: Folders of one machine and hosts of package registries; put together here, so that this file may be tracked too.
PLACES = re.compile(
    "|".join(
        [
            r"(?<![\w./-])/(?:work|opt|tmp|root|home)" + r"/\w",
            r"registry\.npm" + r"js\.org",
            r"\bpy" + r"pi\.org",
            r"files\.python" + r"hosted\.org",
            r"registry\.yarn" + r"pkg\.com",
        ]
    )
)
NAMELESS = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}


def places(text: str) -> list[str]:
    """List what in a text would be true on one machine only."""
    return PLACES.findall(text)


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Name each public definition of a module, and the module itself, that has no docstring."""
    pending: list[tuple[str, ast.AST]] = [("the module", tree)]
    while pending:
        name, node = pending.pop()
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if ast.get_docstring(node) is None:
            yield name
        if isinstance(node, ast.Module | ast.ClassDef):
            named = [(getattr(item, "name", "_"), item) for item in node.body]
            pending += [(name, item) for name, item in named if not name.startswith("_")]


def test_tracked_files_name_no_place_of_one_machine() -> None:
    texts = {path: (ROOT / path).read_text(encoding="utf-8", errors="replace") for path in tracked_files()}
    found = {str(path): places(text) for path, text in texts.items() if places(text)}
    assert found == {}


@pytest.mark.parametrize("text", ["see /wo" + "rk/notes", "open('/tm" + "p/x')", "https://py" + "pi.org/simple"])
def test_a_place_of_one_machine_is_found(text: str) -> None:
    assert places(text)


@pytest.mark.parametrize("text", ["/social_app/api/v1/third_party", "./tmp/x", "network/opt/in", "paths: /work"])
def test_a_path_of_the_product_is_no_such_place(text: str) -> None:
    assert not places(text)


def test_a_module_is_named_after_what_it_holds() -> None:
    names = [path for path in tracked_files() if path.suffix == ".py"]
    assert [str(path) for path in names if NAMELESS & {path.stem, *path.parts[:-1]}] == []


def test_every_public_name_has_a_docstring() -> None:
    trees = {str(path): ast.parse((ROOT / path).read_text(encoding="utf-8")) for path in modules()}
    missing = {path: list(undocumented(tree)) for path, tree in trees.items()}
    assert {path: names for path, names in missing.items() if names} == {}


def test_a_missing_docstring_is_found_at_every_level() -> None:
    tree = ast.parse("class Shown:\n    def method(self): ...\n    def _own(self): ...\ndef function(): ...")
    assert sorted(undocumented(tree)) == ["Shown", "function", "method", "the module"]
