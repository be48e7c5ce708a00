"""What `openapi.yaml` promises of itself: typed, required, linked, exemplified, and right in the eyes of others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import reference
from oas import package_data
from oas.contract import load
from oas.pointers import find, lookup
from oas.reference import document_errors
from oas.schemas import Direction
from property.invariants import breaches
from tables import failures

SPEC = load()
TREE = SPEC.document.tree
resolve = SPEC.schemas.resolve
#: The samples that leave arrays as comments or contradict themselves, by name.
EXEMPT = {"getDashboardInfo", "getCampaignInfo", "getOptimizedRoutineData"}


def media_of(operation: str, status: int) -> Mapping[str, Any]:
    response = SPEC.by_id[operation].response(status)
    assert response is not None
    found: Mapping[str, Any] = response.content["application/json"]
    return found


def schemas_below(schema: Any, place: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """Yield every schema that an answer can reach, as it stands, once."""
    if id(schema) in seen:
        return
    seen.add(id(schema))
    yield place, schema
    schema = resolve(schema)
    for name, below in schema.get("properties", {}).items():
        yield from schemas_below(below, f"{place}/{name}", seen)
    if "items" in schema:
        yield from schemas_below(schema["items"], f"{place}/*", seen)


SUCCESSES = [
    (place, schema)
    for operation in SPEC.by_id
    for place, schema in schemas_below(media_of(operation, 200)["schema"], operation, set())
]
EXAMPLES = [
    (operation, status, name)
    for operation in SPEC.by_id
    for status in SPEC.by_id[operation].node["responses"]
    for name in media_of(operation, int(status))["examples"]
]


def test_openapi_spec_validator_finds_nothing() -> None:
    assert document_errors(SPEC.document) == []


def test_a_success_is_typed_and_open_and_every_member_required() -> None:
    assert failures(SUCCESSES, lambda success: hold_open(success[1]), lambda success: success[0]) == {}


def hold_open(schema: Any) -> None:
    found = resolve(schema)
    assert "type" in found
    assert "additionalProperties" not in found
    if found is not TREE["components"]["schemas"]["FiltersApplied"]:
        assert sorted(found.get("required", ())) == sorted(found.get("properties", ()))


@pytest.mark.parametrize("name", TREE["components"]["parameters"])
def test_a_parameter_is_typed_and_described(name: str) -> None:
    parameter = TREE["components"]["parameters"][name]
    assert parameter["description"]
    assert "type" in resolve(parameter["schema"])


def test_null_is_allowed_where_a_sample_has_it_or_a_reason_is_given() -> None:
    bare = {
        place
        for operation in SPEC.by_id
        for place, schema in schemas_below(media_of(operation, 200)["schema"], operation, set())
        if "null" in resolve(schema)["type"] and "x-assumed" not in {*schema, *resolve(schema)}
    }
    assert bare == {
        f"{operation}/data/pagination/prev_page_url" for operation in ("getCampaignInfo", "postCampaignInfo")
    }
    sample = next(one for one in reference.samples() if one.operation == "getCampaignInfo" and one.code == 200)
    assert lookup(sample.value, "/data/pagination/prev_page_url") is None


def test_an_example_fits_its_schema() -> None:
    assert failures(EXAMPLES, lambda example: hold_schema(*example)) == {}


def hold_schema(operation: str, status: str, name: str) -> None:
    judge = SPEC.response_validator(SPEC.by_id[operation], int(status))
    assert judge is not None
    assert judge.violations(media_of(operation, int(status))["examples"][name]["value"], "response") == ()


def test_an_example_obeys_the_invariants_unless_it_is_exempt() -> None:
    assert failures(EXAMPLES, lambda example: hold_invariants(*example)) == {}


def hold_invariants(operation: str, status: str, name: str) -> None:
    media = media_of(operation, int(status))
    example, schema = media["examples"][name], resolve(media["schema"])
    is_exempt = "exempt from x-invariants" in example.get("x-assumed", "")
    assert is_exempt is (status == "200" and SPEC.by_id[operation].canonical_id in EXEMPT)
    broken = [
        found for part in (schema, *schema.get("allOf", ())) for found in breaches(TREE, part, example["value"], {})
    ]
    # An exemption that is not needed is taken away.
    assert bool(broken) is is_exempt, broken


def test_fixtures_and_examples_of_answers_are_the_same() -> None:
    named = set(re.findall(r"\$ref: (fixtures/envelopes/[^}\s]+)", SPEC.document.text))
    there = {
        path.relative_to(package_data.root()).as_posix()
        for path in (package_data.root() / "fixtures/envelopes").rglob("*.*")
    }
    assert named == there
    for name in there:
        operation, status = re.fullmatch(r"fixtures/envelopes/(\w+)/(\d+)(?:\.\w+)?\.json", name).groups()  # type: ignore[union-attr]
        assert status in SPEC.by_id[operation].node["responses"]


def test_examples_of_requests_stand_in_the_document() -> None:
    bodies = [one.node["requestBody"] for one in SPEC.operations if one.method == "POST"]
    for body in bodies:
        assert all(find(TREE, example["value"]) for example in body["content"]["application/json"]["examples"].values())
    assert len(bodies) == 3


def schema_examples() -> Iterator[tuple[str, Any, Any]]:
    for name, schema in TREE["components"]["schemas"].items():
        for place, found in schemas_below(schema, name, set()):
            for example in found.get("examples", ()):
                yield place, found, example


@pytest.mark.parametrize("direction", ["request", "response"])
def test_examples_of_schemas_fit_them(direction: Direction) -> None:
    examples = list(schema_examples())
    assert len(examples) > 30
    for place, schema, example in examples:
        assert SPEC.schemas.validator(schema, direction).is_valid(example), place


def links() -> Iterator[Any]:
    for operation in SPEC.operations:
        for name, link in operation.node["responses"]["200"].get("links", {}).items():
            yield pytest.param(operation.id, link, id=f"{operation.id}-{name}")


@pytest.mark.parametrize("operation, link", list(links()))
def test_a_link_leads_from_a_documented_value_to_a_documented_parameter(operation: str, link: Any) -> None:
    target = SPEC.by_id[link["operationId"]]
    body = link.get("requestBody", {})
    assert set(link.get("parameters", ())) <= set(target.query.names)
    assert set(body) <= (target.body_names or set())
    example = next(iter(media_of(operation, 200)["examples"].values()))["value"]
    for expression in {**link.get("parameters", {}), **body}.values():
        assert lookup(example, expression.removeprefix("$response.body#"))


def test_every_operation_that_needs_an_id_or_a_key_is_linked_to() -> None:
    targets = {parameter.values[1]["operationId"] for parameter in links()}
    assert targets >= {"getOptimizedRoutineData", "createApiKey", "getUserCampaignFilters", "getDashboardInfo"}


def test_one_description_serves_the_answers_of_both_forms() -> None:
    for operation in SPEC.operations:
        form = SPEC.by_id[operation.canonical_id]
        codes = [{rule.error_code for rule in one.rules} for one in (operation, form)]
        assert (operation.path, codes[0]) == (form.path, codes[1])
        assert operation.node["responses"] == form.node["responses"]
        names = operation.body_names or set(operation.query.names)
        assert not operation.same_as or names == set(form.query.names)
