"""Documents as they are met, one oddity each: both commands read each in the same, right way."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from contracts import api
from contracts.cli.commands import main as contracts_main
from contracts.config import Config as RunConfig
from mockserver.app import create_app
from mockserver.cli.commands import main as mockserver_main
from mockserver.config import Config
from mockserver.errors import SpecInvalid
from mockserver.live import LiveServer
from oas.contract import Contract, load

CASES = Path(__file__).resolve().parents[1] / "cases"
BIG = 115792089237316195423570985008687907853269984665640564039457584007913129639935
ANY = object()


@cache
def contract(name: str) -> Contract:
    made = load(CASES / f"{name}.yaml")
    made.compile()
    return made


@cache
def client(name: str) -> Client:
    return create_app(Config(spec=CASES / f"{name}.yaml")).test_client()


def ask(name: str, method: str, target: str, body: str | None) -> tuple[int, Any, str]:
    """Return status, body and `X-Mock-Violations` of a request."""
    answer = client(name).open(target, method=method, data=body, content_type="application/json" if body else None)
    text = answer.get_data(as_text=True)
    found = json.loads(text) if text.startswith(("{", "[", '"', "1")) else text
    return answer.status_code, found, answer.headers.get("X-Mock-Violations", "")


@pytest.mark.parametrize(
    "name, method, target, body, status, answer",
    [
        ("bom", "GET", "/a", None, 200, ""),
        ("version-number", "GET", "/a", None, 200, ""),
        ("merge", "GET", "/a", None, 200, ""),
        ("merge", "GET", "/b", None, 200, ""),
        ("merge", "GET", "/c?d=2025-01-01", None, 200, ""),
        ("norway", "GET", "/a", None, 200, {"country": "NO", "on": "on", "y": 1}),
        ("nullable-30", "GET", "/a", None, 200, {"x": None, "y": 1}),
        ("anchor", "GET", "/p", None, 200, ANY),
        ("multi", "GET", "/a", None, 200, ANY),
        ("paths-in-components", "GET", "/a", None, 200, 1),
        ("paths-in-components", "GET", "/b", None, 200, 1),
        ("paths-in-components", "POST", "/b", None, 201, ""),
        ("openapi-32", "QUERY", "/s", '{"q": 1}', 200, {"hit": 1}),
        ("openapi-32", "QUERY", "/s", "{}", 400, ANY),
        ("openapi-32", "COPY", "/s", None, 204, ""),
        ("servers-noscheme", "GET", "/a", None, 200, ""),
        ("servers-noscheme", "GET", "/v1/a", None, 200, ""),
        ("servers-relative", "GET", "/a", None, 200, ""),
        ("servers-relative", "GET", "/v1/a", None, 200, ""),
        ("same-path-two-names", "GET", "/groups/a", None, 200, ANY),
        ("same-path-two-names", "DELETE", "/groups/a", None, 204, ""),
        ("big", "GET", "/ex", None, 200, {"wei": BIG}),
        ("big", "GET", "/sc", None, 200, ANY),
        ("big", "GET", "/u64", None, 200, 18446744073709551615),
        ("big", "GET", "/nan", None, 200, ANY),
        ("big", "POST", "/body", f'{{"n": {BIG}}}', 200, ""),
        ("big", "POST", "/body", '{"n": 1.5}', 400, ANY),
        ("pattern-p-31", "GET", "/u?q=%C3%A4", None, 200, ""),
        ("pattern-p-31", "GET", "/u?q=1", None, 400, ANY),
        ("pattern-p-30", "POST", "/u", '"äöü"', 200, ANY),
        ("pattern-p-30", "POST", "/u", '"1"', 400, ANY),
        ("named-group", "GET", "/u?a=2025-01", None, 200, ""),
        ("named-group", "GET", "/u?a=2025-00", None, 400, ANY),
        ("named-group", "GET", "/u?b=%E4%B8%AD", None, 200, ""),
        ("named-group", "GET", "/u?b=a", None, 400, ANY),
        ("named-group", "GET", "/u?c=a%2F", None, 200, ""),
        ("schema31", "POST", "/a", '{"kind": "x", "n": 1}', 200, ANY),
        ("schema31", "POST", "/a", '{"kind": "x"}', 400, ANY),
        ("schema31", "POST", "/a", '{"kind": "y", "n": 1}', 400, ANY),
        ("schema31", "POST", "/a", '{"kind": "y", "credit": 1}', 400, ANY),
        ("schema31", "POST", "/a", '{"kind": "y", "credit": 1, "bill": "b", "base": "q"}', 200, ANY),
        ("schema31", "POST", "/a", '{"kind": "y", "zzz": 1}', 400, ANY),
        ("second-example", "GET", "/a", None, 200, ANY),
    ],
)
def test_the_mock_answers_what_the_document_says(
    name: str, method: str, target: str, body: str | None, status: int, answer: Any
) -> None:
    found = ask(name, method, target, body)
    assert found[0] == status
    assert answer is ANY or found[1] == answer


@pytest.mark.parametrize(
    "name, method, target, body, pointer",
    [
        ("one-bad-schema", "POST", "/bad", '{"lr": 1}', "/paths/~1bad/post/requestBody"),
        ("missing-scheme", "GET", "/b", None, "/paths/~1b/get/security"),
        ("default-mismatch", "GET", "/a?full=true", None, "/paths/~1a/get/parameters/0/schema/default"),
        ("foreign-x", "GET", "/a", None, "/x-rate-limit"),
    ],
)
def test_what_cannot_be_judged_is_taken_and_named(
    name: str, method: str, target: str, body: str | None, pointer: str
) -> None:
    status, _, violations = ask(name, method, target, body)
    assert status == 200
    assert any(finding.pointer.startswith(pointer) for finding in contract(name).findings)
    if name != "foreign-x":  # whose extensions nobody here would have judged
        assert [one["severity"] for one in json.loads(violations)] == ["warning"]
    with pytest.raises(SpecInvalid, match="--strict"):
        create_app(Config(spec=CASES / f"{name}.yaml", strict=True))


def test_what_is_right_beside_a_bad_schema_has_no_warning() -> None:
    assert ask("one-bad-schema", "GET", "/good", None) == (200, "", "")


#: `openapi-32` answers lines of JSON, which the runner does not ask for yet.
NAMES = sorted(path.stem for path in CASES.glob("*.yaml") if path.stem not in ("part", "openapi-32"))


@pytest.mark.parametrize("name", NAMES)
def test_the_runner_blames_no_answer_of_the_mock(name: str) -> None:
    spec = CASES / f"{name}.yaml"
    with LiveServer(Config(spec=spec, check_answers=True), in_process=True) as server:
        report = api.run(RunConfig(base_url=server.base_url, spec=spec, phases=("relations",)))
    assert report.violations == ()
    # Both say the same of each answer: the mock judged it before it left, the runner when it came.
    operations = {operation.id: operation for operation in contract(name).operations}
    for exchange in report.exchanges:
        operation = operations.get(exchange.request.operation_id)
        response = operation.response(exchange.answer.status) if operation and exchange.answer else None
        if response is not None and exchange.answer is not None and response.media is not None:
            assert response.validate(exchange.answer.json) == []


@pytest.mark.parametrize(
    "name, body",
    [
        ("norway", {"country": False, "on": "on"}),
        ("nullable-30", {"x": None, "y": 0}),
        ("anchor", {"items": [{"id": "x"}]}),
    ],
)
def test_a_wrong_answer_is_blamed(name: str, body: Any) -> None:
    (response,) = contract(name).operations[0].all_responses
    assert response.validate(body)


def test_a_file_that_is_not_a_document_says_so_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        mockserver_main(["serve", "--spec", str(CASES / "part.yaml")])
    assert ended.value.code == 2
    assert "not an OpenAPI 3 document" in capsys.readouterr().err


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket on loopback that nobody should connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


SPY = """
openapi: 3.1.0
info: {{title: t, version: '1'}}
servers: [{{url: '{url}'}}]
paths:
  /a:
    get:
      operationId: a
      parameters: [{{name: q, in: query, schema: {{$ref: '{url}/q'}}}}]
      responses:
        200: {{description: ok, content: {{application/json: {{schema: {{$ref: '{url}/schema'}}}}}}}}
  /b: {{$ref: '{url}/path'}}
