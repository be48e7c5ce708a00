"""What the plugin costs a project that does not use it: nothing but the standard library and pytest, and no file."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

#: Says which modules came with the plugin, and how long its import took, in a process that had pytest already.
PROBE = """
import json, sys, time
import pytest, _pytest.pytester
before = set(sys.modules)
started = time.perf_counter()
import contracts.pytest_plugin
took_s = time.perf_counter() - started
print(json.dumps([sorted(set(sys.modules) - before), took_s]))
"""


def probe() -> tuple[list[str], float]:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    modules, took_s = json.loads(done.stdout)
    return modules, took_s


def test_loading_the_plugin_imports_the_standard_library_and_pytest_alone() -> None:
    modules, _ = probe()
    own = {"contracts", "contracts.pytest_plugin", "oas", "oas.deprecated"}
    strange = {name for name in modules if name.partition(".")[0] not in sys.stdlib_module_names} - own
    assert strange == set()
    assert own <= set(modules)


def test_loading_the_plugin_takes_less_than_10_ms() -> None:
    assert min(probe()[1] for _ in range(5)) < 0.010


#: Plugins that are not under test and bring modules of their own.
SPARED = [item for name in ("schemathesis", "hypothesispytest", "cacheprovider") for item in ("-p", f"no:{name}")]

STRANGER = """
import sys

def test_nothing_came_along(request):
    ours = {name for name in sys.modules if name.split(".")[0] in ("contracts", "mockserver")}
    assert ours == {"contracts", "contracts.pytest_plugin"}
    assert not {"flask", "werkzeug", "yaml", "jsonschema_rs"} & sys.modules.keys()
    assert not [name for name in request.fixturenames if "api" in name]
"""

USER = """
import urllib.request

def test_it_is_used(mock_api):
    request = urllib.request.Request(mock_api.base_url + "/user-campaign-filters", headers=mock_api.headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200
"""


@pytest.mark.slow
@pytest.mark.parametrize("project", [STRANGER, USER], ids=["stranger", "user"])
def test_a_project_is_left_as_it_was(pytester: pytest.Pytester, project: str) -> None:
    folder = pytester.mkdir("project")
    (folder / "test_project.py").write_text(project, encoding="utf-8")
    pytester.runpytest_subprocess(*SPARED, "--rootdir", str(folder), str(folder)).assert_outcomes(passed=1)
    assert {path.name for path in folder.rglob("*") if "__pycache__" not in path.parts} == {"test_project.py"}
