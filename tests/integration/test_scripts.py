"""The commands as they are installed: what their script returns to the shell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from meta.sources import pyproject

SCRIPTS: dict[str, str] = pyproject()["project"]["scripts"]
CASES = [
    ("contracts", ["relations"], 0),
    ("contracts", ["run", "--nonsense"], 2),
    ("contracts", ["plan", "--spec", "nowhere.yaml"], 2),
    ("contracts", ["run", "http://127.0.0.1:1/"], 3),
    ("mockserver", ["routes"], 0),
    ("mockserver", ["serve", "--nonsense"], 2),
    ("mockserver", ["check", "--spec", "nowhere.yaml"], 2),
]


@pytest.mark.parametrize("name, arguments, code", CASES, ids=[f"{case[0]}-{case[1][0]}-{case[2]}" for case in CASES])
def test_a_script_returns_the_exit_code_of_its_command(
    name: str, arguments: list[str], code: int, tmp_path: Path
) -> None:
    module, _, function = SCRIPTS[name].partition(":")
    # The same line that installers write into the script.
    line = f"import sys; from {module} import {function}; sys.exit({function}())"
    done = subprocess.run(
        [sys.executable, "-c", line, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
