"""What a write leaves behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from answers import document, judge, seen, titles
from contracts.observations.known_values import KnownValues, typical_values
from contracts.relations import writes
from oas.contract import parse

CREATE, WORKS = "createApiKey", "effect.works[createApiKey]"
KEEPS = "effect.keeps[createApiKey:description]"
KNOWN = typical_values(document())


def created(key: str = "k", number: int = 1, told: str = "x", **asked: Any) -> Any:
    return seen(CREATE, {"data": {"api_key": key, "description": told}}, parameters=asked, number=number)


def test_a_created_key_must_work() -> None:
    taken = seen("getUserCampaignFilters", {"data": {}}, credential="created")
    refused = seen("getUserCampaignFilters", {}, status=401, credential="created")
    assert titles(WORKS, taken) == []
    assert titles(WORKS, refused) == ["the created key was answered 401"]
    assert judge(WORKS, created()).checked == 0


def test_keys_that_differ_are_new() -> None:
    assert judge("effect.new[createApiKey]", created("a"), created("b", 2)).checked == 2


def test_the_same_key_twice_is_not_new() -> None:
    assert titles("effect.new[createApiKey]", created("a"), created("a", 2)) == ["two requests made the same key"]


def test_one_key_alone_proves_nothing() -> None:
    assert judge("effect.new[createApiKey]", created("a")).reason == "fewer than two keys were made"


def test_what_was_given_is_kept() -> None:
    assert titles(KEEPS, created(told="mine", description="mine")) == []
    assert titles(KEEPS, created(told="min", description="mine")) == ["/data/description is 'min', given was 'mine'"]
    assert judge(KEEPS, created()).checked == 0


def test_the_key_just_made_is_used_right_after_it() -> None:
    made = [case for case in writes.cases(KNOWN) if case.priority < 40]
    assert [case.request.credential for case in sorted(made, key=lambda case: case.priority)] == ["key", "created"]


def test_every_parameter_of_a_write_is_given() -> None:
    first = writes.cases(replace(KNOWN, entities={"organisation": (77,)}))[0]
    assert first.request.body["organisation_id"] == 77
    assert first.request.body["description"].startswith("contract run")


def test_nothing_is_written_where_that_is_not_allowed() -> None:
    assert writes.cases(replace(KNOWN, allow_writes=False)) == ()


def given_to(schema: dict[str, Any]) -> list[Any]:
    """Return the bodies that an operation is given whose one member has this schema."""
    content = {"application/json": {"schema": {"properties": {"note": schema}}}}
    write = {"operationId": "write", "responses": {}, "requestBody": {"content": content}}
    made = parse({"openapi": "3.1.0", "paths": {"/x": {"post": write}}})
    return [case.request.body for case in writes.cases(KnownValues.nothing(made))]


@pytest.mark.parametrize(
    "keywords", [{"format": "date"}, {"enum": ["a"]}, {"pattern": "^a"}, {"minLength": 99}, {"maxLength": 9}]
)
def test_no_text_is_made_up_where_not_any_will_do(keywords: dict[str, Any]) -> None:
    assert given_to({"type": "string", **keywords}) == [{}]


@pytest.mark.parametrize("keywords", [{}, {"maxLength": 40}, {"description": "free"}])
def test_a_text_is_made_up_where_any_will_do(keywords: dict[str, Any]) -> None:
    ((text,),) = [body.values() for body in given_to({"type": "string", **keywords})]
    assert text.startswith("contract run")
