"""`mockserver check`: nothing is found in what is right, and each planted fault is found in its place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from documents import GONE, changed, compiled, contract, packaged_contract, plain
from mockserver.check import example_findings, findings
from oas import package_data

Write = Callable[[dict[str, Any]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a document into a file."""

    def written(tree: dict[str, Any]) -> Path:
        path = tmp_path / "other.json"
        path.write_text(json.dumps(tree))
        return path

    return written


def test_nothing_is_found_in_what_is_packaged() -> None:
    assert findings() == ()


@pytest.mark.parametrize("make", [contract, packaged_contract, plain])
def test_nothing_is_found_in_another_good_document(write: Write, make: Any) -> None:
    assert findings(write(make())) == ()


FILTERS = "/paths/~1user-campaign-filters/get"
EXAMPLE = f"{FILTERS}/responses/200/content/application~1json/examples/documented/value"


@pytest.mark.parametrize(
    "pointer, value, at",
    [
        ("/info/title", GONE, "/info"),
        (f"{FILTERS}/responses", [], f"{FILTERS}/responses"),
        (f"{FILTERS}/operationId", "createApiKey", "/paths/~1create-api-key/post/operationId"),
        (f"{FILTERS}/responses/200/description", GONE, f"{FILTERS}/responses/200"),
        ("/components/responses/NotFound", GONE, "/paths/~1create-api-key/post/responses/404/$ref"),
        (f"{FILTERS}/x-efect", "read", f"{FILTERS}/x-efect"),
        (f"{FILTERS}/x-effect", "reads", f"{FILTERS}/x-effect"),
        ("/x-rate-limit/windows/0/headers/limit", "X-L", "/x-rate-limit/windows/0/headers/limit"),
        (f"{EXAMPLE}/code", 201, EXAMPLE.removesuffix("/value")),
        (f"{EXAMPLE}/data/organisation/id", "123", EXAMPLE.removesuffix("/value")),
    ],
)
def test_a_planted_fault_is_found_with_file_and_pointer(write: Write, pointer: str, value: Any, at: str) -> None:
    path = write(changed(packaged_contract(), pointer, value))
    found = findings(path)
    assert found
    assert at in [one.pointer for one in found]
    assert {(one.source, one.severity) for one in found} == {(str(path), "error")}
    assert all(str(one).startswith(f"error: {path}:{one.line}#{one.pointer}: ") for one in found)


def test_a_document_that_does_not_load_is_one_finding(tmp_path: Path) -> None:
    (found,) = findings(tmp_path / "nothing.yaml")
    assert (found.severity, found.source) == ("error", str(tmp_path / "nothing.yaml"))


@pytest.mark.parametrize("text", ["{", "{}", '{"code": 200}'])
def test_a_fault_in_a_fixture_file_is_found(tmp_path: Path, text: str) -> None:
    shutil.copy(package_data.openapi(), tmp_path)
    shutil.copytree(package_data.root() / "fixtures", tmp_path / "fixtures")
    (tmp_path / "fixtures/envelopes/getDashboardInfo/200.json").write_text(text)
    found = findings(tmp_path / "openapi.yaml")
    assert found
    assert {one.severity for one in found} == {"error"}


@pytest.mark.parametrize("text, pointer", [("[", ""), ("users: []", ""), (None, "/organisation/id")])
def test_a_fault_in_a_dataset_is_found(tmp_path: Path, text: str | None, pointer: str) -> None:
    path = tmp_path / "dataset.yaml"
    path.write_text(
        text or package_data.default_dataset().read_text("utf-8").replace("id: 123", "id: none", 1), "utf-8"
    )
    found = list(findings(dataset=path))
    assert found
    assert {one.source for one in found} == {str(path)}
    assert found[0].pointer == pointer


