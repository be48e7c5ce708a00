from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.generate.placeholders import escaped, insert_placeholders, is_placeholder, placeholder, resolve
from contracts.messages import Request
from pipelinegate import contract

ENTITIES = {"user": ("u-1", "u-2"), "organisation": (123,), "routine": ()}


def asked(**query: str) -> Request:
    return Request(operation_id="getCampaignInfo", method="GET", path="/campaign-info", query=tuple(query.items()))


def posted(body: Any) -> Request:
    return Request(operation_id="postCampaignInfo", method="POST", path="/campaign-info", body=body)


def test_a_placeholder_becomes_the_id_of_that_number() -> None:
    found = resolve(asked(linkedin_user_information_ids="{user.2}"), ENTITIES)
    assert found is not None
    assert found.query == (("linkedin_user_information_ids", "u-2"),)


def test_a_number_beyond_the_last_id_begins_again() -> None:
    assert resolve(posted(["{user.5}"]), ENTITIES) == posted(["u-1"])


def test_an_id_in_a_body_keeps_its_type() -> None:
    assert resolve(posted({"organisation_id": "{organisation.1}"}), ENTITIES) == posted({"organisation_id": 123})


@pytest.mark.parametrize("request_", [asked(id="{routine.1}"), posted({"id": "{routine.1}"})])
def test_a_request_for_what_nobody_has_cannot_be_sent(request_: Request) -> None:
    assert resolve(request_, ENTITIES) is None


def test_items_that_nobody_has_leave_their_list() -> None:
    assert resolve(posted({"ids": ["{routine.1}", "{user.1}"]}), ENTITIES) == posted({"ids": ["u-1"]})


def test_repeated_parameters_that_nobody_has_are_left_out() -> None:
    request = Request(operation_id="", method="GET", path="/", query=(("id", "{routine.1}"), ("id", "{routine.2}")))
    found = resolve(request, ENTITIES)
    assert found is not None
    assert found.query == ()


@pytest.mark.parametrize("text", ["{user.1}", "{{user.1}", "{user.1", "{User.1}", "{user.0}", "{}", "x{user.1}"])
def test_a_text_that_looks_like_a_placeholder_stays_what_it_is(text: str) -> None:
    request = posted({"term": escaped(text), "deep": [{"term": escaped(text)}]})
    assert resolve(request, ENTITIES) == posted({"term": text, "deep": [{"term": text}]})


def test_known_ids_are_concealed_in_the_parameters_that_are_ids_and_nowhere_else() -> None:
    operation = contract().by_id["postCampaignInfo"]
    found = insert_placeholders(
        operation, posted({"linkedin_user_information_ids": ["u-2", "x"], "term": "u-2"}), ENTITIES
    )
    assert found.body == {"linkedin_user_information_ids": ["{user.2}", "x"], "term": "u-2"}


def test_ids_of_numbers_are_concealed() -> None:
    request = Request(operation_id="createApiKey", method="POST", path="/create-api-key", body={"organisation_id": 123})
    assert insert_placeholders(contract().by_id["createApiKey"], request, ENTITIES).body == {
        "organisation_id": "{organisation.1}"
    }


def test_a_request_outside_the_document_is_only_escaped() -> None:
    assert insert_placeholders(None, asked(id="{user.1}"), ENTITIES).query == (("id", "{{user.1}"),)


def test_a_placeholder_is_told_from_other_values() -> None:
    assert is_placeholder(placeholder("user", 3))
    assert not is_placeholder(escaped(placeholder("user", 3)))
    assert not is_placeholder(3)


@given(st.lists(st.sampled_from(["u-1", "u-2", "{user.1}", "{{user.2}", "x", ""]), max_size=4))
def test_concealing_and_resolving_give_the_request_again(ids: list[str]) -> None:
    request = posted({"linkedin_user_information_ids": ids, "term": "{user.1}"})
    concealed = insert_placeholders(contract().by_id["postCampaignInfo"], request, ENTITIES)
    assert resolve(concealed, ENTITIES) == request
