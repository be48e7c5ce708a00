from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from side_by_side.installing import Shelf
from side_by_side.peers.peer import PeerMissing

MakeProgram = Callable[[str, str], None]

#: Stands for npm: makes the package that it is asked for, of the version that stands in it.
NPM = """
for word; do last=$word; done
package=${{last%@*}}
/bin/mkdir -p "$3/node_modules/$package"
echo '{{"version": "{version}"}}' > "$3/node_modules/$package/package.json"
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeProgram:
    """Put programs of our own in front of the path; node and npm of the system are out of sight."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def make(name: str, script: str) -> None:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}")
        path.chmod(0o755)

    return make


def put(modules: Path, package: str, version: str) -> None:
    folder = modules / package
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"version": version}))


def test_npm_installs_into_a_folder_of_its_own_once(tmp_path: Path, program: MakeProgram) -> None:
    program("node", "")
    program("npm", NPM.format(version="1.0"))
    shelf = Shelf(tmp_path / "peers")
    modules = shelf.install("@scope/tool", "1.0")
    assert modules == tmp_path / "peers" / "@scope-tool-1.0" / "node_modules"
    program("npm", "exit 1")
    assert shelf.install("@scope/tool", "1.0") == modules


def test_a_tree_that_holds_the_version_is_used(tmp_path: Path, program: MakeProgram) -> None:
    program("node", "")
    put(tmp_path / "old", "tool", "0.9")
    put(tmp_path / "right", "tool", "1.0")
    shelf = Shelf(tmp_path / "peers", (tmp_path / "old", tmp_path / "right"), may_install=False)
    assert shelf.install("tool", "1.0") == tmp_path / "right"


@pytest.mark.parametrize(
    "programs, may_install, word",
    [
        pytest.param({}, True, "node is not on the path", id="no node"),
        pytest.param({"node": ""}, True, "tool 1.0 is not installed", id="no npm"),
        pytest.param({"node": "", "npm": ""}, False, "run without --quick", id="not allowed"),
        pytest.param({"node": "", "npm": "echo no network >&2; exit 1"}, True, "no network", id="npm fails"),
        pytest.param({"node": "", "npm": NPM.format(version="2.0")}, True, "tool 1.0", id="another version"),
    ],
)
def test_what_cannot_be_installed_is_missing_with_a_word(
    tmp_path: Path, program: MakeProgram, programs: dict[str, str], may_install: bool, word: str
) -> None:
    for name, script in programs.items():
        program(name, script)
    with pytest.raises(PeerMissing, match=word):
        Shelf(tmp_path / "peers", may_install=may_install).install("tool", "1.0")
