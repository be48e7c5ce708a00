"""Planned requests."""

from __future__ import annotations

from dataclasses import replace

from answers import document
from contracts.observations.cases import PlannedRequest, ask, typed, typed_parameters


def case(**changes: object) -> PlannedRequest:
    request = ask(document().by_id["getCampaignInfo"], {"limit": 2})
    made = PlannedRequest(request=request, meaning="first", covers=("a", "b"), priority=5)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_query_repeats_the_name_of_an_array() -> None:
    request = ask(document().by_id["getCampaignInfo"], {"linkedin_user_information_ids": ["u", "v"], "limit": 2})
    assert request.query == (
        ("linkedin_user_information_ids", "u"),
        ("linkedin_user_information_ids", "v"),
        ("limit", "2"),
    )
    assert request.body is None


def test_a_body_carries_parameters_as_they_are() -> None:
    request = ask(document().by_id["postCampaignInfo"], {"limit": 2})
    assert (request.method, request.body, request.query) == ("POST", {"limit": 2}, ())


def test_a_body_without_parameters_is_an_empty_object() -> None:
    assert ask(document().by_id["postCampaignInfo"]).body == {}


def test_parameters_come_back_typed_from_a_query() -> None:
    operation = document().by_id["getCampaignInfo"]
    given = {"linkedin_user_information_ids": ["u"], "limit": 2, "offset": -1, "term": "7", "unknown": "8"}
    assert typed_parameters(operation, ask(operation, given)) == given


def test_what_is_no_number_stays_a_text() -> None:
    assert typed(document().by_id["getCampaignInfo"], "limit", "many") == "many"


def test_cases_with_the_same_request_have_the_same_key() -> None:
    assert case().key == case(meaning="second", covers=("c",)).key


def test_a_repetition_or_another_key_makes_another_case() -> None:
    other = replace(case().request, credential="none")
    assert len({case().key, case(repetition=1).key, case(request=other).key}) == 3


def test_joined_cases_serve_both_at_the_better_rank() -> None:
    joined = case().joined(case(covers=("b", "c"), priority=3, follows=2, link="/next"))
    assert (joined.covers, joined.priority, joined.cost, joined.link) == (("a", "b", "c"), 3, 3, "/next")
