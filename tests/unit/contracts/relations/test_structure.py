"""Structure of answers."""

from __future__ import annotations

from typing import Any

import pytest

from answers import judge, observed, seen, titles
from contracts.messages import Answer, Exchange
from contracts.observations.cases import PlannedRequest, ask
from contracts.observations.observations import Observation, Observations
from contracts.relations import structure
from contracts.relations.structure import undocumented
from oas.contract import parse
from oas.vocabulary import ErrorRule

FILTERS = "getUserCampaignFilters"


def body(**changes: Any) -> dict[str, Any]:
    organisation = {"id": 1, "name": "x", "created_at": "2025-01-01T00:00:00Z", "subscription_status": "x"}
    data = {"linkedin_users": [], "campaign_routines": [], "organisation": organisation}
    return {"code": 200, "status": True, "message": "x", "data": {**data, **changes}}


def test_a_valid_body_is_kept() -> None:
    assert judge(f"structure.body[{FILTERS}]", seen(FILTERS, body())).checked == 1


def test_what_the_schema_forbids_is_named_by_its_place() -> None:
    (violation,) = judge(f"structure.body[{FILTERS}]", seen(FILTERS, body(linkedin_users=5))).violations
    assert violation.detail == "/data/linkedin_users"
    assert violation.title.startswith("/data/linkedin_users of the 200 answer: The integer 5 must be of type array.")


@pytest.mark.parametrize(
    "sent, title",
    [
        (b"<html>", "the body is not JSON"),
        (b"[]", "the body of the 200 answer: The array of 0 items must be"),
    ],
)
def test_a_body_that_is_no_object_is_said_to_be_none(sent: bytes, title: str) -> None:
    (found,) = titles(f"structure.body[{FILTERS}]", seen(FILTERS, sent))
    assert found.startswith(title)


def broken_by(responses: dict[str, Any], status: int, body: bytes, media_type: str) -> list[str]:
    """Judge one answer by a document whose GET has these responses; name what it breaks."""
    made = parse({"openapi": "3.1.0", "paths": {"/x": {"get": {"operationId": "getX", "responses": responses}}}})
    operation = made.by_id["getX"]
    answer = Answer(status=status, headers={"content-type": (media_type,)}, body=body)
    case = PlannedRequest(request=ask(operation), meaning="made up", covers=())
    exchange = Exchange(number=1, phase="relations", request=case.request, answer=answer)
    observations = Observations(made, [Observation(case, exchange, operation)])
    return [rule.relation.id for rule in structure.rules(made) if rule(observations).violations]


LIST = {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": {"type": "integer"}}}}}
TEXT = {"description": "", "content": {"text/plain": {}}}
EITHER = {"description": "", "content": {**LIST["content"], **TEXT["content"]}}  # type: ignore[dict-item]
RANGE = {"description": "", "content": {"application/*": {}}}


@pytest.mark.parametrize(
    "responses, status, body, media_type, broken",
    [
        ({"200": LIST}, 200, b"[1]", "application/json", ""),
        ({"200": LIST}, 200, b'["x"]', "application/json", "body"),
        ({"200": LIST}, 201, b"[1]", "application/json", "status"),
        ({"404": TEXT, "2XX": LIST}, 206, b"[1]", "application/json", ""),
        ({"404": TEXT, "2XX": LIST}, 206, b"{}", "application/json", "body"),
        ({"404": TEXT, "5XX": LIST}, 206, b"[1]", "application/json", "status"),
        ({"404": TEXT, "default": LIST}, 206, b"[1]", "application/json", ""),
        ({"206": TEXT, "2XX": LIST, "default": LIST}, 206, b"yes", "text/plain", ""),
        ({"200": TEXT}, 200, b"hello", "text/plain", ""),
        ({"200": TEXT}, 200, b"hello", "text/html", "type"),
        ({"200": EITHER}, 200, b"hello", "text/plain", ""),
        ({"200": EITHER}, 200, b"hello", "application/json", "body"),
        ({"200": RANGE}, 200, b"\0", "application/zip", ""),
        ({"200": RANGE}, 200, b"\0", "image/png", "type"),
    ],
)
def test_any_document_is_taken_at_its_word(
    responses: dict[str, Any], status: int, body: bytes, media_type: str, broken: str
) -> None:
    assert broken_by(responses, status, body, media_type) == ([f"structure.{broken}[getX]"] if broken else [])


def test_an_undocumented_status_is_named() -> None:
    assert titles(f"structure.status[{FILTERS}]", seen(FILTERS, status=418)) == [
        "the answer has the undocumented status 418"
    ]


def test_parameters_of_a_content_type_do_not_matter() -> None:
    answer = seen(FILTERS, body(), headers={"content-type": "Application/JSON; charset=utf-8"})
    assert titles(f"structure.type[{FILTERS}]", answer) == []


def test_another_or_no_content_type_is_named() -> None:
    answer = seen(FILTERS, body(), headers={"content-type": "text/html"})
    assert titles(f"structure.type[{FILTERS}]", answer) == ["the content type is text/html"]


def test_a_valid_request_must_succeed() -> None:
    assert titles(f"structure.accepts[{FILTERS}]", seen(FILTERS, status=500)) == [
        "a valid request (made up) was answered 500"
    ]


def test_a_refused_key_says_nothing_of_the_request() -> None:
    judgement = judge(f"structure.accepts[{FILTERS}]", seen(FILTERS, status=401))
    assert (judgement.checked, judgement.reason) == (0, "every request was refused for its key")


def test_a_request_that_should_fail_need_not_succeed() -> None:
    rule = ErrorRule(condition="invalid-request", status=400, error_code="X", pointer="")
    case = PlannedRequest(request=ask(observed().document.by_id[FILTERS]), meaning="", covers=(), expects=rule)
    assert judge(f"structure.accepts[{FILTERS}]", seen(FILTERS, status=400, case=case)).checked == 0


def test_undocumented_members_are_listed_once_for_each_place() -> None:
    rows = [{"linkedin_user_information_id": "u", "extra": 1}, {"extra": 2}]
    found = undocumented(observed(seen(FILTERS, body(linkedin_users=rows)), seen(FILTERS, body(more={}))))
    assert [item.detail for item in found] == ["/data/linkedin_users/*/extra", "/data/more"]
    assert {item.severity for item in found} == {"warning"}
