"""The reference judge: openapi-core on whole documents and on single messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from documents import changed, contract, document, packaged_contract, plain
from oas import package_data
from oas.document import load
from oas.messages import Request, Response
from oas.reference import ReferenceJudge, document_errors

BASE = "/social_app/api/v1/third_party"
JUDGE = ReferenceJudge(load(package_data.openapi()))
LIMITS = [(f"X-RateLimit-{kind}-{window}", "5") for kind in ("Limit", "Remaining") for window in ("Minute", "Day")]
HEADERS = (("Content-Type", "application/json"), *LIMITS)
THINGS = "/paths/~1things/get"


def fixture(name: str) -> bytes:
    return (package_data.root() / "fixtures" / "envelopes" / name).read_bytes()


def request_errors(method: str, path: str, query: str = "", body: bytes = b"", content_type: str = "") -> list[str]:
    headers = {"content-type": content_type} if content_type else {}
    return JUDGE.request_errors(Request(method, BASE + path, query, headers, body))


@pytest.mark.parametrize("make", [contract, packaged_contract, plain])
def test_a_good_document_has_no_errors(make: Any) -> None:
    assert document_errors(document(make())) == []


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_a_document_is_judged_by_its_own_version(version: str) -> None:
    tree = changed(
        plain(openapi=version),
        f"{THINGS}/parameters",
        [{"name": "a", "in": "query", "schema": {"type": ["string", "null"]}}],
    )
    assert (document_errors(document(tree)) == []) is (version == "3.1.0")


@pytest.mark.parametrize(
    "pointer, value, at",
    [
        ("/info", {"title": "T"}, "/info"),
        (f"{THINGS}/responses", [], f"{THINGS}/responses"),
        (f"{THINGS}/parameters", [{"$ref": "#/components/parameters/A"}], f"{THINGS}/parameters/0/$ref"),
        ("/components", {"schemas": {"A": {"items": {"$ref": "#/nothing"}}}}, "/components/schemas/A/items/$ref"),
        ("/components", {"schemas": {"A": {"$ref": "#/components/schemas/A"}}}, ""),
    ],
)
def test_what_is_wrong_with_a_document_is_shown_with_its_pointer(pointer: str, value: Any, at: str) -> None:
    errors = document_errors(document(changed(plain(), pointer, value)))
    assert at in [error.pointer for error in errors] or not at
    assert all(
        error.source == "tree.yaml" and len(error.message) < 320 and "\n" not in error.message for error in errors
    )


def test_all_errors_of_a_document_are_listed() -> None:
    tree = changed(changed(plain(), "/info", {}), f"{THINGS}/responses", [])
    assert len(document_errors(document(tree))) >= 3


@pytest.mark.parametrize(
    "method, path, query, is_right",
    [
        ("GET", "/campaign-info", "limit=5&campaign_status=active&linkedin_user_information_ids=a", True),
        ("HEAD", "/campaign-info", "", True),
        ("GET", "/campaign-info", "limit=0", False),
        ("GET", "/campaign-info", "start_date=2025-02-30", False),
        ("GET", "/optimized_routine_data", "", False),
        ("GET", "/nothing", "", False),
        ("PUT", "/campaign-info", "", False),
    ],
)
def test_requests_are_judged_whoever_sends_them(method: str, path: str, query: str, is_right: bool) -> None:
    assert (request_errors(method, path, query) == []) is is_right


@pytest.mark.parametrize(
    "body, content_type, is_right",
    [
        (b'{"limit": 5}', "application/json", True),
        (b"", "", True),
        (b'{"limit": 0}', "application/json", False),
        (b"{", "application/json", False),
        (b'{"limit": 5}', "text/plain", False),
        (b'{"limit": 5}', "", False),
    ],
)
def test_bodies_are_judged(body: bytes, content_type: str, is_right: bool) -> None:
    assert (request_errors("POST", "/campaign-info", "", body, content_type) == []) is is_right


def test_an_operation_with_security_of_its_own_is_judged_without_it() -> None:
    tree = changed(contract(), f"{THINGS}/security", [{"apiKey": []}])
    judge = ReferenceJudge(document(tree), error_schema="")
    assert judge.request_errors(Request("GET", "/v1/things", "limit=5")) == []
    assert judge.request_errors(Request("GET", "/v1/things", "limit=x")) != []


def response_errors(request: tuple[str, str], status: int, body: bytes, headers: Any = HEADERS) -> list[str]:
    return JUDGE.response_errors(Request(request[0], BASE + request[1]), Response(status, headers, body))


LISTED, OPENED = ("GET", "/campaign-info"), ("GET", "/optimized_routine_data")


@pytest.mark.parametrize(
    "request_line, status, name, is_right",
    [
        (LISTED, 200, "getCampaignInfo/200.json", True),
        (("HEAD", "/campaign-info"), 200, "getCampaignInfo/200.json", True),
        (LISTED, 400, "getCampaignInfo/400.json", True),
        (LISTED, 429, "getUserCampaignFilters/429.json", True),
        (LISTED, 200, "getDashboardInfo/200.json", False),
        (LISTED, 400, "getUserCampaignFilters/401.json", False),
        (OPENED, 404, "getOptimizedRoutineData/404.json", True),
        # What no operation documents fits the shared error schema.
        (("GET", "/nothing"), 404, "getOptimizedRoutineData/404.json", True),
        (("DELETE", "/campaign-info"), 405, "getCampaignInfo/400.json", True),
        (LISTED, 413, "getCampaignInfo/400.json", True),
        (("GET", "/nothing"), 404, "getCampaignInfo/200.json", False),
        (LISTED, 413, "getCampaignInfo/200.json", False),
    ],
)
def test_answers_are_held_against_their_operation_or_the_error_schema(
    request_line: Any, status: int, name: str, is_right: bool
) -> None:
    assert (response_errors(request_line, status, fixture(name)) == []) is is_right


@pytest.mark.parametrize(
    "headers",
    [
        HEADERS[1:],
        HEADERS[:-1],
        (*HEADERS[:-1], ("X-RateLimit-Remaining-Day", "-1")),
        (*HEADERS[:-1], ("X-RateLimit-Remaining-Day", "many")),
        (("Content-Type", "text/html"), *HEADERS[1:]),
    ],
)
def test_headers_of_an_answer_are_judged(headers: Any) -> None:
    assert response_errors(LISTED, 400, fixture("getCampaignInfo/400.json")) == []
    assert response_errors(LISTED, 400, fixture("getCampaignInfo/400.json"), headers) != []


@pytest.mark.parametrize(
    "status, body, is_right", [(200, {"id": 1}, True), (200, {"id": "x"}, False), (404, [], True), (503, [], False)]
)
def test_answers_of_any_template_and_status_range_are_judged(status: int, body: Any, is_right: bool) -> None:
    def answer(schema: Any) -> Any:
        return {"description": "x", "content": {"application/json": {"schema": schema}}}

    thing = answer({"type": "object", "properties": {"id": {"type": "integer"}}})
    node = {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {"200": thing, "4XX": answer({"type": "array"}), "default": answer({"type": "object"})},
    }
    judge = ReferenceJudge(document(plain(node, "/a/{id}/b.c")), error_schema="")
    raw = json.dumps(body).encode()
    found = judge.response_errors(Request("GET", "/a/1/b.c"), Response(status, HEADERS, raw))
    assert (found == []) is is_right


def test_an_error_text_says_what_was_wrong_in_bounds() -> None:
    (text,) = request_errors("GET", "/campaign-info", "limit=0")
    assert "limit" in text
    assert len(text) <= 600


def test_every_document_of_a_folder_is_judged_from_its_own_place(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text(json.dumps(plain()))
    assert document_errors(load(path)) == []
