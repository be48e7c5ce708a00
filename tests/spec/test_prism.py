"""Prism reads the contract as we do: its answer to a valid request is the envelope in fixtures/."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oas import package_data

PRISM = "@stoplight/prism-cli@5.16.0"
DEADLINE_S = 60
#: Below the time after which a hanging test ends the run.
INSTALL_TIMEOUT_S = 120

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prism_command(folder: Path) -> str:
    """Return Prism's program: the one that NODE_PATH offers, else installed into a folder; skips with a word."""
    offered = Path(os.environ.get("NODE_PATH", "")) / ".bin" / "prism"
    if offered.is_file():
        return str(offered)
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    install = ["npm", "install", "--silent", "--no-save", "--prefix", str(folder), PRISM]
    try:
        done = subprocess.run(install, capture_output=True, timeout=INSTALL_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm could not install Prism within {INSTALL_TIMEOUT_S} s")
    if done.returncode:
        pytest.skip("npm could not install Prism")
    return str(folder / "node_modules" / ".bin" / "prism")


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start Prism; skipped with a word where node or its registry is missing."""
    program = prism_command(tmp_path_factory.mktemp("prism"))
    port = free_port()
    command = [program, "mock", str(package_data.openapi()), "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            base_url = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + DEADLINE_S
            while not answers(base_url):
                assert process.poll() is None, "Prism ended"
                assert time.monotonic() < deadline, "Prism did not answer"
            yield base_url
        finally:
            process.terminate()


def answers(base_url: str) -> bool:
    try:
        ask(base_url + "/user-campaign-filters")
    except OSError:
        return False
    return True


def ask(url: str) -> Any:
    request = urllib.request.Request(url, headers={"Authorization": "any"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


@pytest.mark.parametrize(
    "operation, path",
    [
        ("getUserCampaignFilters", "/user-campaign-filters"),
        ("getDashboardInfo", "/dashboard-info"),
        ("getCampaignInfo", "/campaign-info?limit=10"),
        ("getOptimizedRoutineData", "/optimized_routine_data?linkedin_campaign_routine_id=encrypted_id_string"),
    ],
)
def test_prism_answers_with_the_fixture(prism: str, operation: str, path: str) -> None:
    fixture = Path(package_data.root()) / "fixtures" / "envelopes" / operation / "200.json"
    assert ask(prism + path) == json.loads(fixture.read_text("utf-8"))


def test_prism_refuses_what_the_contract_refuses(prism: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(prism + "/campaign-info?limit=0")
    assert refused.value.code == 400
    refused.value.close()