SCENARIOS = [
    ("a: b: c\n", ["bad.yaml:1: "]),
    ("description: d\nlimits: {minute: 0, day: 0}\n", ["bad.yaml:2#/limits/minute: ", "bad.yaml:2#/limits/day: "]),
    ("description: d\nlimits:\n  minute: 1\n  hour: 1\n", ["bad.yaml:4#/limits/hour: "]),
    (
        "description: d\ndataset: {file: nowhere.yaml}\nrules:\n  - {operation: a, answers: [{}]}\n"
        "  - answers: [{}, {status: 302}]\n",
        ["bad.yaml:4#/rules/0/operation: ", "bad.yaml:5#/rules/1/answers/1: ", "bad.yaml:2#/dataset/file: "],
    ),
    ("description: d\ndataset: {file: broken.yaml}\n", ["broken.yaml:1: "]),
    ("description: d\ndataset: {file: empty.yaml}\nlimits: {minute: 1}\n", []),
]


@pytest.mark.parametrize("text, places", SCENARIOS, ids=range(len(SCENARIOS)))
def test_every_fault_in_a_scenario_is_found_with_line_and_pointer(tmp_path: Path, text: str, places: list[str]) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "broken.yaml").write_text("[")
    found = [str(one) for one in findings(scenarios=tmp_path)]
    assert len(found) == len(places)
    for place in places:
        assert any(place in line for line in found)


def test_a_folder_of_scenarios_that_is_not_there_is_one_finding(tmp_path: Path) -> None:
    (found,) = findings(scenarios=tmp_path / "nowhere")
    assert found.source == str(tmp_path / "nowhere")


def test_the_packaged_scenarios_are_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.yaml").write_text("rules: []\n")
    monkeypatch.setattr(package_data, "scenarios", lambda: tmp_path)
    (found,) = findings()
    assert found.source.startswith(f"{tmp_path}/bad.yaml")


def test_scenarios_are_held_against_the_document_that_is_checked(write: Write, tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "mine.yaml").write_text("description: d\nrules: [{operation: getCampaignInfo, answers: [{}]}]\n")
    assert findings(scenarios=folder) == ()
    (found,) = findings(write(plain()), scenarios=folder)
    assert found.pointer == "/rules/0/operation"


def answers(**media: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "integer"}, **media}}
    return {"description": "x", "content": content}


@pytest.mark.parametrize(
    "media, places",
    [
        ({"example": 1, "examples": {"a": {"value": 2}}}, []),
        ({"example": "x"}, ["/example"]),
        ({"examples": {"a/b": {"value": "x"}, "c": {"value": 1}}}, ["/examples/a~1b"]),
        ({"examples": {"a": {"externalValue": "x"}}}, []),
        ({"examples": {"a": {"$ref": "#/components/examples/E"}}}, ["/examples/a"]),
    ],
)
def test_examples_of_any_form_are_held_against_their_schema(media: Any, places: list[str]) -> None:
    spec = compiled(plain({"responses": {"200": answers(**media)}}, components={"examples": {"E": {"value": "x"}}}))
    root = "/paths/~1things/get/responses/200/content/application~1json"
    assert [finding.pointer for finding in example_findings(spec)] == [root + place for place in places]


def test_an_example_that_many_operations_share_is_one_finding() -> None:
    tree = plain(
        {"responses": {"400": {"$ref": "#/components/responses/R"}, "404": {"$ref": "#/components/responses/R"}}}
    )
    tree["components"] = {"responses": {"R": answers(example="x")}}
    (found,) = example_findings(compiled(tree))
    assert found.pointer == "/components/responses/R/content/application~1json/example"


def test_examples_of_request_bodies_are_judged_as_requests() -> None:
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"readOnly": True}}}
    content = {"application/json": {"schema": schema, "example": {}}}
    assert list(example_findings(compiled(plain({"requestBody": {"content": content}})))) == []
    assert len(list(example_findings(compiled(plain({"responses": {"200": {"content": content}}}))))) == 1
