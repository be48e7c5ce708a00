"""Every request sample of the reference, run as the real program it is, with only the host changed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from mockserver.config import Config
from mockserver.live.server import LiveServer
from oas import package_data
from oas.contract import Contract, load

REFERENCE = (Path(__file__).parents[1] / "data" / "api-reference.md").read_text("utf-8")
VENDOR = "https://dev-api.konnector.ai/social_app/api/v1/third_party"


@dataclass(frozen=True)
class Sample:
    """One documented request."""

    operation: str
    method: str
    path: str
    query: str = ""
    body: str = ""


def bodies() -> dict[str, str]:
    """Return the JSON request bodies of the reference by the heading above them."""
    blocks = re.findall(r"```json\n(\{.*?\})\n```", REFERENCE, re.DOTALL)
    requests = [block for block in blocks if '"code"' not in block]
    assert len(requests) == 3
    return dict(zip(("createApiKey", "postDashboardInfo", "postCampaignInfo"), requests, strict=True))


BODIES = bodies()
SAMPLES = [
    Sample("getUserCampaignFilters", "GET", "/user-campaign-filters"),
    Sample("createApiKey", "POST", "/create-api-key", body=BODIES["createApiKey"]),
    Sample("getDashboardInfo", "GET", "/dashboard-info"),
    Sample("postDashboardInfo", "POST", "/dashboard-info", body=BODIES["postDashboardInfo"]),
    Sample("getCampaignInfo", "GET", "/campaign-info", urlencode({"campaign_status": "active", "limit": 10})),
    Sample("postCampaignInfo", "POST", "/campaign-info", body=BODIES["postCampaignInfo"]),
    Sample(
        "getOptimizedRoutineData", "GET", "/optimized_routine_data", "linkedin_campaign_routine_id=encrypted_id_string"
    ),
]


def code_of(heading: str, language: str) -> str:
    """Return the code sample under a heading of the reference."""
    found = re.search(rf"#### {re.escape(heading)}\n+```{language}\n(.*?)```", REFERENCE, re.DOTALL)
    assert found, f"the reference has no sample {heading}"
    return found[1]


def curl(sample: Sample, url: str) -> list[str]:
    """The cURL sample as a shell command."""
    text = code_of("cURL", "bash").replace(f"{VENDOR}/dashboard-info", url)
    extra = f" \\\n--request {sample.method}" + (f" \\\n--data '{sample.body}'" if sample.body else "")
    return ["sh", "-c", text.rstrip() + extra + " --silent --show-error"]


def fetch(sample: Sample, url: str) -> list[str]:
    """The fetch sample; its only change is that the body is printed as JSON."""
    text = code_of("JavaScript (Fetch)", "javascript").replace(f"{VENDOR}/dashboard-info", url)
    text = text.replace("console.log(result)", "console.log(JSON.stringify(result))")
    return ["node", "-e", with_method(text, sample, "method: 'GET'", "method: '{}'", "body: JSON.stringify({}),")]


def axios(sample: Sample, url: str) -> list[str]:
    """The axios sample."""
    text = code_of("NodeJs (Axios)", "javascript").replace(f"{VENDOR}/dashboard-info", url)
    return ["node", "-e", with_method(text, sample, "method: 'get'", "method: '{}'", "data: {},")]


def requests(sample: Sample, url: str) -> list[str]:
    """The Python sample."""
    text = code_of("Python (Requests)", "python").replace(f"{VENDOR}/dashboard-info", url)
    text = text.replace('"GET", url,', f'"{sample.method}", url, data={sample.body or None!r},')
    return [sys.executable, "-c", text]


def php(sample: Sample, url: str) -> list[str]:
    """The PHP sample."""
    text = code_of("PHP (cURL)", "php").replace(f"{VENDOR}/dashboard-info", url)
    text = text.removeprefix("<?php\n").replace(
        "CURLOPT_CUSTOMREQUEST => 'GET'", f"CURLOPT_CUSTOMREQUEST => '{sample.method}'"
    )
    if sample.body:
        text = text.replace("CURLOPT_HTTPHEADER", f"CURLOPT_POSTFIELDS => '{sample.body}',\n  CURLOPT_HTTPHEADER", 1)
    return ["php", "-r", text]


def with_method(text: str, sample: Sample, method: str, new_method: str, body: str) -> str:
    """Put method and body into a JavaScript sample."""
    line = new_method.format(sample.method) + (", " + body.format(sample.body).rstrip(",") if sample.body else "")
    assert method in text
    return text.replace(method, line)


PROGRAMS: dict[str, tuple[Callable[[Sample, str], list[str]], list[str]]] = {
    "curl": (curl, ["curl", "--version"]),
    "fetch": (fetch, ["node", "-e", "fetch"]),
    "axios": (axios, ["node", "-e", "require('axios')"]),
    "requests": (requests, [sys.executable, "-c", "import requests"]),
    "php": (php, ["php", "-r", "curl_version();"]),
}


@cache
def is_there(program: str) -> bool:
    """Whether a program and its library can be run here."""
    probe = PROGRAMS[program][1]
    return (
        shutil.which(probe[0]) is not None and subprocess.run(probe, capture_output=True, check=False).returncode == 0
    )


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    """The default server, as a newcomer starts it, judging its own answers."""
    with LiveServer(Config(check_answers=True)) as running:
        yield running


@pytest.fixture(scope="module")
def spec() -> Contract:
    """The contract."""
    return load(package_data.openapi())


def run(command: list[str]) -> Any:
    """Run a program and read the JSON that it prints."""
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(result.stdout)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.operation)
def test_the_sample_gets_the_documented_answer(
    program: str, sample: Sample, server: LiveServer, spec: Contract
) -> None:
    build = PROGRAMS[program][0]
    if not is_there(program):
        pytest.skip(f"{program} is not installed")
    url = server.base_url + sample.path + (f"?{sample.query}" if sample.query else "")
    body = run(build(sample, url))
    assert body["code"] == 200
    judge = spec.response_validator(spec.by_id[sample.operation], 200)
    assert judge is not None
    assert judge.violations(body, "response") == ()


def test_the_key_test_of_the_reference_runs_with_only_the_host_changed(server: LiveServer) -> None:
    if not is_there("curl"):
        pytest.skip("curl is not installed")
    found = re.search(r"### Test your API key.*?```bash\n(.*?)```", REFERENCE, re.DOTALL)
    assert found
    command = (
        found[1].replace(VENDOR, server.base_url).rstrip() + " --silent --output /dev/null --write-out '%{http_code}'"
    )
    assert subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout == "200"


def test_sample_requests_with_a_range_in_may_2025_find_data(server: LiveServer) -> None:
    sample = SAMPLES[5]
    if not is_there("curl"):
        pytest.skip("curl is not installed")
    body = run(curl(sample, server.base_url + sample.path))
    assert body["data"]["campaign_info"], "the sample request finds no routine"
    assert body["data"]["filters_applied"] == {
        name: value for name, value in json.loads(sample.body).items() if name not in ("limit", "offset")
    }
