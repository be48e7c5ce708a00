"""A request is read by its operation: where its parts come from, and what is said of each that does not fit."""

from __future__ import annotations

import json
from time import perf_counter
from typing import Any

import pytest

from documents import compiled, packaged_contract, plain
from mockserver.pipeline.validation import ValidatedRequest, read
from oas.messages import Request, Violation
from oas.operation import Operation

OPERATIONS = compiled(packaged_contract()).by_id
LIST, POST = OPERATIONS["getCampaignInfo"], OPERATIONS["postCampaignInfo"]
JSON = "application/json"


def one(operation: dict[str, Any], path: str = "/things") -> Operation:
    (found,) = compiled(plain(operation, path)).operations
    return found


def taking(*types: str, **more: Any) -> Operation:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {}}}
    content = {name: {"schema": schema} for name in types}
    return one({"requestBody": {"content": content}, **more})


def sent(operation: Operation, body: Any = b"", content_type: str = JSON, query: str = "", **headers: str) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {**{name.replace("_", "-"): value for name, value in headers.items()}}
    if content_type:
        named["content-type"] = content_type
    return read(operation, {"id": "x"}, Request("POST", "/", query, named, raw), 64)


def codes(outcome: Any) -> list[tuple[str, str, str]]:
    found: tuple[Violation, ...] = outcome.warnings if isinstance(outcome, ValidatedRequest) else outcome
    return [(violation.location, violation.pointer, violation.code) for violation in found]


@pytest.mark.parametrize(
    "content_type", [JSON, "Application/Json; charset=UTF-8", 'application/json;charset="utf-8"', "application/json;"]
)
def test_json_in_utf8_is_taken(content_type: str) -> None:
    assert sent(POST, {"limit": 5}, content_type).parameters == {"limit": 5}


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "text/html; charset=utf-8",
        "application/x-www-form-urlencoded",
        "application/problem+json",
        "application/json; charset=latin-1",
        "application/json, application/json",
        "application/json; a=b, text/plain",
        "*/*",
        "json",
    ],
)
def test_any_other_content_type_is_refused_with_the_right_one(content_type: str) -> None:
    (violation,) = sent(POST, {"limit": 5}, content_type)
    assert (violation.location, violation.pointer, violation.code) == ("header", "/content-type", "content-type")
    assert "Content-Type application/json in UTF-8 was expected" in violation.message


def test_without_a_body_the_content_type_does_not_matter() -> None:
    assert sent(POST, b"", "text/plain") == ValidatedRequest({})


@pytest.mark.parametrize(
    "declared, content_type, is_judged",
    [
        ("application/json", JSON, True),
        ("application/json; charset=utf-8", JSON, True),
        ("application/*", JSON, True),
        ("*/*", JSON, True),
        ("*/*", "image/png", False),
        ("image/*", "image/png", False),
        ("application/vnd.x+json", "application/vnd.x+json", True),
        ("text/plain", "text/plain; charset=latin-1", False),
    ],
)
def test_a_body_is_judged_where_a_declared_type_covers_its_json(
    declared: str, content_type: str, is_judged: bool
) -> None:
    outcome = sent(taking(declared), {"a": "x"}, content_type)
    assert codes(outcome) == ([("body", "/a", "type")] if is_judged else [])


@pytest.mark.parametrize(
    "declared, content_type", [("text/plain", JSON), ("application/vnd.x+json", JSON), ("image/*", "text/x")]
)
def test_a_type_that_no_declared_one_covers_is_refused(declared: str, content_type: str) -> None:
    assert codes(sent(taking(declared), {"a": 1}, content_type)) == [("header", "/content-type", "content-type")]


@pytest.mark.parametrize("body, expected", [(b"", [("body", "", "required")]), (b"{}", [])])
def test_a_required_body_must_be_sent(body: bytes, expected: Any) -> None:
    content = {"application/json": {"schema": {"type": "object"}}}
    assert codes(sent(one({"requestBody": {"required": True, "content": content}}), body)) == expected


