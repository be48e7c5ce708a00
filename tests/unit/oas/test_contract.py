"""The document as the pipeline asks it: operations of a path, answers, rules and limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from documents import changed, compiled, contract, packaged_contract, plain
from mockserver.errors import FixtureInvalid, SpecInvalid
from oas.contract import PLAIN_RULES, Contract, load


def with_paths(*templates: str) -> Contract:
    node = {"responses": {"200": {"description": "x"}}}
    return compiled({**plain(), "paths": {template: {"get": dict(node)} for template in templates}})


def found_at(spec: Contract, path: str) -> tuple[str, dict[str, str]] | None:
    found = spec.find(path)
    return None if found is None else (found["GET"].target.path, dict(found["GET"].variables))


@pytest.mark.parametrize(
    "path, expected",
    [
        ("/a", ("/a", {})),
        ("/a/1", ("/a/{x}", {"x": "1"})),
        ("/a/b", ("/a/b", {})),
        ("/a/é ü", ("/a/{x}", {"x": "é ü"})),
        ("/a/1/c", ("/a/{x}/c", {"x": "1"})),
        ("/q/1/c", ("/{y}/{x}/c", {"y": "q", "x": "1"})),
        ("/f/1.json", ("/f/{x}.json", {"x": "1"})),
        ("/f/1.xml", ("/f/{x}", {"x": "1.xml"})),
        ("/f/1x+", ("/f/{x}", {"x": "1x+"})),
        ("/a/", None),
        ("/a//c", None),
        ("//a", None),
        ("/", None),
        ("", None),
        ("/A", None),
        ("/a/1\n", ("/a/{x}", {"x": "1\n"})),
    ],
)
def test_literal_paths_win_over_variables(path: str, expected: Any) -> None:
    spec = with_paths("/{y}/{x}/c", "/a/{x}", "/a", "/a/b", "/a/{x}/c", "/f/{x}", "/f/{x}.json")
    assert found_at(spec, path) == expected


def test_methods_of_a_template_are_found_together() -> None:
    tree = plain(path="/a/{x}")
    tree["paths"]["/a/{x}"]["put"] = {"responses": {}}
    found = compiled(tree).find("/a/1")
    assert found is not None
    assert list(found) == ["GET", "PUT"]


def test_templates_that_differ_in_the_names_of_variables_are_one() -> None:
    tree = plain(path="/groups/{id}")
    tree["paths"]["/groups/{name}"] = {"delete": {"responses": {}}}
    tree["paths"]["/groups/own"] = {"put": {"responses": {}}}
    made = compiled(tree)
    found = made.find("/groups/a")
    assert found is not None
    assert {name: dict(match.variables) for name, match in found.items()} == {
        "GET": {"id": "a"},
        "DELETE": {"name": "a"},
    }
    own = made.find("/groups/own")
    assert own is not None
    assert {name: match.target.path for name, match in own.items()} == {
        "PUT": "/groups/own",
        "GET": "/groups/{id}",
        "DELETE": "/groups/{name}",
    }


def test_operations_are_known_by_method_and_template() -> None:
    spec = compiled(packaged_contract())
    assert len(spec.operations) == len(spec.operation_at) == 7
    assert spec.operation_at["POST", "/campaign-info"].id == "postCampaignInfo"


def test_an_operation_id_is_given_once() -> None:
    tree = plain({"operationId": "a"})
    tree["paths"]["/other"] = {"get": {"operationId": "a", "responses": {}}}
    made = compiled(tree)
    (finding,) = made.findings
    assert (finding.severity, finding.pointer) == ("error", "/paths/~1other/get/operationId")
    assert [operation.id for operation in made.operations] == ["a", "a (GET /other)"]


RESPONSES = {
    "200": {"description": "own", "content": {"text/plain": {}, "application/hal+json": {"schema": {"type": "array"}}}},
    "4XX": {"description": "range", "content": {"application/json": {}}},
    "default": {"$ref": "#/components/responses/D"},
}
ANSWERS = plain({"responses": RESPONSES}, components={"responses": {"D": {"description": "rest", "content": {}}}})


@pytest.mark.parametrize("status, description", [(200, "own"), (404, "range"), (201, "rest"), (500, "rest")])
def test_an_answer_is_its_own_that_of_its_range_or_the_default(status: int, description: str) -> None:
    spec = compiled(ANSWERS)
    response = spec.by_id["GET /things"].response(status)
    assert response is not None
    assert response.node["description"] == description


@pytest.mark.parametrize("status, is_judged", [(200, True), (404, False), (500, False)])
def test_an_answer_is_judged_where_its_json_has_a_schema(status: int, is_judged: bool) -> None:
    spec = compiled(ANSWERS)
    judge = spec.response_validator(spec.by_id["GET /things"], status)
    assert (judge is not None) is is_judged
    assert judge is None or (judge.is_valid([]) and not judge.is_valid({}))


def test_an_answer_that_is_not_documented_has_no_judge() -> None:
    spec = compiled(plain())
    assert spec.response_validator(spec.by_id["GET /things"], 404) is None


@pytest.mark.parametrize(
    "response, expected",
    [
        ({}, None),
        ({"content": None}, None),
        ({"content": {"text/html": {"a": 1}}}, None),
        ({"content": {"text/html": {}, "application/json": {"a": 1}, "x/y+json": {"a": 2}}}, {"a": 1}),
    ],
)
def test_the_first_json_of_an_answer_counts(response: Any, expected: Any) -> None:
    found = compiled(plain({"responses": {"200": response}})).operations[0].response(200)
    assert found is not None
    assert found.media == expected


def test_a_contract_brings_rules_and_limits_of_its_own() -> None:
    spec = compiled(contract())
    assert (spec.uses_vocabulary, spec.base_path) == (True, "/v1")
    assert [(window.name, window.seconds, window.limit) for window in spec.windows] == [("hour", 3600, 9)]
    assert spec.limit_figures == {"hour": {"limit": ("most",), "remaining": ("info", "left")}}
    assert spec.limit_refusal.error_code == "TOO_MANY"
    assert spec.rules["unauthenticated"].error_code == "NO_KEY"
    assert spec.rules["internal-error"] is PLAIN_RULES["internal-error"]


def test_another_document_has_the_plain_rules_and_no_limit() -> None:
    spec = compiled(changed(plain(), "/x-logo", {}))
    assert (spec.uses_vocabulary, spec.windows, spec.limit_figures) == (False, (), {})
    assert spec.rules == PLAIN_RULES


def test_the_first_rule_of_a_condition_counts() -> None:
    tree = contract()
    spec = compiled(changed(tree, "/x-error/1", {**tree["x-error"][0], "error_code": "LATER"}))
    assert spec.rules["unauthenticated"].error_code == "NO_KEY"
    assert spec.by_id["countThings"].conditions["unauthenticated"].error_code == "NO_KEY"


def test_the_packaged_contract_is_loaded_by_default() -> None:
    spec = load()
    assert spec.base_path == "/social_app/api/v1/third_party"
    assert [(window.name, window.limit) for window in spec.windows] == [("minute", 100), ("day", 5000)]


def test_a_document_is_loaded_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text("openapi: 3.0.3\ninfo: {}\npaths: {/a: {get: {responses: {200: {description: x}}}}}")
    spec = load(path)
    response = spec.by_id["GET /a"].response(200)
    assert response is not None
    assert response.node == {"description": "x"}


def test_a_document_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises((SpecInvalid, FixtureInvalid), match="cannot be read"):
        load(tmp_path / "nothing.yaml")
