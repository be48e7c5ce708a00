"""`openapi.yaml` says what the vendor's reference says: its samples, tables and headings, taken apart one by one."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest

import reference
from oas import package_data
from oas.contract import load
from reference import OPERATIONS, Sample

SPEC = load()
VERBATIM = "c822d5e8c5b5499ae351289749a907920a2cf72a7967aaa96a016d98b33e9999"
SAMPLES = reference.samples()
TAGS = ["Encrypted Identifiers", "API Key Management", "Dashboard Analytics", "Campaign Management"]
TYPES = {"Array": ("array", None), "Date": ("string", "date"), "Integer": ("integer", None), "String": ("string", None)}
ROWS = [
    (operation, row)
    for section, row in reference.rows("Parameter", "Type", "Required")
    for operation in reference.operations_of(section)
]
LISTING = [(operation, row) for operation, row in ROWS if re.search(r"\(\w+, .*\)", row["Description"])]


def answers() -> list[Any]:
    return [pytest.param(sample, id=f"{sample.operation}-{sample.code}") for sample in SAMPLES if sample.code]


def requests() -> list[Any]:
    return [pytest.param(sample, id=sample.operation) for sample in SAMPLES if not sample.code]


def fixture(operation: str, name: str) -> Any:
    return json.loads((package_data.root() / "fixtures/envelopes" / operation / f"{name}.json").read_text("utf-8"))


def fields_of(operation: str) -> dict[str, tuple[Any, bool]]:
    """Return schema and necessity of everything that an operation can be sent, by name."""
    node, resolve = SPEC.by_id[operation].node, SPEC.schemas.resolve
    declared = [resolve(entry) for entry in node.get("parameters", ())]
    found = {entry["name"]: (resolve(entry["schema"]), entry["required"]) for entry in declared}
    body = node.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    schema = resolve(body)
    for name, below in schema.get("properties", {}).items():
        found[name] = (resolve(below), name in schema.get("required", ()))
    return found


def test_the_copy_of_the_reference_is_verbatim() -> None:
    # No formatter may touch it: what is not the vendor's text proves nothing.
    assert hashlib.sha256(reference.COPY.read_bytes()).hexdigest() == VERBATIM


def test_the_copy_of_the_reference_is_taken_apart_whole() -> None:
    assert len(SAMPLES) == reference.COPY.read_text("utf-8").count("```json") == 14
    assert sum(sample.is_complete for sample in SAMPLES) == 11
    assert len(ROWS) == 2 + 2 * 3 + 2 * 10 + 3


def test_five_paths_hold_seven_operations_of_fixed_names() -> None:
    assert {one.id: (one.method, one.path) for one in SPEC.operations} == OPERATIONS
    assert len({path for _, path in OPERATIONS.values()}) == 5
    endpoints = [endpoint for section in reference.sections() for endpoint in section.endpoints]
    assert sorted(endpoints) == sorted(OPERATIONS.values())


def test_tags_are_the_headings_of_the_reference() -> None:
    chapters = {section.chapter: None for section in reference.sections() if section.endpoints}
    assert [tag["name"] for tag in SPEC.document.tree["tags"]] == list(chapters) == TAGS
    for section in reference.sections():
        for operation in reference.operations_of(section):
            node = SPEC.by_id[operation].node
            assert node["tags"] == [section.chapter]
            assert node["summary"].startswith(section.title)


@pytest.mark.parametrize("sample", answers())
def test_a_sample_of_an_answer_fits_its_schema_and_is_its_fixture(sample: Sample) -> None:
    assert sample.code is not None
    judge = SPEC.response_validator(SPEC.by_id[sample.operation], sample.code)
    assert judge is not None
    assert judge.violations(sample.value, "response") == ()
    assert fixture(sample.operation, str(sample.code)) == sample.value


@pytest.mark.parametrize("sample", requests())
def test_a_sample_of_a_request_fits_its_schema_and_is_its_example(sample: Sample) -> None:
    paths = {OPERATIONS[sample.operation][1]}
    (operation,) = (one for one in SPEC.operations if one.path in paths and one.method == "POST")
    assert operation.body_judges["application/json"].violations(sample.value, "body") == ()
    examples = operation.node["requestBody"]["content"]["application/json"]["examples"]
    assert [example["value"] for example in examples.values()] == [sample.value]


@pytest.mark.parametrize("operation, row", ROWS)
def test_a_parameter_of_the_tables_is_declared(operation: str, row: dict[str, str]) -> None:
    schema, is_required = fields_of(operation)[row["Parameter"]]
    assert (schema["type"], schema.get("format")) == TYPES[row["Type"]]
    assert is_required is (row["Required"] == "Yes")
    default = re.search(r"\(default: (\d+)\)", row["Description"])
    assert schema.get("default", -1) == int(default[1]) if default else True


@pytest.mark.parametrize("operation, row", LISTING)
def test_values_that_the_tables_list_are_those_that_are_taken(operation: str, row: dict[str, str]) -> None:
    schema, _ = fields_of(operation)[row["Parameter"]]
    values = set(row["Description"].partition("(")[2].rstrip(")").split(", "))
    assert values - {"etc."} <= set(schema["enum"])
    assert ("etc." in values) is (values != set(schema["enum"]))
    assert "etc." not in values or "x-assumed" in schema


@pytest.mark.parametrize("operation", OPERATIONS)
def test_nothing_can_be_sent_that_the_tables_do_not_have(operation: str) -> None:
    assert set(fields_of(operation)) == {row["Parameter"] for name, row in ROWS if name == operation}


def test_statuses_of_the_table_of_codes_are_documented() -> None:
    statuses = {row["Code"] for _, row in reference.rows("Code", "Description")}
    assert statuses == {"400", "401", "404", "500"}
    for operation in SPEC.operations:
        looks_up = {rule.status for rule in operation.value_rules} | (
            {404} if operation.id == "createApiKey" else set()
        )
        expected = {"200", "429", *statuses} - (set() if 404 in looks_up else {"404"})
        assert set(operation.node["responses"]) == expected


def test_the_headers_of_the_limits_are_on_every_answer() -> None:
    names = {
        row["Header"]
        for section, row in reference.rows("Header", "Description")
        if section.title == "Rate Limit Headers"
    }
    assert len(names) == 4
    for operation in SPEC.operations:
        for status in operation.node["responses"]:
            response = operation.response(int(status))
            assert response is not None
            headers = {name: SPEC.schemas.resolve(header) for name, header in response.node["headers"].items()}
            assert headers.keys() - names == ({"Retry-After"} if status == "429" else set())
            assert all(headers[name]["required"] and headers[name]["schema"]["type"] == "integer" for name in names)


def test_the_headers_of_a_request_are_the_key_and_the_content_type() -> None:
    sent = {row["Key"] for _, row in reference.rows("Key", "Value")} | {
        row["Header"] for _, row in reference.rows("Header", "Value")
    }
    assert sent == {"Authorization", "Content-Type"}
    assert [[scheme["name"] for scheme in one] for one in SPEC.by_id["createApiKey"].security] == [["Authorization"]]
    assert {len(operation.security) for operation in SPEC.operations} == {1}


def test_limits_and_base_url_are_those_of_the_text() -> None:
    text = reference.COPY.read_text("utf-8")
    said = re.search(r"maximum of `([\d,]+)` requests per minute and `([\d,]+)` requests per day", text)
    assert said is not None
    assert [window.limit for window in SPEC.windows] == [int(figure.replace(",", "")) for figure in said.groups()]
    assert [(window.name, window.seconds) for window in SPEC.windows] == [("minute", 60), ("day", 86_400)]
    assert f"**Base URL:** `{SPEC.document.tree['servers'][0]['url']}`" in text
    assert f"**Version:** {SPEC.document.tree['info']['version']} " in text