@pytest.mark.parametrize(
    "body, code", [(b"{", "malformed"), (b"[" * 65 + b"]" * 65, "depth"), (b'{"a":1,"a":1}', "malformed")]
)
def test_a_body_that_cannot_be_read_is_not_judged(body: bytes, code: str) -> None:
    assert codes(sent(POST, body)) == [("body", "", code)]


@pytest.mark.parametrize("body", [[1], "x", 5, None])
def test_a_body_that_is_no_object_is_kept_apart_from_parameters(body: Any) -> None:
    operation = one({"requestBody": {"content": {"application/json": {}}}})
    assert sent(operation, body) == ValidatedRequest({}, (), body)


def test_query_and_body_are_read_together_and_the_query_wins() -> None:
    parameters = [{"name": name, "in": "query", "schema": {"type": "integer"}} for name in ("a", "q")]
    checked = sent(taking(JSON, parameters=parameters), {"a": 1, "b": 2}, query="q=3&a=4")
    assert checked.parameters == {"a": 4, "b": 2, "q": 3}


def test_what_is_not_documented_is_ignored_and_told() -> None:
    checked = sent(POST, {"limit": 5, "colour": 1, "a/b": 2}, query="page=1")
    assert checked.parameters == {"limit": 5}
    assert codes(checked) == [
        ("query", "/page", "undocumented"),
        ("body", "/colour", "undocumented"),
        ("body", "/a~1b", "undocumented"),
    ]
    assert {violation.severity for violation in checked.warnings} == {"warning"}
    assert "the operation has campaign_status, campaign_type" in checked.warnings[1].message


def test_a_body_that_nobody_asked_for_is_told_whatever_it_is() -> None:
    checked = sent(LIST, b"{not json", "text/plain")
    assert codes(checked) == [("body", "", "undocumented")]


def test_a_body_of_any_members_has_no_undocumented_ones() -> None:
    operation = one({"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}})
    assert sent(operation, {"x": 1}) == ValidatedRequest({"x": 1}, (), {"x": 1})


@pytest.mark.parametrize("query", ["limit=%zz", "limit=1&limit=2"])
def test_one_reason_is_given_for_one_parameter(query: str) -> None:
    assert len(sent(LIST, query=query)) == 1


def test_a_value_of_the_same_name_in_another_place_is_judged_too() -> None:
    parameters = [
        {"name": name, "in": place, "required": True, "schema": {"type": "integer"}}
        for name, place in (("id", "path"), ("id", "query"))
    ]
    assert codes(sent(one({"parameters": parameters}, "/things/{id}"), query="id=x")) == [
        ("path", "/id", "type"),
        ("query", "/id", "type"),
    ]


@pytest.mark.parametrize(
    "headers, expected",
    [
        ({"x_count": "5"}, []),
        ({"x_count": "x"}, [("header", "/X-Count", "type")]),
        ({"x_count": "0"}, [("header", "/X-Count", "minimum")]),
        ({}, [("header", "/X-Count", "required")]),
    ],
)
def test_declared_headers_are_judged(headers: dict[str, str], expected: Any) -> None:
    header = {"name": "X-Count", "in": "header", "required": True, "schema": {"type": "integer", "minimum": 1}}
    assert codes(sent(one({"parameters": [header]}), **headers)) == expected


def test_thousands_of_reasons_cost_little_and_are_cut_to_twenty() -> None:
    started = perf_counter()
    warned = sent(POST, {f"x{number}": 0 for number in range(60_000)}, query="&".join(f"q{n}" for n in range(9000)))
    refused = sent(LIST, query="&".join(["term=x"] * 9000))
    assert (len(warned.warnings), len(refused)) == (40, 20)
    assert perf_counter() - started < 5  # quadratic work would take minutes


def test_text_of_the_client_is_cut_in_messages() -> None:
    checked = sent(LIST, query="n" * 5000)
    assert len(checked.warnings[0].message) < 400
    (violation,) = sent(POST, {}, "x" * 5000)
    assert len(violation.message) < 200