components: {{schemas: {{A: {{$id: '{url}/id', $schema: '{url}/meta', $ref: other}}}}}}
"""
COMMANDS = [
    (mockserver_main, ["check", "--spec", "SPEC"]),
    (mockserver_main, ["check", "--spec", "SPEC", "--reference"]),
    (mockserver_main, ["routes", "--spec", "SPEC"]),
    (mockserver_main, ["serve", "--spec", "SPEC", "--strict"]),
    (contracts_main, ["relations", "--spec", "SPEC"]),
    (contracts_main, ["plan", "--spec", "SPEC"]),
    (contracts_main, ["generate", "--spec", "SPEC", "--out", "OUT", "--requests", "5"]),
]


@pytest.mark.parametrize("command, arguments", COMMANDS, ids=[" ".join(found) for _, found in COMMANDS])
def test_no_command_asks_the_network_for_a_reference(
    command: Any, arguments: list[str], listener: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    for variable in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(variable, url)
    spec = tmp_path / "spy.yaml"
    spec.write_text(SPY.format(url=url))
    places = {"SPEC": str(spec), "OUT": str(tmp_path / "out")}
    with contextlib.suppress(SystemExit):
        command([places.get(argument, argument) for argument in arguments])
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_serving_and_judging_ask_nobody_either(listener: socket.socket, tmp_path: Path) -> None:
    spec = tmp_path / "spy.yaml"
    spec.write_text(SPY.format(url=f"http://127.0.0.1:{listener.getsockname()[1]}"))
    with LiveServer(Config(spec=spec, check_answers=True), in_process=True) as server:
        report = api.run(RunConfig(base_url=server.base_url, spec=spec))
    assert report.exchanges
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_reference_reads_below_the_folder_of_the_document_only(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("A: {const: hidden-text}\n")
    folder = tmp_path / "api"
    folder.mkdir()
    shutil.copy(CASES / "multi.yaml", folder / "multi.yaml")
    text = (folder / "multi.yaml").read_text()
    (folder / "multi.yaml").write_text(text.replace("part.yaml#/Thing", "../secret.yaml#/A"))
    made = load(folder / "multi.yaml")
    (finding,) = made.findings
    assert (finding.severity, finding.line) == ("error", 4)
    assert "hidden-text" not in json.dumps(made.tree)
