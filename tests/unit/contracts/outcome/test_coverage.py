"""Counts of what a run touched, and of nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.messages import Exchange
from contracts.outcome.coverage import Coverage, Row, Share, measure
from fabricated import exchange

ROOT = Path(__file__).resolve().parents[4]
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/things": {
            "parameters": [{"name": "limit", "in": "query", "schema": {"$ref": "#/components/schemas/Limit"}}],
            "get": {
                "operationId": "listThings",
                "parameters": [
                    {"name": "colour", "in": "query", "required": True, "schema": {"enum": ["red", "blue"]}},
                    {"name": "day", "in": "query", "schema": {"type": "string", "format": "date"}},
                    {"name": "ids", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                ],
                "responses": {"200": {}, "4XX": {}},
            },
            "post": {
                "operationId": "addThing",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "allOf": [{"properties": {"name": {"type": ["string", "null"], "minLength": 2}}}],
                                "properties": {"size": {"type": "integer", "maximum": 3}},
                                "required": ["name"],
                            }
                        }
                    }
                },
                "responses": {"200": {}, "default": {}},
            },
        }
    },
    "components": {"schemas": {"Limit": {"type": "integer", "minimum": 1}}},
}


def listed(status: int | None = 200, query: str = "", **request: Any) -> Exchange:
    """Make a request of the list; the query reads `a=1&b=2`."""
    pairs = tuple(tuple(pair.split("=")) for pair in query.split("&") if pair)
    return exchange(1, status, operation_id="listThings", path="/things", query=pairs, **request)


def added(sent: Any = None, status: int = 200, **request: Any) -> Exchange:
    """Make a request that sends a body."""
    return exchange(1, status, operation_id="addThing", method="POST", path="/things", sent=sent, **request)


def row(coverage: Coverage, parameter: str, case: str) -> Row:
    """Find the first row of a parameter that has this case."""
    rows = (row for item in coverage.operations for row in item.rows)
    return next(item for item in rows if (item.parameter, item.case) == (parameter, case))


@pytest.mark.parametrize(
    "parameter, value, case",
    [
        ("limit", "0", "below 1"),
        ("limit", "1", "exactly 1"),
        ("limit", "7", "above 1"),
        ("limit", "many", "is something else"),
        ("limit", "2", "is integer"),
        ("colour", "red", '"red"'),
        ("colour", "green", "anything else"),
        ("day", "2025-02-30", "breaks date"),
        ("day", "2025-02-28", "keeps date"),
        ("ids", "a", "one"),
    ],
)
def test_a_value_of_the_query_meets_its_case(parameter: str, value: str, case: str) -> None:
    coverage = measure([listed(query=f"{parameter}={value}")], DOCUMENT)
    assert row(coverage, parameter, case).counts == {200: 1}


def test_a_value_meets_no_other_case_of_its_keyword() -> None:
    coverage = measure([listed(query="limit=0")], DOCUMENT)
    assert not row(coverage, "limit", "exactly 1").counts
    assert not row(coverage, "limit", "above 1").counts
    assert not row(coverage, "limit", "is something else").counts


@pytest.mark.parametrize("value, counts", [("1", {200: 1}), ("2", {})])
def test_exactly_the_bound_is_not_what_lies_above(value: str, counts: dict[int, int]) -> None:
    assert row(measure([listed(query=f"limit={value}")], DOCUMENT), "limit", "exactly 1").counts == counts


def test_true_is_not_the_one_of_an_enum() -> None:
    schema = {"properties": {"level": {"enum": [1, True]}}}
    operation = {"operationId": "addThing", "requestBody": {"content": {"application/json": {"schema": schema}}}}
    coverage = measure([added({"level": True})], {"paths": {"/things": {"post": operation}}})
    assert (row(coverage, "level", "1").counts, row(coverage, "level", "true").counts) == ({}, {200: 1})


def test_a_bound_says_nothing_about_a_value_of_another_type() -> None:
    coverage = measure([listed(query="limit=many"), added({"name": None})], DOCUMENT)
    assert not any(row(coverage, "limit", case).counts for case in ("below 1", "exactly 1", "above 1"))
    assert not row(coverage, "name", "below 2").counts


@pytest.mark.parametrize(
    "sent, parameter, case",
    [
        ({"size": 4}, "size", "above 3"),
        ({"size": "4"}, "size", "is something else"),
        ({"name": "x"}, "name", "below 2"),
        ({"name": None}, "name", "is string or null"),
        ({}, "(body)", "an object"),
        ([], "(body)", "other JSON"),
        (None, "(body)", "left out"),
    ],
)
def test_a_body_meets_its_case(sent: Any, parameter: str, case: str) -> None:
    assert row(measure([added(sent)], DOCUMENT), parameter, case).counts == {200: 1}


def test_raw_bytes_are_a_case_of_the_body() -> None:
    coverage = measure([added(status=400, raw_body=b"{")], DOCUMENT)
    assert row(coverage, "(body)", "raw bytes").counts == {400: 1}


def test_a_required_parameter_can_be_missing_and_an_optional_one_left_out() -> None:
    coverage = measure([listed(400), listed(query="colour=red&limit=1")], DOCUMENT)
    assert row(coverage, "colour", "missing").counts == {400: 1}
    assert row(coverage, "colour", "given").counts == {200: 1}
    assert row(coverage, "limit", "left out").counts == {400: 1}
    assert row(coverage, "name", "missing").counts == {}


def test_a_repeated_name_is_one_array() -> None:
    assert row(measure([listed(query="ids=a&ids=b")], DOCUMENT), "ids", "several").counts == {200: 1}


@pytest.mark.parametrize("status", [401, 429, None])
def test_an_answer_that_never_saw_the_parameter_covers_nothing(status: int | None) -> None:
    found = row(measure([listed(status, "colour=red")], DOCUMENT), "colour", '"red"')
    assert found.counts == {status or 0: 1}
    assert not found.is_covered


def test_a_refusal_covers_the_bad_value_it_answers() -> None:
    assert row(measure([listed(400, "colour=green")], DOCUMENT), "colour", "anything else").is_covered


def test_keys_are_rows_of_their_own() -> None:
    coverage = measure([listed(401, credential="truncated")], DOCUMENT)
    assert row(coverage, "(key)", "truncated").is_covered
    assert {item.case for item in coverage.operations[0].rows if item.parameter == "(key)"} == {
        "key",
        "none",
        "truncated",
    }


def test_statuses_are_those_documented_and_those_seen() -> None:
    coverage = measure([listed(404), listed(500), listed(None)], DOCUMENT)
    columns = {item.code: (item.count, item.is_documented) for item in coverage.operations[0].statuses}
    assert columns == {0: (1, False), 200: (0, True), 404: (1, True), 500: (1, False)}


def test_shares_count_what_was_answered_of_what_there_is() -> None:
    coverage = measure([added({"name": "xy"})], DOCUMENT)
    assert coverage.touched == Share(1, 2)
    assert coverage.statuses == Share(1, 2)
    assert coverage.cases.covered == sum(item.is_covered for item in coverage.operations[1].rows) == 7


def test_a_request_outside_the_document_is_passed_over() -> None:
    assert measure([exchange(1, operation_id="", path="/elsewhere")], DOCUMENT).touched == Share(0, 2)


def test_the_contract_has_a_row_for_every_value_of_an_enum() -> None:
    document = yaml.load((ROOT / "openapi.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    coverage = measure([], document)
    assert [item.operation_id for item in coverage.operations][:2] == ["getUserCampaignFilters", "createApiKey"]
    (listing,) = [item for item in coverage.operations if item.operation_id == "postCampaignInfo"]
    cases = {item.case for item in listing.rows if (item.parameter, item.keyword) == ("campaign_status", "enum")}
    assert cases == {'"active"', '"inactive"', '"completed"', '"draft"', "anything else"}
